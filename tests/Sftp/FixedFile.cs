using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>A file in memory that answers at once, unless a test has it wait.</summary>
internal sealed class FixedFile(byte[] bytes) : IFileHandle
{
    public byte[] Bytes => bytes;

    /// <summary>Reading fails from here on.</summary>
    public long BadFrom { get; init; } = long.MaxValue;

    /// <summary>What each write waits for when its bytes are there.</summary>
    public Func<ValueTask> OnWrite { get; init; } = static () => ValueTask.CompletedTask;

    public int PiecesOfLastWrite { get; private set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct)
    {
        if (offset + buffer.Length > BadFrom) throw new IOException("The disk is broken here.");
        int length = (int)Math.Clamp(bytes.Length - offset, 0, buffer.Length);
        bytes.AsMemory((int)offset, length).CopyTo(buffer);
        return ValueTask.FromResult(length);
    }

    public ValueTask WriteAsync(ReadOnlySequence<byte> data, long offset, CancellationToken ct)
    {
        PiecesOfLastWrite = 0;
        foreach (ReadOnlyMemory<byte> piece in data) PiecesOfLastWrite++;
        data.CopyTo(bytes.AsSpan((int)offset));
        return OnWrite();
    }

    public ValueTask<SftpAttributes> StatAsync(CancellationToken ct) => ValueTask.FromResult(new SftpAttributes { Size = (ulong)bytes.Length });

    public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask SyncAsync(CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
