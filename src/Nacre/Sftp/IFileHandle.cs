using System.Buffers;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp;

/// <summary>An open file of an <see cref="IFileSystem"/>; reads and writes say where, so there is no position.</summary>
public interface IFileHandle : IAsyncDisposable
{
    /// <summary>Reads at an offset.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">From where, in bytes.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The bytes read; 0 at or behind the end.</returns>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct);

    /// <summary>Writes all bytes at an offset.</summary>
    /// <param name="bytes">What; they are the caller's again when this is done.</param>
    /// <param name="offset">Where, in bytes; meaningless for a file that was opened to append.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is written.</returns>
    ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct);

    /// <summary>The next stretch that holds data; what lies between two stretches is a hole, which reads as zeros and takes no room.</summary>
    /// <param name="offset">From where on to look, in bytes.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The stretch; of length 0 when there is no more data. An implementation that knows of no holes says that all is data.</returns>
    async ValueTask<(long Offset, long Length)> NextDataAsync(long offset, CancellationToken ct)
    {
        long size = (long)((await StatAsync(ct).ConfigureAwait(false)).Size ?? long.MaxValue);
        return (offset, Math.Max(0, size - offset));
    }

    /// <summary>Copies a stretch into another file; both may be the same one.</summary>
    /// <param name="offset">Where the stretch begins, in bytes.</param>
    /// <param name="length">How long it is; what lies behind the end that the file has now is not copied.</param>
    /// <param name="target">The other file.</param>
    /// <param name="targetOffset">Where the copy begins, in bytes.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The bytes copied.</returns>
    async ValueTask<long> CopyToAsync(long offset, long length, IFileHandle target, long targetOffset, CancellationToken ct)
    {
        long limited = await FileCopy.LimitAsync(this, offset, length, ct).ConfigureAwait(false);
        return await FileCopy.RunAsync(this, offset, limited, target, targetOffset, ct).ConfigureAwait(false);
    }

    /// <summary>How full the file system is that holds the file.</summary>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="SftpException">It does not tell.</exception>
    ValueTask<FileSystemStatistics> StatisticsAsync(CancellationToken ct) => throw new SftpException(SftpStatusCode.OperationUnsupported);

    /// <summary>What is known of the file.</summary>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The attributes.</returns>
    ValueTask<SftpAttributes> StatAsync(CancellationToken ct);

    /// <summary>Sets what the attributes name.</summary>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is set.</returns>
    ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct);

    /// <summary>Has everything that was written kept through a loss of power.</summary>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is kept.</returns>
    ValueTask SyncAsync(CancellationToken ct);
}
