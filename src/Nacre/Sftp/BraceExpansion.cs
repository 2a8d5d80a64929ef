namespace Nacre.Sftp;

/// <summary>Braces as a shell expands them: a{b,c}d stands for abd and acd. What has no end stands for itself.</summary>
internal static class BraceExpansion
{
    /// <summary>Braces stand for this many patterns at most; what goes beyond stays as it is.</summary>
    private const int MostAlternatives = 4096;

    /// <summary>The patterns that a pattern with {one,other} stands for; itself where it has no such thing.</summary>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        List<string> done = [];
        var waiting = new Stack<string>([pattern]);
        while (waiting.TryPop(out string? next))
        {
            bool isTooMany = done.Count + waiting.Count >= MostAlternatives;
            if (isTooMany || next == "{}" || !TryFindBraces(next, out int open, out List<int> ends))
            {
                done.Add(next);
                continue;
            }

            string before = next[..open], behind = next[(ends[^1] + 1)..];
            for (int i = ends.Count - 1; i >= 0; i--) waiting.Push(before + next[((i == 0 ? open : ends[i - 1]) + 1)..ends[i]] + behind);
        }

        return done;
    }

    // The first brace that has its end, and where its alternatives end.
    private static bool TryFindBraces(string pattern, out int open, out List<int> ends)
    {
        ends = [];
        for (open = 0; open < pattern.Length; open++)
        {
            if (pattern[open] == '\\') open++;
            else if (pattern[open] == '{' && TryFindEnds(pattern, open, ends)) return true;
        }

        return false;
    }

    private static bool TryFindEnds(string pattern, int open, List<int> ends)
    {
        ends.Clear();
        int depth = 0;
        for (int i = open + 1; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '[' when pattern.IndexOf(']', i) is > 0 and int end:
                    i = end;
                    break;
                case '{':
                    depth++;
                    break;
                case ',' when depth == 0:
                    ends.Add(i);
                    break;
                case '}' when depth-- == 0:
                    ends.Add(i);
                    return true;
            }
        }

        return false;
    }
}
