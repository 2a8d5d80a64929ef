using System.Net;
using System.Net.Sockets;

namespace Nacre.Config.Patterns;

/// <summary>Matches IP addresses against lists of wildcards, addresses and networks in CIDR form.</summary>
internal static class AddressPattern
{
    /// <summary>
    /// 1 when an entry of the comma-separated list covers the address, -1 when one with ! does, 0 when none does.
    /// False when an entry is empty, or a network with host bits set or with a mask that is too long.
    /// </summary>
    /// <param name="address">The address, or null only to check the list.</param>
    /// <param name="list">The entries, separated by commas.</param>
    /// <param name="verdict">What the list says of the address.</param>
    public static bool TryJudge(string? address, string list, out int verdict)
    {
        verdict = 0;
        IPAddress? candidate = TryParseAddress(address, out IPAddress? parsed) ? parsed : null;
        foreach (string entry in list.Split(','))
        {
            bool isNegated = entry.StartsWith('!');
            string pattern = isNegated ? entry[1..] : entry;
            if (pattern.Length == 0 || !TryCovers(candidate, address, pattern, out bool covers))
                return false;
            if (!covers || verdict < 0)
                continue;
            verdict = isNegated ? -1 : 1;
        }

        return true;
    }

    /// <summary>
    /// Whether a list of addresses and networks in CIDR form, with neither names nor wildcards nor exceptions, covers the address. False when
    /// an entry is something else.
    /// </summary>
    /// <param name="address">The address; null to look only whether the list is a good one.</param>
    /// <param name="list">The entries, separated by commas.</param>
    /// <param name="isCovered">Whether one of them covers the address.</param>
    public static bool TryJudgeNetworks(string? address, string list, out bool isCovered)
    {
        isCovered = false;
        foreach (string entry in list.Split(','))
        {
            int slash = entry.IndexOf('/', StringComparison.Ordinal);
            if (!TryParseAddress(slash < 0 ? entry : entry[..slash], out _) || !TryJudge(address, entry, out int verdict)) return false;
            isCovered |= verdict > 0;
        }

        return true;
    }

    /// <summary>Parses a numeric IPv4 (four decimal parts) or IPv6 address.</summary>
    public static bool TryParseAddress(string? text, out IPAddress? address)
    {
        address = null;
        if (text is null || text.Length == 0 || text.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:.%"))
            return false;
        return IPAddress.TryParse(text, out address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.AsSpan().Count('.') == 3);
    }

    private static bool TryCovers(IPAddress? candidate, string? address, string pattern, out bool covers)
    {
        covers = false;
        int slash = pattern.IndexOf('/', StringComparison.Ordinal);
        bool hasMask = slash >= 0 && slash + 1 < pattern.Length && !pattern.AsSpan(slash + 1).ContainsAnyExceptInRange('0', '9');
        if (hasMask && TryParseAddress(pattern[..slash], out IPAddress? start))
        {
            // sshd_config(5): "it is an error to specify a mask length that is too long for the address or one with bits
            // set in this host portion of the address".
            if (!IPNetwork.TryParse(pattern, out IPNetwork network) || !network.BaseAddress.Equals(start))
                return false;
            covers = candidate is not null
                && candidate.AddressFamily == network.BaseAddress.AddressFamily && network.Contains(candidate);
            return true;
        }

        if (slash < 0 && TryParseAddress(pattern, out IPAddress? single))
            covers = candidate is not null && candidate.Equals(single);
        else if (address is not null)
            covers = PatternMatcher.Matches(address, pattern);
        return true;
    }
}
