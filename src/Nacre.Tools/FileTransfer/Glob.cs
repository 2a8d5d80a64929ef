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
    public static bool Matches(string pattern, string name) =>
        (!name.StartsWith('.') || pattern.StartsWith('.') || pattern.StartsWith(@"\.", StringComparison.Ordinal)) && NamePattern.Matches(pattern, name, negations: "!");

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
}
