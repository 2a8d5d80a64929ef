using System.Globalization;
using System.Net;
using Nacre.Config.Patterns;

namespace Nacre.Tools.SshKeyscan;

/// <summary>A machine to ask.</summary>
/// <param name="Addresses">Where it may be reached: the next is tried when one gives no answer.</param>
/// <param name="Names">What its keys are printed under, with commas between them.</param>
internal sealed record ScanTarget(IReadOnlyList<string> Addresses, string Names)
{
    /// <summary>The machines of a line: an address list and a name list, or a network in CIDR form, which stands for each of its addresses.</summary>
    public static IEnumerable<ScanTarget> Of(string line)
    {
        // An argument that is a whole line keeps its comment out, as a file does.
        int comment = line.IndexOf('#', StringComparison.Ordinal);
        string[] words = (comment < 0 ? line : line[..comment]).Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return [];
        if (words.Length == 1 && TryParseNetwork(words[0], out IPAddress? first, out int prefix)) return Expand(first!, prefix);
        string[] addresses = words[0].Split(',', StringSplitOptions.RemoveEmptyEntries);
        return addresses.Length == 0 ? [] : [new ScanTarget(addresses, words.Length > 1 ? words[1] : words[0])];
    }

    private static bool TryParseNetwork(string text, out IPAddress? first, out int prefix)
    {
        (first, prefix) = (null, 0);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && AddressPattern.TryParseAddress(text[..slash], out first)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix)
            && prefix <= 8 * first!.GetAddressBytes().Length;
    }

    // From the address that was given, whose host bits need not be zero, to the network's last.
    private static IEnumerable<ScanTarget> Expand(IPAddress first, int prefix)
    {
        byte[] bytes = first.GetAddressBytes();
        while (true)
        {
            string address = new IPAddress(bytes).ToString();
            yield return new ScanTarget([address], address);
            if (!TryIncrement(bytes, prefix)) yield break;
        }
    }

    /// <summary>Adds one to the host bits; false when they were all ones.</summary>
    private static bool TryIncrement(byte[] bytes, int prefix)
    {
        for (int bit = (8 * bytes.Length) - 1; bit >= prefix; bit--)
        {
            byte mask = (byte)(0x80 >> (bit % 8));
            bytes[bit / 8] ^= mask;
            if ((bytes[bit / 8] & mask) != 0) return true;
        }

        return false;
    }
}
