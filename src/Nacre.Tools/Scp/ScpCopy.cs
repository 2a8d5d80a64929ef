using Nacre.Config;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Scp;

/// <summary>Copies each source of scp to the target, over one session for each machine.</summary>
internal sealed class ScpCopy(ScpSettings settings, Reporter reporter) : IAsyncDisposable
{
    private readonly Dictionary<Destination, SftpConnection> _connections = [];

    /// <summary>Copies; false when any of it failed, which has been said.</summary>
    public async Task<bool> RunAsync()
    {
        ScpPlace target = settings.Target;
        bool isSeveral = settings.Sources.Count > 1;
        if (target.IsLocal && isSeveral && !Directory.Exists(target.Path))
        {
            return Fail($"{target.Path}: {(File.Exists(target.Path) ? "Not a directory" : "No such file or directory")}");
        }

        bool isWhole = true;
        foreach (ScpPlace source in settings.Sources)
        {
            isWhole &= await ((source.IsLocal, target.IsLocal) switch
            {
                (true, true) => CopyHereAsync(source.Path, target.Path),
                (true, false) => UploadAsync(source.Path, target, isSeveral),
                (false, true) => DownloadAsync(source, target.Path),
                (false, false) => CrossAsync(source, target, isSeveral),
            }).ConfigureAwait(false);
        }

        return isWhole;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SftpConnection connection in _connections.Values) await connection.DisposeAsync().ConfigureAwait(false);
        _connections.Clear();
    }

    private async Task<SftpClient> ClientAsync(ScpPlace place)
    {
        if (!_connections.TryGetValue(place.Machine!, out SftpConnection? connection))
        {
            ProgramCall call = settings.Server is { } server ? new ProgramCall(server, [server]) : settings.Ssh.For(place.Machine! with { Path = null });
            connection = await SftpConnection.OpenAsync(call).ConfigureAwait(false);
            _connections.Add(place.Machine!, connection);
        }

        return connection.Client;
    }

    private async Task<bool> UploadAsync(string source, ScpPlace target, bool isSeveral)
    {
        SftpAttributes? attributes = LocalTree.Find(source, followsLinks: true);
        if (attributes is null) return Fail($"stat local \"{source}\": No such file or directory");
        SftpClient client = await ClientAsync(target).ConfigureAwait(false);
        var uploader = new Uploader(client, reporter, settings.Copies);
        string? remote = await PathInAsync(client, uploader, target.Path, RemotePath.BaseName(Path.GetFullPath(source)), isSeveral).ConfigureAwait(false);
        if (remote is null) return false;
        if (attributes.IsDirectory && settings.Copies.IsRecursive)
        {
            return await uploader.DirectoryAsync(source, remote).ConfigureAwait(false) || Fail($"failed to upload directory {source} to {remote}");
        }

        return await uploader.FileAsync(source, remote).ConfigureAwait(false) || Fail($"failed to upload file {source} to {remote}");
    }

    private async Task<bool> DownloadAsync(ScpPlace source, string target)
    {
        SftpClient client = await ClientAsync(source).ConfigureAwait(false);
        List<GlobMatch> found = await Glob.FindAsync(new RemoteTree(client, reporter), source.Path).ConfigureAwait(false);
        if (found.Count == 0) return Fail($"{source.Path}: No such file or directory");
        bool isIntoDirectory = Directory.Exists(target);
        if (found.Count > 1 && !isIntoDirectory) return Fail($"Multiple files match pattern, but destination \"{target}\" is not a directory");
        var downloader = new Downloader(client, reporter, settings.Copies);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            // "host:." and "host:.." copy what is in the directory into the target, and nothing above it.
            string name = RemotePath.BaseName(match.Path);
            string local = isIntoDirectory && RemotePath.IsPlainName(name) ? RemotePath.Append(target, name) : target;
            isWhole &= match.IsDirectory && settings.Copies.IsRecursive
                ? await downloader.DirectoryAsync(match.Path, local).ConfigureAwait(false)
                : await downloader.FileAsync(match.Path, local).ConfigureAwait(false);
        }

        return isWhole;
    }

    private async Task<bool> CrossAsync(ScpPlace source, ScpPlace target, bool isSeveral)
    {
        SftpClient from = await ClientAsync(source).ConfigureAwait(false);
        SftpClient to = await ClientAsync(target).ConfigureAwait(false);
        List<GlobMatch> found = await Glob.FindAsync(new RemoteTree(from, reporter), source.Path).ConfigureAwait(false);
        if (found.Count == 0) return Fail($"{source.Path}: No such file or directory");
        var crossing = new Crossing(from, to, reporter, settings.Copies);
        var uploader = new Uploader(to, reporter, settings.Copies);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            string name = RemotePath.BaseName(match.Path);
            string? path = await PathInAsync(to, uploader, target.Path, RemotePath.IsPlainName(name) ? name : ".", isSeveral || found.Count > 1).ConfigureAwait(false);
            isWhole &= path is not null && (match.IsDirectory && settings.Copies.IsRecursive
                ? await crossing.DirectoryAsync(match.Path, path).ConfigureAwait(false)
                : await crossing.FileAsync(match.Path, path).ConfigureAwait(false));
        }

        return isWhole;
    }

    /// <summary>Where a source goes at the other side; several sources have a directory made for them. Null when that failed.</summary>
    private static async Task<string?> PathInAsync(SftpClient client, Uploader uploader, string target, string name, bool isSeveral)
    {
        bool isDirectory;
        try
        {
            isDirectory = (await client.StatAsync(target).ConfigureAwait(false)).IsDirectory;
        }
        catch (SftpException)
        {
            isDirectory = false;
        }

        if (isSeveral && !isDirectory && !(isDirectory = await uploader.MakeDirectoryAsync(target).ConfigureAwait(false))) return null;
        return isDirectory ? RemotePath.Append(target, name) : target;
    }

    // Within this machine the system's own cp knows best.
    private async Task<bool> CopyHereAsync(string source, string target)
    {
        List<string> words = ["cp"];
        if (settings.Copies.IsRecursive) words.Add("-r");
        if (settings.Copies.KeepsTimes) words.Add("-p");
        words.AddRange(["--", source, target]);
        try
        {
            return await new ProgramCall("cp", words).RunAsync().ConfigureAwait(false) == 0;
        }
        catch (UnixException error)
        {
            return Fail($"exec: cp: {UnixException.Describe(error.Errno)}");
        }
    }

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
