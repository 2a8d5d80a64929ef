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
    /// <param name="bytes">What.</param>
    /// <param name="offset">Where, in bytes; meaningless for a file that was opened to append.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is written.</returns>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken ct);

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
