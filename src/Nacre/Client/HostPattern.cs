namespace Nacre.Client;

/// <summary>Matches a host name against the patterns of a known_hosts line: * and ?, with ! for exceptions.</summary>
internal static class HostPattern
{
    /// <summary>A longer pattern matches nothing, as in OpenSSH.</summary>
    private const int MaxPattern = 1023;

    /// <summary>True when a pattern of the list matches and none of its exceptions does.</summary>
    /// <param name="host">The name, in lower case.</param>
    /// <param name="list">Patterns separated by commas, in any case.</param>
    public static bool MatchesList(ReadOnlySpan<char> host, ReadOnlySpan<char> list)
    {
        bool isMatched = false;
        foreach (Range range in list.Split(','))
        {
            ReadOnlySpan<char> pattern = list[range];
            bool isException = pattern.StartsWith('!');
            if (isException) pattern = pattern[1..];
            if (pattern.Length > MaxPattern) return false;
            if (!Matches(host, pattern)) continue;
            if (isException) return false;
            isMatched = true;
        }

        return isMatched;
    }

    // One place to go back to is enough, since a later * can take over whatever an earlier one could: so the time is bounded by the product of the lengths.
    private static bool Matches(ReadOnlySpan<char> host, ReadOnlySpan<char> pattern)
    {
        int h = 0, p = 0, star = -1, resume = 0;
        while (h < host.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = h;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || ToLower(pattern[p]) == host[h]))
            {
                p++;
                h++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                h = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    /// <summary>The character in lower case, if it is one of ASCII; names of other scripts are compared as they are.</summary>
    public static char ToLower(char c) => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
}
