using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>Patterns of file names as glob(7) has them: * ? [...] and \ to take any of these as it is.</summary>
internal static class Glob
{
    private const string Magic = "*?[";

    /// <summary>Braces stand for this many patterns at most; what goes beyond stays as it is.</summary>
    private const int MostAlternatives = 4096;

    /// <summary>Whether a pattern stands for anything but itself.</summary>
    public static bool HasMagic(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\') i++;
            else if (Magic.Contains(pattern[i], StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>The name that a pattern without magic stands for.</summary>
    public static string Unescape(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
            text.Append(pattern[i]);
        }

        return text.ToString();
    }

    /// <summary>The pattern that stands for a text and nothing else.</summary>
    public static string Escape(string text)
    {
        var pattern = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c == '\\' || Magic.Contains(c, StringComparison.Ordinal)) pattern.Append('\\');
            pattern.Append(c);
        }

        return pattern.ToString();
    }

    /// <summary>Whether a name is one that a pattern of one part stands for; a dot at its start must be written.</summary>
    public static bool Matches(string pattern, string name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.') && !pattern.StartsWith(@"\.", StringComparison.Ordinal)) return false;

        // A-28: on a mismatch only the last star takes one character more, so the work is at most pattern times name.
        (int p, int n, int star, int starName) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, starName) = (p++, n);
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, name[n]))
            {
                n++;
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

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    /// <summary>The patterns that a pattern with {one,other} stands for; itself where it has no such thing.</summary>
    public static IReadOnlyList<string> ExpandBraces(string pattern)
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

    /// <summary>The paths that a pattern stands for, in order; none when there are none.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="hasDots">A pattern may stand for . and .. too; never for what is copied or removed.</param>
    public static async Task<List<GlobMatch>> FindAsync(IFileTree tree, string pattern, bool hasDots = false)
    {
        List<(string Path, FileEntry? Entry)> found = [(pattern.StartsWith('/') ? "/" : "", null)];
        string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i], behind = i + 1 < parts.Length ? "/" : "";
            List<(string Path, FileEntry? Entry)> next = [];
            foreach ((string directory, _) in found)
            {
                if (!HasMagic(part))
                {
                    next.Add((directory + Unescape(part) + behind, null));
                    continue;
                }

                if (hasDots) next.AddRange(((string[])[".", ".."]).Where(dots => Matches(part, dots)).Select(dots => (directory + dots + behind, (FileEntry?)null)));
                IEnumerable<FileEntry> entries = (await tree.ListAsync(directory).ConfigureAwait(false)).Where(entry => Matches(part, entry.Name));
                next.AddRange(entries.OrderBy(static entry => entry.Name, StringComparer.Ordinal).Select(entry => (directory + entry.Name + behind, (FileEntry?)entry)));
            }

            found = next;
        }

        return await DescribeAsync(tree, found, mustBeDirectory: pattern.EndsWith('/')).ConfigureAwait(false);
    }

    private static async Task<List<GlobMatch>> DescribeAsync(IFileTree tree, List<(string Path, FileEntry? Entry)> found, bool mustBeDirectory)
    {
        var matches = new List<GlobMatch>();
        foreach ((string path, FileEntry? entry) in found)
        {
            bool isKnown = entry is { Attributes.Permissions: not null } && !path.EndsWith('/');
            SftpAttributes? attributes = isKnown ? entry!.Attributes : await tree.FindAsync(path, followsLinks: false).ConfigureAwait(false);
            if (attributes is null) continue;
            bool isDirectory = attributes.IsDirectory
                || (attributes.IsSymbolicLink && (await tree.FindAsync(path, followsLinks: true).ConfigureAwait(false))?.IsDirectory == true);
            if (mustBeDirectory && !isDirectory) continue;
            matches.Add(new GlobMatch(isDirectory && !path.EndsWith('/') ? path + "/" : path, attributes, entry?.LongName ?? ""));
        }

        return matches;
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

    private static bool MatchesOne(string pattern, ref int p, char c)
    {
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '[' when TryReadSet(pattern, p, c, out int end, out bool isMember):
                p = end;
                return isMember;
            case '\\' when p + 1 < pattern.Length:
                p += 2;
                return pattern[p - 1] == c;
            default:
                return pattern[p++] == c;
        }
    }

    // A set has at least one member, so a ] that comes first is one. Without an end it is no set.
    private static bool TryReadSet(string pattern, int start, char c, out int end, out bool isMember)
    {
        bool isNegated = start + 1 < pattern.Length && pattern[start + 1] == '!';
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

    private static char TakeMember(string pattern, ref int at)
    {
        if (pattern[at] == '\\' && at + 1 < pattern.Length) at++;
        return pattern[at++];
    }

    private static bool TryReadClass(string pattern, ref int at, char c, ref bool isMember)
    {
        int end = at + 1 < pattern.Length && pattern[at + 1] == ':' ? pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) : -1;
        if (end < 0) return false;
        bool? isIn = pattern[(at + 2)..end] switch
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
        at = end + 2;
        return true;
    }
}
