using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.Sftp;

/// <summary>The commands of sftp that make, name and remove files at the other side.</summary>
internal sealed class RemotePathCommands(SftpSession session)
{
    public async Task<bool> ChangeDirectoryAsync(SftpArguments given, CancellationToken ct)
    {
        string path = given.Count == 0 || given.Path(0).Length == 0 ? session.Home : session.Absolute(given.Path(0));
        string resolved = "";
        SftpAttributes? attributes = null;
        bool isKnown = await session.DoAsync(async () => resolved = await session.Client.ResolveAsync(path, ct).ConfigureAwait(false), $"realpath {path}").ConfigureAwait(false)
            && await session.DoAsync(async () => attributes = await session.Client.StatAsync(resolved, ct: ct).ConfigureAwait(false), $"stat remote \"{resolved}\"").ConfigureAwait(false);
        if (!isKnown) return false;
        if (attributes!.Permissions is null) return session.Fail("Can't change directory: Can't check target");
        if (!attributes.IsDirectory) return session.Fail($"Can't change directory: \"{resolved}\" is not a directory");
        session.Working = resolved;
        return true;
    }

    public Task<bool> PrintDirectory(SftpArguments given, CancellationToken ct)
    {
        session.Reporter.Print($"Remote working directory: {session.Working}");
        return Task.FromResult(true);
    }

    public Task<bool> MakeDirectoryAsync(SftpArguments given, CancellationToken ct)
    {
        string path = session.Absolute(given.Path(0));
        return session.DoAsync(() => session.Client.MakeDirectoryAsync(path, ct: ct), $"remote mkdir \"{path}\"");
    }

    public Task<bool> RemoveDirectoryAsync(SftpArguments given, CancellationToken ct)
    {
        string path = session.Absolute(given.Path(0));
        return session.DoAsync(() => session.Client.RemoveDirectoryAsync(path, ct), $"remote rmdir \"{path}\"");
    }

    public async Task<bool> RemoveAsync(SftpArguments given, CancellationToken ct)
    {
        bool isWhole = true;
        foreach (string path in await session.FindOrTakeAsync(given.Patterns[0], ct).ConfigureAwait(false))
        {
            ct.ThrowIfCancellationRequested();
            session.Reporter.Tell($"Removing {path}");
            isWhole &= await session.DoAsync(() => session.Client.RemoveFileAsync(path, ct), $"remote delete {path}").ConfigureAwait(false);
            if (!isWhole && given.StopsAtFailure) break;
        }

        return isWhole;
    }

    public Task<bool> RenameAsync(SftpArguments given, CancellationToken ct)
    {
        (string from, string to) = (session.Absolute(given.Path(0)), session.Absolute(given.Path(1)));
        return session.DoAsync(() => session.Client.RenameAsync(from, to, replaces: !given.Has('l'), ct), $"remote rename \"{from}\" to \"{to}\"");
    }

    public Task<bool> LinkAsync(SftpArguments given, CancellationToken ct)
    {
        string link = session.Absolute(given.Path(1));
        if (given.Command == "symlink" || given.Has('s'))
        {
            string text = given.Path(0);
            return session.DoAsync(() => session.Client.MakeSymbolicLinkAsync(text, link, ct), $"remote symlink file \"{text}\" to \"{link}\"");
        }

        string file = session.Absolute(given.Path(0));
        return session.DoAsync(() => session.Client.MakeHardLinkAsync(file, link, ct), $"remote link \"{file}\" to \"{link}\"");
    }

    public async Task<bool> CopyAsync(SftpArguments given, CancellationToken ct)
    {
        (string from, string to) = (session.Absolute(given.Path(0)), session.Absolute(given.Path(1)));
        if (!session.Client.Offers(SftpClient.CopyExtension)) return session.Fail($"Server does not support {SftpClient.CopyExtension} extension");
        SftpAttributes? attributes = null;
        if (!await session.DoAsync(async () => attributes = await session.Client.StatAsync(from, ct: ct).ConfigureAwait(false), $"stat remote \"{from}\"").ConfigureAwait(false)) return false;
        if (attributes is { Permissions: not null, IsRegularFile: false }) return session.Fail($"Cannot copy non-regular file: {from}");
        return await session.DoAsync(() => session.Client.CopyAsync(from, to, ct), $"Couldn't copy file \"{from}\" to \"{to}\"").ConfigureAwait(false);
    }
}
