using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Sftp;

/// <summary>The command ls.</summary>
internal sealed class SftpListing(SftpClient client, Reporter reporter)
{
    public const string Flags = "1afhlnrSt";

    private const int UsualWidth = 80;

    private readonly RemoteTree _tree = new(client, reporter);

    /// <summary>Lists what a pattern stands for, or the working directory.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> RunAsync(SftpArguments given, string working)
    {
        if (given.Count == 0) return await DirectoryAsync(working, given, working).ConfigureAwait(false);
        string pattern = RemotePath.Absolute(given.Patterns[0], Glob.Escape(working));
        List<GlobMatch> found = await Glob.FindAsync(_tree, pattern).ConfigureAwait(false);
        if (found.Count == 0)
        {
            reporter.Fail($"Can't ls: \"{Glob.Unescape(pattern)}\" not found");
            return false;
        }

        if (found is [{ IsDirectory: true }]) return await DirectoryAsync(found[0].Path, given, working).ConfigureAwait(false);
        int longest = found.Max(match => match.Path.Length);
        Print([.. found.Select(match => new Row(RemotePath.Below(match.Path, working), match.Attributes, match.LongName))], longest, given);
        return true;
    }

    private async Task<bool> DirectoryAsync(string directory, SftpArguments given, string working)
    {
        List<FileEntry> entries;
        try
        {
            entries = await _tree.ListOrThrowAsync(directory, hasDots: true).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            reporter.Fail($"remote readdir(\"{directory}\"): {error.Message}");
            return false;
        }

        if (!given.Has('a')) entries.RemoveAll(static entry => entry.Name.StartsWith('.'));
        string shown = RemotePath.Below(directory, working);
        int longest = shown.Length + entries.Select(static entry => entry.Name.Length).DefaultIfEmpty().Max();
        Print([.. entries.Select(entry => new Row(RemotePath.Append(shown, entry.Name), entry.Attributes, entry.LongName))], longest, given);
        return true;
    }

    private void Print(List<Row> rows, int longest, SftpArguments given)
    {
        if (!given.Has('f')) rows.Sort((left, right) => given.Has('r') ? Compare(right, left, given) : Compare(left, right, given));
        bool isLong = given.Has('l') || given.Has('n');
        if (isLong)
        {
            DateTimeOffset now = DateTimeOffset.Now;
            foreach (Row row in rows) reporter.Print(ListingFormat.Long(row.Name, row.Attributes, row.LongName, given.Has('n'), given.Has('h'), now));
            return;
        }

        string[] names = [.. rows.Select(static row => row.Name)];
        int width = TerminalSize.TryOf(1, out TerminalSize size) && size.Columns > 0 ? (int)size.Columns : UsualWidth;
        foreach (string line in given.Has('1') ? names : ListingFormat.Columns(names, longest, width)) reporter.Print(line);
    }

    private static int Compare(Row left, Row right, SftpArguments given)
    {
        int order = given.Has('t') ? Nullable.Compare(right.Attributes.ModificationTime, left.Attributes.ModificationTime)
            : given.Has('S') ? Nullable.Compare(right.Attributes.Size, left.Attributes.Size)
            : 0;
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }

    private sealed record Row(string Name, SftpAttributes Attributes, string LongName);
}
