using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Local;
using Nacre.Unix;

namespace Nacre.Sftp.Memory;

/// <summary>An open file in memory.</summary>
internal sealed class MemoryHandle(MemoryFileSystem owner, MemoryFile file, string path, SftpOpenFlags flags) : IFileHandle
{
    private readonly bool _appends = (flags & SftpOpenFlags.Append) != 0;
    private readonly bool _writes = (flags & (SftpOpenFlags.Write | SftpOpenFlags.Append)) != 0;
    private readonly bool _reads = (flags & SftpOpenFlags.Read) != 0 || (flags & (SftpOpenFlags.Write | SftpOpenFlags.Append)) == 0;
    private bool _isClosed;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct)
    {
        ErrnoStatus.Check(!_reads ? Errno.EBADF : offset < 0 ? Errno.EINVAL : Errno.None, path);
        return ValueTask.FromResult(file.Content.Read(buffer.Span, offset));
    }

    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct)
    {
        ErrnoStatus.Check(!_writes ? Errno.EBADF : offset < 0 ? Errno.EINVAL : file.Content.Write(bytes, offset, _appends), path);
        file.Touch(owner.Now);
        return ValueTask.CompletedTask;
    }

    public ValueTask<(long Offset, long Length)> NextDataAsync(long offset, CancellationToken ct) => ValueTask.FromResult(file.Content.FindData(offset));

    public ValueTask<FileSystemStatistics> StatisticsAsync(CancellationToken ct) => ValueTask.FromResult(owner.Statistics);

    public ValueTask<SftpAttributes> StatAsync(CancellationToken ct) => ValueTask.FromResult(file.Attributes);

    public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        Errno error = attributes.Size is { } size ? (_writes ? owner.SetSize(file, size) : Errno.EINVAL) : Errno.None;
        Errno second = file.Set(attributes);
        ErrnoStatus.Check(second == Errno.None ? error : second, path);
        return ValueTask.CompletedTask;
    }

    public ValueTask SyncAsync(CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref _isClosed, true)) owner.Close(file);
        return ValueTask.CompletedTask;
    }
}
