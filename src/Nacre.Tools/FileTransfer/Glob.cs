using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>Patterns of file names as glob(7) has them: * ? [...] and \ to take any of these as it is.</summary>
internal static class Glob
{
    private const string Magic = "*?[";

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

    /// <summary>The paths that a pattern stands for, in order; none when there are none.</summary>
    public static async Task<List<GlobMatch>> FindAsync(IFileTree tree, string pattern)
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

    private static bool MatchesOne(string pattern, ref int p, char c)
    {
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '[' when pattern.IndexOf(']', Math.Min(p + 2, pattern.Length)) is > 0 and int end:
                bool isMember = IsMember(pattern.AsSpan(p + 1, end - p - 1), c);
                p = end + 1;
                return isMember;
            case '\\' when p + 1 < pattern.Length:
                p += 2;
                return pattern[p - 1] == c;
            default:
                return pattern[p++] == c;
        }
    }

    private static bool IsMember(ReadOnlySpan<char> set, char c)
    {
        bool isNegated = set.Length > 1 && set[0] is '!' or '^';
        if (isNegated) set = set[1..];
        for (int i = 0; i < set.Length; i++)
        {
            bool isRange = i + 2 < set.Length && set[i + 1] == '-';
            if (isRange ? c >= set[i] && c <= set[i + 2] : c == set[i]) return !isNegated;
            if (isRange) i += 2;
        }

        return isNegated;
    }
}
