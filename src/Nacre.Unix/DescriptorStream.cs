using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>An asynchronous stream over a pipe, a pseudo-terminal's master or a socket that this process owns alone.</summary>
/// <remarks>
/// The runtime's socket engine polls any descriptor with epoll, so a stream that waits costs no thread. It sets O_NONBLOCK on
/// the open file: use it only for what no other process shares, and <see cref="InheritedStream"/> for standard input and output.
/// A read into an empty buffer waits until there is something to read, so that an idle stream need not hold a buffer.
/// </remarks>
internal sealed class DescriptorStream : StreamWithoutPosition
{
    /// <summary>What a read into an empty buffer takes: all that there is, when it is a key and its echo.</summary>
    private const int WaitedBytes = 64;

    private readonly Socket socket;
    private readonly byte[] waited = new byte[WaitedBytes];
    private int waitedStart;
    private int waitedEnd;
    private bool hasEnded;

    /// <summary>Takes the descriptor over from <paramref name="handle"/>.</summary>
    public DescriptorStream(SafeFileHandle handle)
    {
        socket = new Socket(new SafeSocketHandle(Descriptors.Release(handle), ownsHandle: true));
    }

    /// <summary>The descriptor, for calls that are no reads or writes; it stays this stream's own.</summary>
    public SafeHandle Handle => socket.SafeHandle;

    /// <summary>
    /// True for a caller that goes on wherever the completion is heard of, which may be the thread that waits for all sockets; others go on
    /// on a thread of the pool.
    /// </summary>
    public bool CompletesInline { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (waitedStart < waitedEnd)
            return new ValueTask<int>(buffer.IsEmpty ? 0 : ReadAfterWait(buffer.Span));
        if (hasEnded)
            return new ValueTask<int>(0);
        return buffer.IsEmpty ? WaitAsync(cancellationToken) : ReceiveAsync(buffer, cancellationToken);
    }

    /// <summary>
    /// The bytes that an empty read has waited for, when they were all that there was; they stay until the next read. Empty when there may be more,
    /// and then a read gives all of it.
    /// </summary>
    public ReadOnlyMemory<byte> TakeLittle()
    {
        if (waitedEnd == waited.Length)
            return default;
        ReadOnlyMemory<byte> little = waited.AsMemory(waitedStart, waitedEnd - waitedStart);
        waitedStart = waitedEnd;
        return little;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return ValueTask.CompletedTask;
        ValueTask<int> sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
            return SendAsync(sending, buffer, cancellationToken);
        int count = sending.Result;
        return count == buffer.Length ? ValueTask.CompletedTask : SendAsync(new ValueTask<int>(count), buffer, cancellationToken);
    }

    /// <summary>Tells the other end of a socket pair that nothing more will be written; a pipe says so when it is disposed.</summary>
    public void CompleteWriting()
    {
        if (Libc.shutdown(Descriptor, Libc.SHUT_WR) == -1 && Libc.LastErrno != Errno.ENOTSOCK)
            throw UnixException.FromLast("shut down the writing side of a socket");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();
        base.Dispose(disposing);
    }

    private int Descriptor => (int)socket.SafeHandle.DangerousGetHandle();

    private unsafe int ReadAfterWait(Span<byte> buffer)
    {
        int part = Math.Min(buffer.Length, waitedEnd - waitedStart);
        waited.AsSpan(waitedStart, part).CopyTo(buffer);
        waitedStart += part;
        if (waitedEnd < waited.Length || buffer.Length == part)
            return part;
        fixed (byte* rest = buffer[part..])
        {
            // Whatever is wrong with the descriptor is for the next read to say; this one has its bytes.
            nint count = Libc.read(Descriptor, rest, (nuint)(buffer.Length - part));
            return part + (int)Math.Max(count, 0);
        }
    }

    /// <summary>An empty read on a pipe returns at once, so what is awaited here are the first bytes themselves.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(CancellationToken ct)
    {
        (waitedStart, waitedEnd) = (0, await ReceiveAsync(waited, ct).ConfigureAwait(false));
        return 0;
    }

    private ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken ct)
    {
        ValueTask<int> receiving = socket.ReceiveAsync(buffer, SocketFlags.None, ct);
        if (!receiving.IsCompletedSuccessfully)
            return ReceiveAsync(receiving);
        int count = receiving.Result;
        hasEnded = count == 0;
        return new ValueTask<int>(count);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(ValueTask<int> receiving)
    {
        int count;
        try
        {
            count = await receiving.ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            count = EndOrThrow(failure);
        }
        if (!CompletesInline)
            await PoolThread.EnterAsync();
        hasEnded = count == 0;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        try
        {
            buffer = buffer[await sending.ConfigureAwait(false)..];
            while (!buffer.IsEmpty)
                buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, ct).ConfigureAwait(false)..];
            await PoolThread.EnterAsync();
        }
        catch (SocketException failure)
        {
            throw Translate(failure, "write to descriptor");
        }
    }

    /// <summary>
    /// The end that is no failure: a master answers EIO once the last process has closed its terminal, and a socket pair
    /// ECONNRESET when the other end went away without reading everything.
    /// </summary>
    private unsafe int EndOrThrow(SocketException failure)
    {
        if (failure.SocketErrorCode == SocketError.ConnectionReset)
            return 0;
        if (failure.SocketErrorCode == SocketError.SocketError && !socket.SafeHandle.IsClosed)
        {
            // The socket engine has no name for EIO; the descriptor itself says whether it was that.
            byte probe;
            if (Libc.read(Descriptor, &probe, 1) == -1 && Libc.LastErrno == Errno.EIO)
                return 0;
        }
        throw Translate(failure, "read from descriptor");
    }

    private Exception Translate(SocketException failure, string attempt)
    {
        if (failure.SocketErrorCode == SocketError.OperationAborted || socket.SafeHandle.IsClosed)
            return new ObjectDisposedException(nameof(DescriptorStream));
        Errno errno = failure.NativeErrorCode > 0 ? (Errno)failure.NativeErrorCode : Errno.EIO;
        return new UnixException(errno, $"{attempt} {Descriptor}");
    }
}
