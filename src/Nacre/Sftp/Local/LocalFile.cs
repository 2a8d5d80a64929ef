using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>An open file of this machine.</summary>
internal sealed class LocalFile(SafeFileHandle file, string path, bool isRegular) : IFileHandle
{
    private const uint PermissionMask = 0xfff;

    /// <summary>What one system call copies, so that cancelling is heard.</summary>
    private const long MostCopied = 16 << 20;

    private SafeFileHandle File => file;

    /// <summary>The flags of open(2) for those of SFTP, as OpenSSH's server translates them; a file that is appended to is written.</summary>
    public static int FlagsOf(SftpOpenFlags flags)
    {
        bool writes = (flags & (SftpOpenFlags.Write | SftpOpenFlags.Append)) != 0;
        bool reads = (flags & SftpOpenFlags.Read) != 0;

        // draft-ietf-secsh-filexfer-02 6.3: "Force all writes to append data at the end of the file."
        return (writes ? (reads ? Libc.O_RDWR : Libc.O_WRONLY) : Libc.O_RDONLY)
            | Flag(SftpOpenFlags.Append, Libc.O_APPEND)
            | Flag(SftpOpenFlags.Create, Libc.O_CREAT)
            | Flag(SftpOpenFlags.Truncate, Libc.O_TRUNC)
            | Flag(SftpOpenFlags.Exclusive, Libc.O_EXCL);

        int Flag(SftpOpenFlags asked, int flag) => (flags & asked) != 0 ? flag : 0;
    }

    /// <summary>Cuts or extends a file; SFTP's sizes reach further than the system's.</summary>
    public static Errno SetSize(SafeFileHandle file, ulong size) => size > long.MaxValue ? Errno.EFBIG : OpenFile.SetLength(file, (long)size);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct)
    {
        ErrnoStatus.Check(OpenFile.Read(file, buffer.Span, offset, out int count), path);
        return ValueTask.FromResult(count);
    }

    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct)
    {
        ErrnoStatus.Check(OpenFile.Write(file, bytes, offset), path);
        return ValueTask.CompletedTask;
    }

    public ValueTask<(long Offset, long Length)> NextDataAsync(long offset, CancellationToken ct)
    {
        Errno error = isRegular ? OpenFile.FindData(file, offset, out long start, out long end) : NoHoles(out start, out end);
        return error switch
        {
            Errno.None => ValueTask.FromResult((start, end - start)),
            Errno.ENXIO => ValueTask.FromResult((offset, 0L)),

            // Of a device or a file of /proc nobody knows where it ends.
            Errno.EINVAL or Errno.EOPNOTSUPP => ValueTask.FromResult((offset, long.MaxValue - offset)),
            _ => throw ErrnoStatus.Fault(error, path),
        };

        static Errno NoHoles(out long start, out long end)
        {
            (start, end) = (0, 0);
            return Errno.EOPNOTSUPP;
        }
    }

    public async ValueTask<long> CopyToAsync(long offset, long length, IFileHandle target, long targetOffset, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(target);
        length = await FileCopy.LimitAsync(this, offset, length, ct).ConfigureAwait(false);
        long copied = target is LocalFile other ? CopyInKernel(offset, length, other, targetOffset, ct) : 0;
        if (copied == length) return copied;
        return copied + await FileCopy.RunAsync(this, offset + copied, length - copied, target, targetOffset + copied, ct).ConfigureAwait(false);
    }

    public ValueTask<FileSystemStatistics> StatisticsAsync(CancellationToken ct)
    {
        ErrnoStatus.Check(OpenFile.Statistics(file, out Libc.StatvfsBuffer figures), path);
        return ValueTask.FromResult(LocalAttributes.Of(figures));
    }

    public ValueTask<SftpAttributes> StatAsync(CancellationToken ct)
    {
        ErrnoStatus.Check(FilesAt.Status(file, PathBytes.Empty, followsLinks: true, out FileStatus status), path);
        return ValueTask.FromResult(LocalAttributes.Of(status));
    }

    public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        Errno error = attributes.Size is { } size ? SetSize(file, size) : Errno.None;
        if (attributes.Permissions is { } permissions) error = ErrnoStatus.Last(error, OpenFile.SetMode(file, permissions & PermissionMask));
        if (attributes is { AccessTime: { } accessed, ModificationTime: { } modified }) error = ErrnoStatus.Last(error, OpenFile.SetTimes(file, accessed, modified));
        if (attributes is { Uid: { } uid, Gid: { } gid }) error = ErrnoStatus.Last(error, OpenFile.SetOwner(file, uid, gid));
        ErrnoStatus.Check(error, path);
        return ValueTask.CompletedTask;
    }

    public ValueTask SyncAsync(CancellationToken ct)
    {
        ErrnoStatus.Check(OpenFile.Sync(file), path);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    // How far it came: what the kernel cannot copy, such as between some file systems or to the end of a file, is left to reading and writing,
    // which then also finds out what is wrong where something is.
    private long CopyInKernel(long offset, long length, LocalFile target, long targetOffset, CancellationToken ct)
    {
        long copied = 0;
        while (copied < length)
        {
            ct.ThrowIfCancellationRequested();
            long wanted = Math.Min(MostCopied, length - copied);
            if (OpenFile.Copy(file, offset + copied, target.File, targetOffset + copied, wanted, out long count) != Errno.None || count == 0) break;
            copied += count;
        }

        return copied;
    }
}
