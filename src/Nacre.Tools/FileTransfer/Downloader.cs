using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>Copies files and trees from the other side to this machine, and says what fails.</summary>
/// <remarks>Nothing is written outside the target: names in a listing are plain ones, and links are never made.</remarks>
internal sealed class Downloader(SftpClient client, Reporter reporter, CopyOptions options)
{
    private const uint PermissionMask = 0x1ff, UsualPermissions = 0x1b6, OwnerWrites = 0x80, OwnerEnters = 0xc0;

    private readonly RemoteTree _tree = new(client, reporter);

    /// <summary>Copies a regular file.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> FileAsync(string remote, string local, SftpAttributes? known = null)
    {
        SftpAttributes? attributes = known ?? await StatAsync(remote).ConfigureAwait(false);
        if (attributes is null) return false;
        if (attributes is { Permissions: not null, IsRegularFile: false }) return Fail($"download \"{remote}\": not a regular file");
        RemoteFile file;
        try
        {
            file = await client.OpenAsync(remote, SftpOpenFlags.Read).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            return Fail($"remote open \"{remote}\": {error.Message}");
        }

        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        FileStream target;
        try
        {
            target = Create(local, (attributes.Permissions ?? UsualPermissions) & PermissionMask);
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"open local \"{local}\": {LocalFault.Describe(error, local)}");
        }

        await using ConfiguredAsyncDisposable closingTarget = target.ConfigureAwait(false);
        return await CopyAsync(file, target, attributes).ConfigureAwait(false);
    }

    /// <summary>Copies a directory with all that is in it.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> DirectoryAsync(string remote, string local) => DirectoryAsync(remote, local, depth: 0, known: null);

    private async Task<bool> DirectoryAsync(string remote, string local, int depth, SftpAttributes? known)
    {
        if (depth >= CopyOptions.MaxDepth) return Fail($"Maximum directory depth exceeded: {CopyOptions.MaxDepth} levels");
        SftpAttributes? attributes = known ?? await StatAsync(remote).ConfigureAwait(false);
        if (attributes is null) return false;
        if (!attributes.IsDirectory) return Fail($"\"{remote}\" is not a directory");
        if (options.NamesDirectories) reporter.Print($"Retrieving {TrimEnd(remote)}");
        if (!MakeDirectory(local, (attributes.Permissions ?? PermissionMask) & PermissionMask, out uint added)) return false;
        List<FileEntry> entries;
        try
        {
            entries = await _tree.ListOrThrowAsync(remote, hasDots: false).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            return Fail($"remote readdir \"{remote}\": {error.Message}");
        }

        bool isWhole = true;
        foreach (FileEntry entry in entries) isWhole &= await EntryAsync(RemotePath.Append(remote, entry.Name), RemotePath.Append(local, entry.Name), entry.Attributes, depth).ConfigureAwait(false);
        return FinishDirectory(local, attributes, added) && isWhole;
    }

    private async Task<bool> EntryAsync(string remote, string local, SftpAttributes attributes, int depth)
    {
        bool mustAsk = attributes.Permissions is null || (options.FollowsLinks && attributes.IsSymbolicLink);
        if (mustAsk)
        {
            if (await _tree.FindAsync(remote, options.FollowsLinks).ConfigureAwait(false) is not { } asked) return Fail($"stat remote \"{remote}\": No such file or directory");
            attributes = asked;
        }

        if (attributes.IsDirectory) return await DirectoryAsync(remote, local, depth + 1, attributes).ConfigureAwait(false);
        if (attributes.IsRegularFile)
        {
            if (await FileAsync(remote, local, attributes).ConfigureAwait(false)) return true;
            return Fail($"Download of file {remote} to {local} failed");
        }

        // A link or a device in a tree is passed over and no failure, as with OpenSSH.
        reporter.Fail($"download \"{remote}\": not a regular file");
        return true;
    }

    private async Task<SftpAttributes?> StatAsync(string remote)
    {
        try
        {
            return await client.StatAsync(remote).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            reporter.Fail($"stat remote \"{remote}\": {error.Message}");
            return null;
        }
    }

    private async Task<bool> CopyAsync(RemoteFile file, FileStream target, SftpAttributes attributes)
    {
        try
        {
            using (ProgressMeter? meter = reporter.Meter(file.Path, (long)Math.Min(attributes.Size ?? 0, long.MaxValue)))
            {
                await new SftpTransfer(file, meter).DownloadAsync(target, CancellationToken.None).ConfigureAwait(false);
            }

            if (options.KeepsTimes) Keep(target, attributes);
            if (options.Syncs) target.Flush(flushToDisk: true);
            return true;
        }
        catch (SftpException error)
        {
            return Fail($"read remote \"{file.Path}\": {error.Message}");
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"write local \"{target.Name}\": {LocalFault.Describe(error, target.Name)}");
        }
    }

    // set-user-id and set-group-id never come along.
    private static void Keep(FileStream target, SftpAttributes attributes)
    {
        if (attributes.Permissions is { } permissions) File.SetUnixFileMode(target.SafeFileHandle, (UnixFileMode)(permissions & PermissionMask));
        if (attributes is not { AccessTime: { } accessed, ModificationTime: { } modified }) return;
        File.SetLastAccessTimeUtc(target.SafeFileHandle, Utc(accessed));
        File.SetLastWriteTimeUtc(target.SafeFileHandle, Utc(modified));
    }

    private static FileStream Create(string local, uint permissions) => new(local, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = (UnixFileMode)(permissions | OwnerWrites),
    });

    /// <summary>Makes a directory unless there is one, with the rights to fill it; <paramref name="added"/> are those that it is to lose again.</summary>
    private bool MakeDirectory(string local, uint permissions, out uint added)
    {
        added = 0;
        if (Directory.Exists(local)) return true;
        if (File.Exists(local)) return Fail($"mkdir {local}: Not a directory");
        try
        {
            Directory.CreateDirectory(local, (UnixFileMode)(permissions | OwnerEnters));
            added = OwnerEnters & ~permissions;
            return true;
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"mkdir {local}: {LocalFault.Describe(error, local)}");
        }
    }

    private bool FinishDirectory(string local, SftpAttributes attributes, uint added)
    {
        try
        {
            if (added != 0) File.SetUnixFileMode(local, File.GetUnixFileMode(local) & ~(UnixFileMode)added);
            if (!options.KeepsTimes) return true;
            if (attributes.Permissions is { } permissions) File.SetUnixFileMode(local, (UnixFileMode)(permissions & PermissionMask));
            if (attributes is not { AccessTime: { } accessed, ModificationTime: { } modified }) return true;
            Directory.SetLastAccessTimeUtc(local, Utc(accessed));
            Directory.SetLastWriteTimeUtc(local, Utc(modified));
            return true;
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"local chmod directory \"{local}\": {LocalFault.Describe(error, local)}");
        }
    }

    private static DateTime Utc(uint seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;

    private static string TrimEnd(string path) => path.Length > 1 ? path.TrimEnd('/') : path;

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
