using Nacre.Config;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>Copies each source of scp to the target, over one session for each machine.</summary>
internal sealed class ScpCopy(ScpSettings settings, Reporter reporter) : IAsyncDisposable
{
    private readonly Dictionary<Destination, SftpConnection> _connections = [];

    /// <summary>Copies from one place to another, not both of them here.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> CopyAsync(ScpPlace source, ScpPlace target) =>
        source.IsLocal ? UploadAsync(source.Path, target, settings.TargetIsDirectory)
        : target.IsLocal ? DownloadAsync(source, target.Path)
        : CrossAsync(source, target, settings.TargetIsDirectory);

    public async ValueTask DisposeAsync()
    {
        foreach (SftpConnection connection in _connections.Values) await connection.DisposeAsync().ConfigureAwait(false);
        _connections.Clear();
    }

    private async Task<SftpClient> ClientAsync(ScpPlace place)
    {
        if (!_connections.TryGetValue(place.Machine!, out SftpConnection? connection))
        {
            ProgramCall call = settings.Server is { } server ? new ProgramCall(server, [server]) : settings.Ssh.For(place.Machine!);
            connection = await SftpConnection.OpenAsync(call).ConfigureAwait(false);
            _connections.Add(place.Machine!, connection);
        }

        return connection.Client;
    }

    private async Task<bool> UploadAsync(string source, ScpPlace target, bool isSeveral)
    {
        SftpAttributes? attributes = LocalTree.Find(source, followsLinks: true);
        if (attributes is null) throw new FatalException($"stat local \"{source}\": No such file or directory");
        SftpClient client = await ClientAsync(target).ConfigureAwait(false);
        var uploader = new Uploader(client, reporter, settings.Copies);
        string? remote = await PathInAsync(client, uploader, FromHome(target.Path), RemotePath.BaseName(Path.GetFullPath(source)), isSeveral).ConfigureAwait(false);
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
        List<GlobMatch> found = await Glob.FindAsync(new RemoteTree(client, reporter), FromHome(source.Path)).ConfigureAwait(false);
        if (found.Count == 0) return Fail($"{source.Path}: No such file or directory");
        bool isIntoDirectory = Directory.Exists(target);
        if (found.Count > 1 && !isIntoDirectory) return Fail($"Multiple files match pattern, but destination \"{target}\" is not a directory");
        var downloader = new Downloader(client, reporter, settings.Copies);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            // "host:." and "host:.." copy what is in the directory into the target, and nothing above it.
            string name = RemotePath.BaseName(match.Path);
            string local = isIntoDirectory && PlainName.Is(name) ? RemotePath.Append(target, name) : target;
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
        List<GlobMatch> found = await Glob.FindAsync(new RemoteTree(from, reporter), FromHome(source.Path)).ConfigureAwait(false);
        if (found.Count == 0) return Fail($"{source.Path}: No such file or directory");
        var crossing = new Crossing(from, to, reporter, settings.Copies);
        var uploader = new Uploader(to, reporter, settings.Copies);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            string name = RemotePath.BaseName(match.Path);
            string? path = await PathInAsync(to, uploader, FromHome(target.Path), PlainName.Is(name) ? name : ".", isSeveral || found.Count > 1).ConfigureAwait(false);
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

    // A session starts in the home directory, so ~ needs no word from the server.
    private static string FromHome(string path)
    {
        if (path == "~") return ".";
        if (path.StartsWith("~/", StringComparison.Ordinal)) return path.TrimEnd('/') == "~" ? "." : path[2..].TrimStart('/');
        return path.StartsWith('~') ? throw new FatalException($"{path}: the home directories of other users have no short form; write the whole path") : path;
    }

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
