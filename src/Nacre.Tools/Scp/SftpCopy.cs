using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>Copies by SFTP, over one session for each machine, with all that goes the same way in one transfer.</summary>
internal sealed class SftpCopy(ScpSettings settings, Reporter reporter) : IAsyncDisposable
{
    private readonly Dictionary<Destination, SftpConnection> _connections = [];
    private readonly LocalFileSystem _files = new(Environment.CurrentDirectory);

    /// <summary>Copies files of this machine to another.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    /// <exception cref="FatalException">Some of them are not there, or the target cannot be made; the others were copied.</exception>
    public async Task<bool> UploadAsync(IReadOnlyList<ScpPlace> sources, ScpPlace target, CancellationToken ct)
    {
        var roots = new List<(TransferItem Item, string Name)>();
        foreach (string path in sources.Select(static source => source.Path))
        {
            if (LocalTree.Find(path, followsLinks: true) is { } known) roots.Add((new TransferItem(path, "", known), NameOf(path)));
            else reporter.Fail($"stat local \"{path}\": No such file or directory");
        }

        if (roots.Count == 0) throw new FatalException("");
        SftpClient client = await ClientAsync(target, ct).ConfigureAwait(false);
        string directory = await ExpandAsync(client, target.Path, ct).ConfigureAwait(false) ?? throw new FatalException("");
        bool isDirectory = await IsDirectoryAsync(client, directory, ct).ConfigureAwait(false);
        if (settings.TargetIsDirectory && !isDirectory) await MakeDirectoryAsync(client, directory, ct).ConfigureAwait(false);
        TransferItem[] items = [.. roots.Select(root => root.Item with { Target = isDirectory || settings.TargetIsDirectory ? RemotePath.Append(directory, root.Name) : directory })];
        using TransferReport report = Report(TransferWay.Up);
        foreach (TransferItem item in items) report.Name(item.Source);
        TransferResult result = await RunAsync(new Upload(client, _files, settings.Copies, report).RunAsync(items, ct), report).ConfigureAwait(false);
        foreach (TransferItem item in items.Where(item => result.Failures.Any(failure => report.IsFailureOf(failure, item.Source))))
        {
            reporter.Fail($"failed to upload {(item.Known!.IsDirectory && settings.Copies.IsRecursive ? "directory" : "file")} {item.Source} to {target.Path}");
        }

        return roots.Count == sources.Count ? !report.HasFailed : throw new FatalException("");
    }

    /// <summary>Copies files of one other machine to this one.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public async Task<bool> DownloadAsync(IReadOnlyList<ScpPlace> sources, string target, CancellationToken ct)
    {
        SftpClient client = await ClientAsync(sources[0], ct).ConfigureAwait(false);
        bool isComplete = true;
        using TransferReport report = Report(TransferWay.Down);
        await RunAsync(new Download(client, _files, settings.Copies, report).RunAsync(Items(), ct), report).ConfigureAwait(false);
        return isComplete && !report.HasFailed;

        async IAsyncEnumerable<TransferItem> Items()
        {
            foreach (ScpPlace source in sources)
            {
                List<GlobMatch> found = await FindAsync(client, source, ct).ConfigureAwait(false);
                bool? isDirectory = found.Count == 0 ? null : IsIntoDirectory(target, found.Count > 1);
                isComplete &= isDirectory is not null;
                if (isDirectory is null) continue;
                foreach (GlobMatch match in found)
                {
                    string name = NameOf(match.Path);
                    string local = isDirectory.Value ? RemotePath.Append(target, name) : target;
                    Trace($"Fetching {match.Path} to {local}");
                    report.Name(match.Path);
                    yield return new TransferItem(match.Path, local, match.Attributes);
                }
            }
        }
    }

    /// <summary>Copies files of one other machine to another, or within one, by way of this.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public async Task<bool> CrossAsync(IReadOnlyList<ScpPlace> sources, ScpPlace target, CancellationToken ct)
    {
        SftpClient to = await ClientAsync(target, ct).ConfigureAwait(false);
        SftpClient from = await ClientAsync(sources[0], ct).ConfigureAwait(false);
        string directory = await ExpandAsync(to, target.Path, ct).ConfigureAwait(false) ?? throw new FatalException("");
        bool isDirectory = await IsDirectoryAsync(to, directory, ct).ConfigureAwait(false);
        if (settings.TargetIsDirectory && !isDirectory)
        {
            foreach (ScpPlace _ in sources) reporter.Fail($"{target.Path}: destination is not a directory");
            return false;
        }

        bool isComplete = true;
        using TransferReport report = Report(TransferWay.Across);
        await RunAsync(new RemoteCopy(from, to, settings.Copies, report).RunAsync(Items(), ct), report).ConfigureAwait(false);
        return isComplete && !report.HasFailed;

        async IAsyncEnumerable<TransferItem> Items()
        {
            foreach (ScpPlace source in sources)
            {
                List<GlobMatch> found = await FindAsync(from, source, ct).ConfigureAwait(false);
                isComplete &= found.Count > 0;
                foreach (GlobMatch match in found)
                {
                    string path = isDirectory ? RemotePath.Append(directory, NameOf(match.Path)) : directory;
                    Trace($"Fetching {match.Path} to {path}");
                    report.Name(match.Path);
                    yield return new TransferItem(match.Path, path, match.Attributes);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SftpConnection connection in _connections.Values) await connection.DisposeAsync().ConfigureAwait(false);
        _connections.Clear();
    }

    /// <summary>Runs a transfer; where it is stopped or the session ends, what is incomplete is told, and how to go on.</summary>
    private async Task<TransferResult> RunAsync(Task<TransferResult> transfer, TransferReport report)
    {
        try
        {
            return await transfer.ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or SshException)
        {
            report.Dispose();
            string what = error is OperationCanceledException ? "Interrupted" : error is SshViolationException ? error.Message : "Connection closed";
            reporter.Fail($"{what}: {report.Left}. To go on: {settings.ResumeCommand}");
            throw new FatalException("", error is OperationCanceledException ? 1 : SftpConnection.FailureStatus);
        }
    }

    private TransferReport Report(TransferWay way) => new(reporter, way) { Resumes = settings.Copies.Resumes };

    private async Task<SftpClient> ClientAsync(ScpPlace place, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!_connections.TryGetValue(place.Machine!, out SftpConnection? connection))
        {
            ProgramCall call = settings.Server is { } server ? new ProgramCall(server, [server]) : settings.Ssh.For(place.Machine!);
            Trace($"Executing: program {call.Path} host {place.Machine!.Host}, user {place.Machine.User ?? "(unspecified)"}, command sftp");
            connection = await SftpConnection.OpenAsync(call).ConfigureAwait(false);
            _connections.Add(place.Machine!, connection);
        }

        return connection.Client;
    }

    /// <summary>What a source stands for; nothing where that failed, which has been said.</summary>
    private async Task<List<GlobMatch>> FindAsync(SftpClient client, ScpPlace source, CancellationToken ct)
    {
        if (await ExpandAsync(client, source.Path, ct).ConfigureAwait(false) is not { } pattern) return [];
        var tree = new RemoteTree(client, reporter);
        List<GlobMatch> found = await Glob.FindAsync(tree, pattern).ConfigureAwait(false);

        // A pattern that stands for nothing may be a name, as with glob(3)'s GLOB_NOCHECK.
        if (found.Count == 0 && await tree.FindAsync(pattern, followsLinks: true).ConfigureAwait(false) is { } itself)
        {
            found = [new GlobMatch(itself.IsDirectory && !pattern.EndsWith('/') ? pattern + "/" : pattern, itself, "")];
        }

        if (found.Count == 0) reporter.Fail($"{source.Path}: No such file or directory");
        return found;
    }

    // A session starts in the home directory, so one's own ~ needs no word from the server.
    private async Task<string?> ExpandAsync(SftpClient client, string path, CancellationToken ct)
    {
        if (!path.StartsWith('~')) return path;
        if (path.TrimEnd('/') == "~") return ".";
        if (path.StartsWith("~/", StringComparison.Ordinal)) return path[2..].TrimStart('/');
        try
        {
            if (client.Offers(SftpClient.ExpandExtension)) return await client.ExpandAsync(path, ct).ConfigureAwait(false);
            reporter.Fail("server expand-path extension is required for ~user paths in SFTP mode");
        }
        catch (SftpException error)
        {
            reporter.Fail($"expand {path}: {(error.ServerMessage.Length > 0 ? error.ServerMessage : error.Message)}");
        }

        return null;
    }

    private static async Task<bool> IsDirectoryAsync(SftpClient client, string path, CancellationToken ct)
    {
        try
        {
            return (await client.StatAsync(path, ct: ct).ConfigureAwait(false)).IsDirectory;
        }
        catch (SftpException)
        {
            return false;
        }
    }

    private async Task MakeDirectoryAsync(SftpClient client, string path, CancellationToken ct)
    {
        try
        {
            Trace($"target directory \"{path}\" does not exist");
            await client.MakeDirectoryAsync(path, ct: ct).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            throw new FatalException($"remote mkdir \"{path}\": {error.Message}");
        }
    }

    /// <summary>Whether a local target is a directory, and then things go into it; null when it should be and is not, which has been said.</summary>
    private bool? IsIntoDirectory(string target, bool mustBe)
    {
        if (LocalTree.Find(target, followsLinks: true) is { } there)
        {
            if (there.IsDirectory || !mustBe) return there.IsDirectory;
            reporter.Fail($"Multiple files match pattern, but destination \"{target}\" is not a directory");
            return null;
        }

        if (!mustBe) return false;
        try
        {
            Directory.CreateDirectory(target);
            return true;
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            reporter.Fail($"local mkdir \"{target}\": {LocalFault.Describe(error, target)}");
            return null;
        }
    }

    // "host:." and "host:.." copy what is in the directory into the target, and nothing above it.
    private static string NameOf(string path) => RemotePath.BaseName(path) is string name && PlainName.Is(name) ? name : ".";

    private void Trace(string line)
    {
        if (settings.Verbosity > 0) reporter.Fail("debug1: " + line);
    }
}
