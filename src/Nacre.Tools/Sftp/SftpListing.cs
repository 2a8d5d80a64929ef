using System.Runtime.InteropServices;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Sftp;

/// <summary>The command ls.</summary>
internal sealed class SftpListing(SftpSession session)
{
    public const string Flags = "1afhlnrSt";

    private const int UsualWidth = 80;

    /// <summary>A listing that is not to be sorted is shown in parts of this many names, and never held whole.</summary>
    private const int PartLength = 512;

    private readonly RemoteNames _names = new(session.Client);

    /// <summary>Lists what a pattern stands for, or the working directory.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> RunAsync(SftpArguments given, CancellationToken ct)
    {
        ListingView view = ListingView.Of(given.Flags);
        if (given.Count == 0) return await DirectoryAsync(session.Working, session.Working, view, ct).ConfigureAwait(false);
        string pattern = session.AbsolutePattern(given.Patterns[0]);
        string? hidden = given.Patterns[0].StartsWith('/') ? null : session.Working;
        var found = new List<GlobMatch>();
        foreach (string each in BraceExpansion.Expand(pattern)) found.AddRange(await Glob.FindAsync(session.Tree, each, hasDots: true).WaitAsync(ct).ConfigureAwait(false));
        if (found.Count == 0) return session.Fail($"Can't ls: \"{pattern}\" not found");
        if (found is [{ IsDirectory: true }]) return await DirectoryAsync(found[0].Path, hidden, view, ct).ConfigureAwait(false);
        int longest = found.Max(match => TextWidth.Of(match.Path));
        await ShowAsync([.. found.Select(match => new Row(Shown(match.Path, hidden), match.Attributes, match.LongName))], longest, view, ct).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> DirectoryAsync(string directory, string? hidden, ListingView view, CancellationToken ct)
    {
        string shown = Shown(directory, hidden);
        bool isInParts = view.Order == ListingOrder.AsItComes && (view.IsLong || view.IsSingle);
        var rows = new List<Row>();
        int longest = 0;
        try
        {
            await foreach (FileEntry entry in session.Tree.EnumerateAsync(directory, hasDots: true, ct).ConfigureAwait(false))
            {
                if (entry.Name.StartsWith('.') && !view.ShowsAll) continue;
                longest = Math.Max(longest, TextWidth.Of(entry.Name));
                rows.Add(new Row(RemotePath.Append(shown, entry.Name), entry.Attributes, entry.LongName));
                if (!isInParts || rows.Count < PartLength) continue;
                await ShowAsync(rows, longest, view, ct).ConfigureAwait(false);
                rows.Clear();
            }
        }
        catch (SftpException error)
        {
            return session.Fail($"remote readdir(\"{directory}\"): {error.Message}");
        }

        await ShowAsync(rows, TextWidth.Of(shown) + longest, view, ct).ConfigureAwait(false);
        return true;
    }

    private async Task ShowAsync(List<Row> rows, int longest, ListingView view, CancellationToken ct)
    {
        // Not by the list's own method: every list in the program would have its means of sorting made at each start, docs/design/0001-ahead-of-time-tools.md.
        if (view.Order != ListingOrder.AsItComes) CollectionsMarshal.AsSpan(rows).Sort((left, right) => view.IsReversed ? Compare(right, left, view.Order) : Compare(left, right, view.Order));
        if (view.IsLong)
        {
            await ShowLongAsync(rows, view, ct).ConfigureAwait(false);
            return;
        }

        string[] names = [.. rows.Select(static row => Printable.Escape(row.Name))];
        foreach (string line in view.IsSingle ? names : ListingFormat.Columns(names, longest, Width()))
        {
            ct.ThrowIfCancellationRequested();
            session.Reporter.Print(line);
        }
    }

    private async Task ShowLongAsync(List<Row> rows, ListingView view, CancellationToken ct)
    {
        if (!view.IsNumeric) await _names.LearnAsync(rows.Select(static row => row.Attributes), ct).ConfigureAwait(false);
        DateTimeOffset now = DateTimeOffset.Now;
        foreach (Row row in rows)
        {
            ct.ThrowIfCancellationRequested();
            (string? user, string? group) = view.IsNumeric ? (null, null)
                : _names.IsTold ? (_names.User(row.Attributes.Uid), _names.Group(row.Attributes.Gid))
                : ListingFormat.OwnersIn(row.LongName);
            session.Reporter.Print(ListingFormat.Long(row.Name, row.Attributes, user, group, view.IsScaled, now));
        }
    }

    private static int Width() =>
        (TerminalSize.TryOf(1, out TerminalSize size) || TerminalSize.TryOf(0, out size)) && size.Columns > 0 ? (int)size.Columns : UsualWidth;

    private static string Shown(string path, string? hidden) => hidden is null ? path : RemotePath.Below(path, hidden);

    private static int Compare(Row left, Row right, ListingOrder by)
    {
        int order = by switch
        {
            ListingOrder.Time => Nullable.Compare(right.Attributes.ModificationTime, left.Attributes.ModificationTime),
            ListingOrder.Size => Nullable.Compare(right.Attributes.Size, left.Attributes.Size),
            _ => 0,
        };
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }

    private sealed record Row(string Name, SftpAttributes Attributes, string LongName);
}
