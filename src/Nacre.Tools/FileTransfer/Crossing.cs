using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>Copies files and trees from one machine to another by way of this one, which keeps none of it.</summary>
internal sealed class Crossing(SftpClient from, SftpClient to, Reporter reporter, CopyOptions options)
{
    private const uint PermissionMask = 0x1ff, UsualPermissions = 0x1b6, OwnerEnters = 0xc0;
    private const int Room = 16 * 1024 * 1024;

    private readonly RemoteTree _source = new(from, reporter);
    private readonly Uploader _target = new(to, reporter, options);

    /// <summary>Copies a regular file.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> FileAsync(string source, string target)
    {
        try
        {
            SftpAttributes attributes = await from.StatAsync(source).ConfigureAwait(false);
            if (attributes is { Permissions: not null, IsRegularFile: false }) return Fail($"download \"{source}\": not a regular file");
            RemoteFile reading = await from.OpenAsync(source, SftpOpenFlags.Read).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable closingReading = reading.ConfigureAwait(false);
            const SftpOpenFlags flags = SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate;
            RemoteFile writing = await to.OpenAsync(target, flags, (attributes.Permissions ?? UsualPermissions) & PermissionMask).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable closingWriting = writing.ConfigureAwait(false);
            await CopyAsync(reading, writing, (long)Math.Min(attributes.Size ?? 0, long.MaxValue)).ConfigureAwait(false);
            if (options.KeepsTimes) await writing.SetAttributesAsync(Kept(attributes)).ConfigureAwait(false);
            await writing.CloseAsync().ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            return Fail($"copy \"{source}\" to \"{target}\": \"{error.Path ?? source}\": {error.Message}");
        }
    }

    /// <summary>Copies a directory with all that is in it.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> DirectoryAsync(string source, string target) => DirectoryAsync(source, target, depth: 0);

    private async Task<bool> DirectoryAsync(string source, string target, int depth)
    {
        if (depth >= CopyOptions.MaxDepth) return Fail($"Maximum directory depth exceeded: {CopyOptions.MaxDepth} levels");
        try
        {
            SftpAttributes attributes = await from.StatAsync(source).ConfigureAwait(false);
            if (!await _target.MakeDirectoryAsync(target).ConfigureAwait(false)) return false;
            bool isWhole = true;
            foreach (FileEntry entry in await _source.ListOrThrowAsync(source, hasDots: false).ConfigureAwait(false))
            {
                isWhole &= await EntryAsync(RemotePath.Append(source, entry.Name), RemotePath.Append(target, entry.Name), depth).ConfigureAwait(false);
            }

            uint permissions = (attributes.Permissions ?? PermissionMask) & PermissionMask;
            if (options.KeepsTimes) await to.SetAttributesAsync(target, Kept(attributes)).ConfigureAwait(false);
            else if ((permissions & OwnerEnters) != OwnerEnters) await to.SetAttributesAsync(target, new SftpAttributes { Permissions = permissions }).ConfigureAwait(false);
            return isWhole;
        }
        catch (SftpException error)
        {
            return Fail($"copy \"{source}\" to \"{target}\": \"{error.Path ?? source}\": {error.Message}");
        }
    }

    private async Task<bool> EntryAsync(string source, string target, int depth)
    {
        SftpAttributes? attributes = await _source.FindAsync(source, followsLinks: true).ConfigureAwait(false);
        return attributes is { IsDirectory: true }
            ? await DirectoryAsync(source, target, depth + 1).ConfigureAwait(false)
            : await FileAsync(source, target).ConfigureAwait(false);
    }

    private async Task CopyAsync(RemoteFile reading, RemoteFile writing, long size)
    {
        using ProgressMeter? meter = reporter.Meter(reading.Path, size);
        var between = new Pipe(new PipeOptions(pauseWriterThreshold: Room, resumeWriterThreshold: Room / 2, useSynchronizationContext: false));
        Task download = FillAsync(reading, between.Writer);
        Exception? failure = null;
        try
        {
            await new SftpTransfer(writing, meter).UploadAsync(between.Reader.AsStream(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            await between.Reader.CompleteAsync(failure).ConfigureAwait(false);
            await download.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await download.ConfigureAwait(false);
    }

    private static async Task FillAsync(RemoteFile reading, PipeWriter writer)
    {
        Exception? failure = null;
        try
        {
            await new SftpTransfer(reading, null).DownloadAsync(writer.AsStream(leaveOpen: true), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            await writer.CompleteAsync(failure).ConfigureAwait(false);
        }
    }

    private static SftpAttributes Kept(SftpAttributes attributes) => new()
    {
        Permissions = attributes.Permissions & PermissionMask,
        AccessTime = attributes.AccessTime,
        ModificationTime = attributes.ModificationTime,
    };

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
