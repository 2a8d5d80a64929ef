using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp;

/// <summary>A file at an SFTP server as a stream: reads ahead, the further the more is read, and writes behind, with up to 16 MiB on their way.</summary>
/// <remarks>
/// A failed write is told by a later call: by <see cref="FlushAsync(CancellationToken)"/>, which waits for all of them, or by disposing. One call at a time.
/// The calls that do not end in Async wait on the calling thread.
/// </remarks>
public sealed class SftpFileStream : Stream
{
    private const long MostBehind = 16 * 1024 * 1024;

    private readonly RemoteFile _file;
    private readonly SftpOpenFlags _flags;
    private readonly Queue<(Task<bool> Reply, int Bytes)> _behind = new();
    private byte[]? _gathered;
    private int _gatheredBytes;
    private long _gatheredAt;
    private long _behindBytes;
    private ReadAhead? _ahead;
    private long _position;
    private bool _isDisposed;

    internal SftpFileStream(RemoteFile file, SftpOpenFlags flags) => (_file, _flags) = (file, flags);

    /// <summary>The open file, for its attributes and whatever else a stream has no word for.</summary>
    public RemoteFile File => _file;

    /// <inheritdoc/>
    public override bool CanRead => !_isDisposed && (_flags & SftpOpenFlags.Read) != 0;

    /// <inheritdoc/>
    public override bool CanWrite => !_isDisposed && (_flags & (SftpOpenFlags.Write | SftpOpenFlags.Append)) != 0;

    /// <inheritdoc/>
    public override bool CanSeek => !_isDisposed;

    /// <summary>The size of the file, which the server is asked for.</summary>
    /// <exception cref="SftpException">The server does not tell.</exception>
    public override long Length => LengthAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>The size of the file, which the server is asked for.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The size in bytes.</returns>
    /// <exception cref="SftpException">The server does not tell.</exception>
    public async Task<long> LengthAsync(CancellationToken ct = default)
    {
        await FlushAsync(ct).ConfigureAwait(false);
        SftpAttributes attributes = await _file.StatAsync(ct).ConfigureAwait(false);
        return (long)(attributes.Size ?? throw new SftpException(SftpStatusCode.OperationUnsupported, "The server does not tell the size of the file.", _file.Path));
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!CanRead) throw new NotSupportedException("The file was opened to be written only.");
        if (_gatheredBytes > 0 || _behind.Count > 0) await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (_ahead?.Position != _position)
        {
            _ahead?.Dispose();
            _ahead = new ReadAhead(_file, _position);
        }

        int count = await _ahead.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!CanWrite) throw new NotSupportedException("The file was opened to be read only.");
        DropAhead();
        if (_gatheredBytes > 0 && _gatheredAt + _gatheredBytes != _position) await SendGatheredAsync(cancellationToken).ConfigureAwait(false);
        int most = _file.Client.MaxWriteLength;
        while (!buffer.IsEmpty)
        {
            int part = Math.Min(buffer.Length, most - _gatheredBytes);
            if (part == most) await SendAsync(buffer[..part], _position, cancellationToken).ConfigureAwait(false);
            else Gather(buffer.Span[..part]);
            _position += part;
            buffer = buffer[part..];
            if (_gatheredBytes == most) await SendGatheredAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the server has everything that was written.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Done when it has.</returns>
    /// <exception cref="SftpException">The server refused some of it.</exception>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_gatheredBytes > 0) await SendGatheredAsync(cancellationToken).ConfigureAwait(false);
        while (_behind.Count > 0) await TakeAnswerAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        SeekOrigin.End => Length + offset,
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        FlushAsync(CancellationToken.None).GetAwaiter().GetResult();
        DropAhead();
        _file.SetAttributesAsync(new SftpAttributes { Size = (ulong)value }).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Waits until the server has everything that was written, and closes the file.</summary>
    /// <returns>Done when it is closed.</returns>
    /// <exception cref="SftpException">The server refused some of it.</exception>
    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        try
        {
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (CanWrite) await _file.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _isDisposed = true;
            DropAhead();
            if (_gathered is not null) ArrayPool<byte>.Shared.Return(_gathered);
            _gathered = null;
            await _file.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed) DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private void DropAhead()
    {
        _ahead?.Dispose();
        _ahead = null;
    }

    private void Gather(ReadOnlySpan<byte> bytes)
    {
        _gathered ??= ArrayPool<byte>.Shared.Rent(_file.Client.MaxWriteLength);
        if (_gatheredBytes == 0) _gatheredAt = _position;
        bytes.CopyTo(_gathered.AsSpan(_gatheredBytes));
        _gatheredBytes += bytes.Length;
    }

    private async ValueTask SendGatheredAsync(CancellationToken ct)
    {
        int count = _gatheredBytes;
        await SendAsync(_gathered.AsMemory(0, count), _gatheredAt, ct).ConfigureAwait(false);
        _gatheredBytes = 0;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken ct)
    {
        while (_behind.Count > 0 && (_behindBytes + bytes.Length > MostBehind || _behind.Peek().Reply.IsCompleted)) await TakeAnswerAsync(ct).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        var request = new Request<bool>(Replies.Done, _file.Path, goesOnInline: false);
        await DataWriter.SendAsync(_file.Client.Pump, request, _file.Handle, offset, bytes).ConfigureAwait(false);
        _behind.Enqueue((request.Reply, bytes.Length));
        _behindBytes += bytes.Length;
    }

    private async ValueTask TakeAnswerAsync(CancellationToken ct)
    {
        await ((Task)_behind.Peek().Reply).WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        (Task<bool> reply, int bytes) = _behind.Dequeue();
        _behindBytes -= bytes;
        await reply.ConfigureAwait(false);
    }
}
