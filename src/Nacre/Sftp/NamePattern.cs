namespace Nacre.Sftp;

/// <summary>Patterns of one file name as fnmatch(3) has them: * ? [...] and \ to take any of these as it is.</summary>
internal static class NamePattern
{
    /// <summary>Whether the whole of a name is what a pattern stands for.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="name">The name.</param>
    /// <param name="negations">Each of these, behind a [, makes the set stand for all but its members.</param>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name, string negations = "!^")
    {
        // on a mismatch only the last star takes one character more, so the work is at most pattern times name.
        (int p, int n, int star, int starName) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            int next = n;
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, starName) = (p++, n);
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, name, ref next, negations))
            {
                n = next;
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++starName);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, ref int p, ReadOnlySpan<char> name, ref int n, string negations)
    {
        switch (pattern[p])
        {
            case '?':
                p++;
                n += LengthOfFirst(name[n..]);
                return true;
            case '[' when TryReadSet(pattern, p, name[n], negations, out int end, out bool isMember):
                p = end;
                n += LengthOfFirst(name[n..]);
                return isMember;
            case '\\' when p + 1 < pattern.Length:
                p += 2;
                return pattern[p - 1] == name[n++];
            default:
                return pattern[p++] == name[n++];
        }
    }

    private static int LengthOfFirst(ReadOnlySpan<char> text) => text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;

    // A set has at least one member, so a ] that comes first is one. Without an end it is no set.
    private static bool TryReadSet(ReadOnlySpan<char> pattern, int start, char c, string negations, out int end, out bool isMember)
    {
        bool isNegated = start + 1 < pattern.Length && negations.Contains(pattern[start + 1], StringComparison.Ordinal);
        int first = start + (isNegated ? 2 : 1);
        end = first;
        isMember = false;
        while (end < pattern.Length && (pattern[end] != ']' || end == first))
        {
            if (pattern[end] == '[' && TryReadClass(pattern, ref end, c, ref isMember)) continue;
            char low = TakeMember(pattern, ref end);
            char high = low;
            if (end + 1 < pattern.Length && pattern[end] == '-' && pattern[end + 1] != ']')
            {
                end++;
                high = TakeMember(pattern, ref end);
            }

            isMember |= c >= low && c <= high;
        }

        isMember ^= isNegated;
        return end++ < pattern.Length;
    }

    private static char TakeMember(ReadOnlySpan<char> pattern, ref int at)
    {
        if (pattern[at] == '\\' && at + 1 < pattern.Length) at++;
        return pattern[at++];
    }

    private static bool TryReadClass(ReadOnlySpan<char> pattern, ref int at, char c, ref bool isMember)
    {
        int length = at + 1 < pattern.Length && pattern[at + 1] == ':' ? pattern[(at + 2)..].IndexOf(":]") : -1;
        if (length < 0) return false;
        bool? isIn = pattern.Slice(at + 2, length) switch
        {
            "alnum" => char.IsLetterOrDigit(c),
            "alpha" => char.IsLetter(c),
            "blank" => c is ' ' or '\t',
            "cntrl" => char.IsControl(c),
            "digit" => char.IsAsciiDigit(c),
            "graph" => !char.IsControl(c) && !char.IsWhiteSpace(c),
            "lower" => char.IsLower(c),
            "print" => !char.IsControl(c),
            "punct" => char.IsPunctuation(c) || char.IsSymbol(c),
            "space" => char.IsWhiteSpace(c),
            "upper" => char.IsUpper(c),
            "xdigit" => char.IsAsciiHexDigit(c),
            _ => null,
        };
        if (isIn is not { } found) return false;
        isMember |= found;
        at += length + 4;
        return true;
    }
}
