using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Server;

/// <summary>Reads authorized_keys files. Comments, lines of any length and lines that make no sense are passed over; none is fatal.</summary>
internal static class AuthorizedKeys
{
    /// <summary>Longer lines hold no key; they are passed over without a copy.</summary>
    public const int MaxLine = 128 * 1024;

    /// <summary>Reads the lines that hold a key, in order.</summary>
    /// <param name="contents">The file.</param>
    /// <param name="wanted">The key that it is about; null for all keys.</param>
    /// <param name="onFault">Hears of each line with that key whose options make no sense: its number and why.</param>
    public static IEnumerable<AuthorizedKey> Read(ReadOnlyMemory<byte> contents, PublicKey? wanted = null, Action<int, string>? onFault = null)
    {
        for (int number = 1; !contents.IsEmpty; number++)
        {
            int end = contents.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? contents : contents[..end];
            contents = end < 0 ? default : contents[(end + 1)..];
            if (line.Length <= MaxLine && ReadLine(line.Span, number, wanted, onFault) is { } key) yield return key;
        }
    }

    /// <summary>
    /// The lines that a key is on, or the authority of a certificate: where cert-authority stands, for certificates only, and nowhere else.
    /// </summary>
    public static IEnumerable<AuthorizedKey> Find(ReadOnlyMemory<byte> contents, PublicKey key, Action<int, string>? onFault = null)
    {
        PublicKey wanted = (key as Certificate)?.SignatureKey ?? key;
        return Read(contents, wanted, onFault).Where(line => line.Options.IsCertAuthority == key is Certificate);
    }

    private static AuthorizedKey? ReadLine(ReadOnlySpan<byte> bytes, int number, PublicKey? wanted, Action<int, string>? onFault)
    {
        int zero = bytes.IndexOf((byte)0);
        ReadOnlySpan<char> line = Encoding.UTF8.GetString(zero < 0 ? bytes : bytes[..zero]).AsSpan().Trim(" \t\r");
        if (line.IsEmpty || line[0] == '#') return null;
        if (PublicKeyLine.TryParse(line, out PublicKeyLine? plain)) return IsWanted(plain.Key) ? new AuthorizedKey(number, plain.Key, plain.Comment, KeyOptions.None) : null;
        int length = KeyOptions.LengthOf(line);
        if (length < 0 || !PublicKeyLine.TryParse(line[length..], out PublicKeyLine? key) || !IsWanted(key.Key)) return null;
        if (KeyOptions.Parse(line, out string fault) is { } options) return new AuthorizedKey(number, key.Key, key.Comment, options);
        onFault?.Invoke(number, $"bad key options: {fault}");
        return null;

        bool IsWanted(PublicKey found) => wanted is null || found.Equals(wanted);
    }
}

/// <summary>A line of an authorized_keys file.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Key">The key.</param>
/// <param name="Comment">What follows the key.</param>
/// <param name="Options">What stands before it.</param>
internal sealed record AuthorizedKey(int Line, PublicKey Key, string Comment, KeyOptions Options);
