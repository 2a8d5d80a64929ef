using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>Reads what ssh-keygen -k is to revoke: public keys and certificates, one on a line, or the directives of a specification.</summary>
/// <param name="list">Where it goes.</param>
/// <param name="authority">Whose certificates are meant by numbers and ids; null for everybody's.</param>
/// <param name="isAuthorityGiven">False where nobody has said whose, and so there can be no numbers and ids.</param>
internal sealed class RevocationSpecification(KeyRevocationListBuilder list, PublicKey? authority, bool isAuthorityGiven)
{
    /// <summary>Takes a file whose bytes became characters one by one, so that ids which are no text stay as they are.</summary>
    public void Take(TextReader lines, string path)
    {
        for (int number = 1; lines.ReadLine() is { } line; number++)
        {
            int end = line.IndexOf('#', StringComparison.Ordinal);
            string text = (end < 0 ? line : line[..end]).Trim(' ', '\t');
            if (text.Length > 0) Take(text, $"{path}:{number}");
        }
    }

    private void Take(string line, string place)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        string value = line[(colon + 1)..].TrimStart(' ', '\t');
        switch (colon < 0 ? "" : line[..colon].ToLowerInvariant())
        {
            case "serial":
                if (!isAuthorityGiven) throw new FatalException("revoking certificates by serial number requires specification of a CA key");
                TakeSerials(value, place);
                return;
            case "id":
                if (!isAuthorityGiven) throw new FatalException("revoking certificates by key ID requires specification of a CA key");
                if (value.Contains('\0', StringComparison.Ordinal)) throw new FatalException($"{place}: invalid key ID \"{Printable.Escape(value)}\"");
                list.AddKeyId(authority, Encoding.Latin1.GetBytes(value));
                return;
            case "hash":
                TakeFingerprint(value, place);
                return;
            case "key":
                list.AddKey(ReadKey(value, place));
                return;
            case "sha1":
                list.AddSha1(ReadKey(value, place));
                return;
            case "sha256":
                list.AddSha256(ReadKey(value, place));
                return;
            default:
                list.Add(ReadKey(line, place));
                return;
        }
    }

    private void TakeSerials(string value, string place)
    {
        int dash = value.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            ulong serial = ReadSerial(value, value, place);
            list.AddSerials(authority, serial, serial);
            return;
        }

        ulong lowest = ReadSerial(value[..dash], value, place), highest = ReadSerial(value[(dash + 1)..].TrimStart(' ', '\t'), value[(dash + 1)..], place);
        if (highest <= lowest) throw new FatalException($"{place}: invalid serial range {lowest}:{highest}");
        list.AddSerials(authority, lowest, highest);
    }

    /// <summary>A number as C writes it: decimal, 0x and hexadecimal, or 0 and octal.</summary>
    private static ulong ReadSerial(string text, string shown, string place)
    {
        uint radix = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? 16u : text.StartsWith('0') ? 8u : 10u;
        UInt128 serial = 0;
        string digits = radix == 16 ? text[2..] : text;
        foreach (char digit in digits)
        {
            uint value = char.IsAsciiHexDigit(digit) ? uint.Parse([digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : radix;
            if (value >= radix) throw Invalid();
            serial = (serial * radix) + value;
            if (serial > ulong.MaxValue) throw new FatalException($"{place}: serial out of range");
        }

        return serial == 0 ? throw Invalid() : (ulong)serial;

        FatalException Invalid() => new($"{place}: invalid serial \"{Printable.Escape(shown)}\"");
    }

    private void TakeFingerprint(string value, string place)
    {
        try
        {
            list.AddFingerprint(value);
        }
        catch (FormatException wrong)
        {
            throw new FatalException($"{place}: {wrong.Message}");
        }
    }

    private static PublicKey ReadKey(string line, string place)
    {
        try
        {
            return PublicKeyLine.Parse(line)?.Key ?? throw new FatalException($"{place}: invalid key: unknown or unsupported key type");
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException($"{place}: invalid key: {SshKeygenApplet.Explain(refused)}");
        }
    }
}
