using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>The commands of sftp that copy files from one side to the other; all that one command copies is one transfer.</summary>
/// <param name="session">The session.</param>
/// <param name="options">How they copy, unless their flags say more.</param>
internal sealed class FileCommands(SftpSession session, TransferOptions options)
{
    public const string Flags = "afPpRr";

    public async Task<bool> GetAsync(SftpArguments given, CancellationToken ct)
    {
        string pattern = session.AbsolutePattern(given.Patterns[0]);
        List<GlobMatch> found = await Glob.FindAsync(session.Tree, pattern).WaitAsync(ct).ConfigureAwait(false);
        if (found.Count == 0) return session.Fail($"File \"{pattern}\" not found.");
        string? target = given.Count > 1 ? given.Path(1) : null;
        bool isIntoDirectory = target is not null && Directory.Exists(target);
        if (found.Count > 1 && target is not null && !isIntoDirectory) return session.Fail($"Multiple source paths, but destination \"{target}\" is not a directory");
        TransferOptions wanted = With(given);
        using var report = new TransferReport(session.Reporter, TransferWay.Down, "Retrieving") { Resumes = wanted.Resumes };
        var items = new List<TransferItem>();
        foreach (GlobMatch match in found)
        {
            string name = NameOf(match.Path);
            string local = target is null ? name : isIntoDirectory ? RemotePath.Append(target, name) : target;
            report.Name(match.Path, $"{(wanted.Resumes ? "Resuming" : "Fetching")} {match.Path} to {local}");
            items.Add(new TransferItem(match.Path, local, match.Attributes));
        }

        return await RunAsync(new Download(session.Client, Local(), wanted, report), items, report, given, ct).ConfigureAwait(false);
    }

    public async Task<bool> PutAsync(SftpArguments given, CancellationToken ct)
    {
        List<GlobMatch> found = await Glob.FindAsync(new LocalTree(), given.Patterns[0]).ConfigureAwait(false);
        if (found.Count == 0) return session.Fail($"stat {Glob.Unescape(given.Patterns[0])}: No such file or directory");
        string? target = given.Count > 1 ? session.Absolute(given.Path(1)) : null;
        bool isIntoDirectory = target is not null && await session.Tree.FindAsync(target, followsLinks: true).ConfigureAwait(false) is { IsDirectory: true };
        if (found.Count > 1 && target is not null && !isIntoDirectory) return session.Fail($"Multiple paths match, but destination \"{target}\" is not a directory");
        TransferOptions wanted = With(given);
        using var report = new TransferReport(session.Reporter, TransferWay.Up, "Entering") { Resumes = wanted.Resumes };
        var items = new List<TransferItem>();
        foreach (GlobMatch match in found)
        {
            string name = NameOf(match.Path);
            string remote = target is null ? session.Absolute(name) : isIntoDirectory ? RemotePath.Append(target, name) : target;
            report.Name(match.Path, $"{(wanted.Resumes ? "Resuming upload of" : "Uploading")} {match.Path} to {remote}");
            items.Add(new TransferItem(match.Path, remote, match.Attributes));
        }

        return await RunAsync(new Upload(session.Client, Local(), wanted, report), items, report, given, ct).ConfigureAwait(false);
    }

    private async Task<bool> RunAsync(Transfer transfer, List<TransferItem> items, TransferReport report, SftpArguments given, CancellationToken ct)
    {
        try
        {
            await transfer.RunAsync(items, ct).ConfigureAwait(false);
            return !report.HasFailed;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            report.Dispose();
            session.Reporter.Fail(Stopped(report, given));
            return false;
        }
    }

    // What was copied stays, so say how to go on.
    private static string Stopped(TransferReport report, SftpArguments given)
    {
        bool isDownload = given.Command.EndsWith("get", StringComparison.Ordinal);
        return $"Interrupted: {report.Left}. To go on: {given.GoOn ?? $"{(isDownload ? "reget" : "reput")} {given.Rest}"}";
    }

    private static LocalFileSystem Local() => new(Environment.CurrentDirectory);

    private TransferOptions With(SftpArguments given) => options with
    {
        IsRecursive = options.IsRecursive || given.Has('r') || given.Has('R'),
        KeepsAttributes = options.KeepsAttributes || given.Has('p') || given.Has('P'),
        Syncs = options.Syncs || given.Has('f'),
        Resumes = options.Resumes || given.Has('a') || given.Command is "reget" or "reput",
    };

    // "get -r ." and "get -r .." copy what is in the directory, here and not above.
    private static string NameOf(string path) => RemotePath.BaseName(path) is string name && PlainName.Is(name) ? name : ".";
}
