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
}
