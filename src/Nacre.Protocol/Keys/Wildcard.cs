namespace Nacre.Protocol.Keys;

/// <summary>Matches names against patterns in which * stands for any run of characters and ? for any one.</summary>
/// <remarks>
/// It goes back to the last star only, never to one before it, since a later star can take over whatever an earlier one could. So it takes
/// at most text times pattern steps, and no pattern can make it run away (CVE-2026-0967 was a matcher that tried every star).
/// </remarks>
internal static class Wildcard
{
    /// <summary>True when the whole of the text matches; the case of letters counts.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int t = 0, p = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    /// <summary>1 when a pattern of a list separated by commas matches, -1 when one with ! does (which then decides), 0 when none does.</summary>
    public static int Judge(ReadOnlySpan<char> text, ReadOnlySpan<char> list)
    {
        int verdict = 0;
        foreach (Range range in list.Split(','))
        {
            ReadOnlySpan<char> pattern = list[range];
            bool isNegated = pattern.StartsWith('!');
            if (!Matches(text, isNegated ? pattern[1..] : pattern)) continue;
            if (isNegated) return -1;
            verdict = 1;
        }

        return verdict;
    }
}
