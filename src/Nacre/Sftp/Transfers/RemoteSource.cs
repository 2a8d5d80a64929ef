using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>A file at one server as the source of a copy to another: read from the front to the end, ahead of who takes it.</summary>
internal sealed class RemoteSource(RemoteFile file, int mostBytes) : IFileHandle
{
    private ReadAhead? _ahead;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct)
    {
        if (_ahead?.Position != offset)
        {
            _ahead?.Dispose();
            _ahead = new ReadAhead(file, offset, mostBytes);
        }

        return await _ahead.ReadAsync(buffer, ct).ConfigureAwait(false);
    }

    public async ValueTask<SftpAttributes> StatAsync(CancellationToken ct) => await file.StatAsync(ct).ConfigureAwait(false);

    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct) => throw OnlyRead();

    public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct) => throw OnlyRead();

    public ValueTask SyncAsync(CancellationToken ct) => throw OnlyRead();

    public ValueTask DisposeAsync()
    {
        _ahead?.Dispose();
        return file.DisposeAsync();
    }

    private static InvalidOperationException OnlyRead() => new("The source of a copy is only read.");
}
