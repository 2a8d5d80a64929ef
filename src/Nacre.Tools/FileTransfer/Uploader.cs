using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>Copies files and trees from this machine to the other side, and says what fails.</summary>
internal sealed class Uploader(SftpClient client, Reporter reporter, CopyOptions options)
{
    private const uint PermissionMask = 0x1ff, DirectoryMask = 0x3ff, OwnerEnters = 0xc0;
    private const SftpOpenFlags Overwriting = SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate;

    /// <summary>Copies a regular file.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> FileAsync(string local, string remote)
    {
        SftpAttributes? attributes = LocalTree.Find(local, followsLinks: true);
        if (attributes is null) return Fail($"open local \"{local}\": No such file or directory");
        if (!attributes.IsRegularFile) return Fail($"local \"{local}\" is not a regular file");
        FileStream source;
        try
        {
            source = new FileStream(local, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"open local \"{local}\": {LocalFault.Describe(error, local)}");
        }

        await using ConfiguredAsyncDisposable closingSource = source.ConfigureAwait(false);
        RemoteFile file;
        try
        {
            file = await client.OpenAsync(remote, Overwriting, attributes.Permissions & PermissionMask).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            return Fail($"dest open \"{remote}\": {error.Message}");
        }

        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        return await CopyAsync(source, file, attributes).ConfigureAwait(false);
    }

    /// <summary>Copies a directory with all that is in it.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> DirectoryAsync(string local, string remote) => DirectoryAsync(local, remote, depth: 0);

    /// <summary>Makes a directory at the other side unless there is one.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public Task<bool> MakeDirectoryAsync(string remote) => MakeDirectoryAsync(remote, PermissionMask);

    private async Task<bool> DirectoryAsync(string local, string remote, int depth)
    {
        if (depth >= CopyOptions.MaxDepth) return Fail($"Maximum directory depth exceeded: {CopyOptions.MaxDepth} levels");
        SftpAttributes? attributes = LocalTree.Find(local, followsLinks: true);
        if (attributes is null) return Fail($"stat local \"{local}\": No such file or directory");
        if (!attributes.IsDirectory) return Fail($"\"{local}\" is not a directory");
        if (options.NamesDirectories) reporter.Print($"Entering {local}");
        uint permissions = (attributes.Permissions ?? 0) & DirectoryMask;
        if (!await MakeDirectoryAsync(remote, permissions | OwnerEnters).ConfigureAwait(false)) return false;
        List<string> names;
        try
        {
            names = [.. LocalTree.Names(local).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"local opendir \"{local}\": {LocalFault.Describe(error, local)}");
        }

        bool isWhole = true;
        foreach (string name in names) isWhole &= await EntryAsync(RemotePath.Append(local, name), RemotePath.Append(remote, name), depth).ConfigureAwait(false);
        bool mustSet = options.KeepsTimes || (permissions & OwnerEnters) != OwnerEnters;
        return (!mustSet || await KeepAsync(remote, attributes, permissions).ConfigureAwait(false)) && isWhole;
    }

    private async Task<bool> EntryAsync(string local, string remote, int depth)
    {
        SftpAttributes? attributes = LocalTree.Find(local, options.FollowsLinks);
        if (attributes is { IsDirectory: true }) return await DirectoryAsync(local, remote, depth + 1).ConfigureAwait(false);
        if (attributes is null or { IsRegularFile: true }) return await FileAsync(local, remote).ConfigureAwait(false) || Fail($"upload \"{local}\" to \"{remote}\" failed");

        // A link or a device in a tree is passed over and no failure, as with OpenSSH.
        reporter.Fail($"{local}: not a regular file");
        return true;
    }

    private async Task<bool> CopyAsync(FileStream source, RemoteFile file, SftpAttributes attributes)
    {
        try
        {
            using (ProgressMeter? meter = reporter.Meter(source.Name, (long)(attributes.Size ?? 0)))
            {
                await new SftpTransfer(file, meter).UploadAsync(source, CancellationToken.None).ConfigureAwait(false);
            }

            if (options.KeepsTimes)
            {
                await file.SetAttributesAsync(TimesOf(attributes) with { Permissions = attributes.Permissions & PermissionMask }).ConfigureAwait(false);
            }

            if (options.Syncs && client.Offers(RemoteFile.SyncExtension)) await file.SyncAsync().ConfigureAwait(false);
            await file.CloseAsync().ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            return Fail($"write remote \"{file.Path}\": {error.Message}");
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"read local \"{source.Name}\": {LocalFault.Describe(error, source.Name)}");
        }
    }

    private async Task<bool> MakeDirectoryAsync(string remote, uint permissions)
    {
        SftpException failure;
        try
        {
            await client.MakeDirectoryAsync(remote, permissions).ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            failure = error;
        }

        // Version 3 has no code for "exists already", so whatever failed may be that.
        try
        {
            SftpAttributes there = await client.StatAsync(remote).ConfigureAwait(false);
            return there.IsDirectory || Fail($"\"{remote}\" exists but is not a directory");
        }
        catch (SftpException)
        {
            return Fail($"remote mkdir \"{remote}\": {failure.Message}");
        }
    }

    private async Task<bool> KeepAsync(string remote, SftpAttributes attributes, uint permissions)
    {
        try
        {
            SftpAttributes kept = options.KeepsTimes ? TimesOf(attributes) : new SftpAttributes();
            await client.SetAttributesAsync(remote, kept with { Permissions = permissions }).ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            return Fail($"remote setstat \"{remote}\": {error.Message}");
        }
    }

    private static SftpAttributes TimesOf(SftpAttributes attributes) => new() { AccessTime = attributes.AccessTime, ModificationTime = attributes.ModificationTime };

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
