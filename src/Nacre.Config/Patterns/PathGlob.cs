using Nacre.Config.Files;

namespace Nacre.Config.Patterns;

/// <summary>
/// Finds the files that an Include pattern names, sorted as glob(3) sorts them. A name that begins with a dot is only found
/// by a pattern that does too.
/// </summary>
internal static class PathGlob
{
    /// <summary>The most paths that one pattern may name.</summary>
    public const int MaxMatches = 1024;

    public static bool HasWildcards(string pattern) => pattern.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>The absolute paths that <paramref name="pattern"/> names, or null when there are too many.</summary>
    public static IReadOnlyList<string>? Expand(string pattern, IConfigFiles files)
    {
        if (!HasWildcards(pattern))
            return [pattern];
        List<string> found = [pattern.StartsWith('/') ? "/" : ""];
        foreach (string part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            List<string> deeper = [];
            foreach (string directory in found)
            {
                if (!HasWildcards(part))
                    deeper.Add(directory + part + "/");
                else
                    deeper.AddRange(files.ListNames(directory.Length == 0 ? "." : directory)
                        .Where(name => (!name.StartsWith('.') || part.StartsWith('.')) && Matches(name, part))
                        .Order(StringComparer.Ordinal)
                        .Select(name => directory + name + "/"));
                if (deeper.Count > MaxMatches)
                    return null;
            }

            found = deeper;
        }

        return found.ConvertAll(static path => path.TrimEnd('/'));
    }

    /// <summary>Whether a file name matches a pattern of *, ? and [set].</summary>
    public static bool Matches(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        int n = 0, p = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && MatchesOne(name[n], pattern[p..], out int used))
            {
                p += used;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    private static bool MatchesOne(char c, ReadOnlySpan<char> pattern, out int used)
    {
        used = 1;
        if (pattern[0] == '?')
            return true;
        if (pattern[0] == '\\' && pattern.Length > 1)
        {
            used = 2;
            return pattern[1] == c;
        }

        int close = pattern[0] == '[' ? FindClose(pattern) : -1;
        if (close < 0)
            return pattern[0] == c;
        used = close + 1;
        ReadOnlySpan<char> set = pattern[1..close];
        bool isNegated = set[0] is '!' or '^';
        return InSet(c, isNegated ? set[1..] : set) != isNegated;
    }

    private static int FindClose(ReadOnlySpan<char> pattern)
    {
        int first = pattern.Length > 1 && pattern[1] is '!' or '^' ? 2 : 1;
        int close = pattern.Length > first + 1 ? pattern[(first + 1)..].IndexOf(']') : -1;
        return close < 0 ? -1 : close + first + 1;
    }

    private static bool InSet(char c, ReadOnlySpan<char> set)
    {
        for (int i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (c >= set[i] && c <= set[i + 2])
                    return true;
                i += 2;
            }
            else if (set[i] == c)
            {
                return true;
            }
        }

        return false;
    }
}
