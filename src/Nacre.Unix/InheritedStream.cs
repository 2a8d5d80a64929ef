using System.Buffers;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Standard input, output or error: a descriptor that other processes share, read or written on a thread of its own.</summary>
/// <remarks>
/// O_NONBLOCK belongs to the open file and not to the descriptor: setting it would break the shell that started us. So one thread
/// blocks for each such stream, straight in the caller's buffer, and runs the caller's continuation itself: a stream that is
/// pumped costs no thread switch per block. Regular files and /dev/null never block for long and are served on the spot.
/// One read or write may be pending at a time. Cancelling is safe: the thread polls, and reads only what is there.
/// </remarks>
internal sealed unsafe class InheritedStream : StreamWithoutPosition, IValueTaskSource<int>, IValueTaskSource
{
    /// <summary>As much as a pipe that has any room takes without blocking (PIPE_BUF).</summary>
    public const int AtOnce = 4096;

    private const int ThreadStackBytes = 256 * 1024;

    /// <summary>How many pieces one call writes together; IOV_MAX is 1,024.</summary>
    private const int MostPieces = 32;

    private readonly int descriptor;
    private readonly bool isInput;
    private readonly bool isServedAtOnce;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim requested = new(0);

    // Ends the thread's wait; there from before its start until after its end.
    private SafeFileHandle? wake;

    // Completions run on the stream's own thread.
    private ManualResetValueTaskSourceCore<int> completion;
    private Memory<byte> buffer;
    private CancellationToken cancellation;
    private CancellationTokenRegistration cancellationWatch;
    private Thread? thread;
    private bool isPending;
    private bool isDisposed;

    // For Write alone, which one caller uses at a time.
    private MemoryHandle[]? pinned;

    private InheritedStream(int descriptor, bool isInput)
    {
        this.descriptor = descriptor;
        this.isInput = isInput;
        isServedAtOnce = FileStatus.TryOfDescriptor(descriptor, out FileStatus status) && (status.IsRegularFile || status.IsNullDevice);
    }

    public static InheritedStream OpenInput() => new(0, isInput: true);

    public static InheritedStream OpenOutput() => new(1, isInput: false);

    public static InheritedStream OpenError() => new(2, isInput: false);

    public static InheritedStream OpenInput(int descriptor) => new(descriptor, isInput: true);

    public static InheritedStream OpenOutput(int descriptor) => new(descriptor, isInput: false);

    public override bool CanRead => isInput;

    public override bool CanWrite => !isInput;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!isInput)
            throw new NotSupportedException("This stream is written, not read.");
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        return isServedAtOnce ? new ValueTask<int>(Transfer(buffer)) : new ValueTask<int>(this, Request(buffer, cancellationToken));
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isInput)
            throw new NotSupportedException("This stream is read, not written.");
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (buffer.IsEmpty)
            return ValueTask.CompletedTask;

        // Nothing below writes into the memory of an output stream; one request field serves both directions.
        Memory<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer);
        if (!isServedAtOnce)
            return new ValueTask(this, Request(bytes, cancellationToken));
        Transfer(bytes);
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes at once on the calling thread, for the few words that a tool says before it ends.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
            WriteAll(bytes, buffer.Length, cancellable: false);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes pieces at once on the calling thread, as many of them as one call takes together.</summary>
    public void Write(in ReadOnlySequence<byte> pieces)
    {
        if (pieces.IsSingleSegment)
        {
            Write(pieces.FirstSpan);
            return;
        }

        pinned ??= new MemoryHandle[MostPieces];
        Libc.IoVector* vectors = stackalloc Libc.IoVector[MostPieces];
        int count = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            if (piece.IsEmpty)
                continue;
            if (count == MostPieces)
                WriteVectors(vectors, pinned, ref count);
            pinned[count] = piece.Pin();
            vectors[count] = new Libc.IoVector { Base = (byte*)pinned[count].Pointer, Length = (nuint)piece.Length };
            count++;
        }
        WriteVectors(vectors, pinned, ref count);
    }

    /// <summary>Writes a little, at most <see cref="AtOnce"/>, if that need not wait for whoever reads; false when it might, and then nothing is written.</summary>
    public bool TryWrite(in ReadOnlySequence<byte> pieces)
    {
        if (!isServedAtOnce)
        {
            var entry = new Libc.PollEntry { Descriptor = descriptor, Events = Libc.POLLOUT };
            if (Libc.poll(&entry, 1, 0) != 1)
                return false;
        }
        Write(pieces);
        return true;
    }

    int IValueTaskSource<int>.GetResult(short token) => completion.GetResult(token);

    void IValueTaskSource.GetResult(short token) => completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => completion.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => completion.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        completion.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        completion.OnCompleted(continuation, state, token, flags);

    /// <summary>Ends the thread. The descriptor stays open, for it is not ours alone.</summary>
    protected override void Dispose(bool disposing)
    {
        bool endThread;
        lock (gate)
        {
            endThread = disposing && !isDisposed && thread is not null;
            isDisposed |= disposing;
        }
        if (endThread)
        {
            Wake();
            requested.Release();
        }
        base.Dispose(disposing);
    }

    private short Request(Memory<byte> memory, CancellationToken ct)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (isPending)
                throw new InvalidOperationException("A standard stream takes one read or write at a time.");
            thread ??= StartThread();
            isPending = true;
            completion.Reset();
            buffer = memory;
            cancellation = ct;
        }
        cancellationWatch = ct.UnsafeRegister(static stream => ((InheritedStream)stream!).Wake(), this);
        short token = completion.Version;
        requested.Release();
        return token;
    }

    private Thread StartThread()
    {
        wake = new SafeFileHandle(Libc.Check(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK), "create an event descriptor"), true);
        var worker = new Thread(Serve, ThreadStackBytes) { IsBackground = true, Name = isInput ? "standard input" : "standard output" };
        worker.Start();
        return worker;
    }

    private void Serve()
    {
        while (true)
        {
            requested.Wait();
            lock (gate)
            {
                if (isDisposed && !isPending)
                    break;
            }

            int count = 0;
            Exception? failure = null;
            try
            {
                count = Transfer(buffer);
            }
            catch (Exception caught) when (caught is UnixException or OperationCanceledException or ObjectDisposedException)
            {
                failure = caught;
            }

            cancellationWatch.Dispose();
            if (cancellation.IsCancellationRequested)
                DrainWake();
            lock (gate)
                isPending = false;
            if (failure is null)
                completion.SetResult(count);
            else
                completion.SetException(failure);
        }
        wake!.Dispose();
    }

    private int Transfer(Memory<byte> memory)
    {
        using MemoryHandle pinned = memory.Pin();
        return isInput ? ReadSome((byte*)pinned.Pointer, memory.Length) : WriteAll((byte*)pinned.Pointer, memory.Length, cancellable: !isServedAtOnce);
    }

    private int ReadSome(byte* bytes, int length)
    {
        while (true)
        {
            if (!isServedAtOnce)
                WaitUntilReady(Libc.POLLIN, cancellable: true);
            nint count = Libc.read(descriptor, bytes, (nuint)length);
            if (count >= 0)
                return (int)count;
            switch (Libc.LastErrno)
            {
                case Errno.EINTR:
                case Errno.EAGAIN: // Whoever shares the open file made it non-blocking, or was quicker.
                    continue;
                case Errno.EIO: // The terminal has hung up.
                    return 0;
                default:
                    throw UnixException.FromLast($"read from descriptor {descriptor}");
            }
        }
    }

    private int WriteAll(byte* bytes, int length, bool cancellable)
    {
        int written = 0;
        while (written < length)
        {
            if (cancellable)
                WaitUntilReady(Libc.POLLOUT, cancellable);
            nint count = Libc.write(descriptor, bytes + written, (nuint)(length - written));
            if (count >= 0)
                written += (int)count;
            else if (Libc.LastErrno == Errno.EAGAIN)
                WaitUntilReady(Libc.POLLOUT, cancellable);
            else if (Libc.LastErrno != Errno.EINTR)
                throw UnixException.FromLast($"write to descriptor {descriptor}");
        }
        return written;
    }

    /// <summary>Writes and unpins the first <paramref name="count"/> pieces, of which there are none after it.</summary>
    private void WriteVectors(Libc.IoVector* vectors, MemoryHandle[] pinned, ref int count)
    {
        try
        {
            for (int first = 0; first < count;)
            {
                nint written = Libc.writev(descriptor, vectors + first, count - first);
                if (written == -1 && Libc.LastErrno == Errno.EAGAIN)
                    WaitUntilReady(Libc.POLLOUT, cancellable: false);
                else if (written == -1 && Libc.LastErrno != Errno.EINTR)
                    throw UnixException.FromLast($"write to descriptor {descriptor}");
                for (nuint left = (nuint)Math.Max(written, 0); left > 0;)
                {
                    nuint part = Math.Min(left, vectors[first].Length);
                    vectors[first].Base += part;
                    vectors[first].Length -= part;
                    left -= part;
                    if (vectors[first].Length == 0)
                        first++;
                }
            }
        }
        finally
        {
            while (count > 0)
                pinned[--count].Dispose();
        }
    }

    private void WaitUntilReady(short events, bool cancellable)
    {
        var entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { Descriptor = descriptor, Events = events };
        if (cancellable)
            entries[1] = new Libc.PollEntry { Descriptor = (int)wake!.DangerousGetHandle(), Events = Libc.POLLIN };
        while (true)
        {
            int ready = Libc.poll(entries, cancellable ? 2u : 1u, -1);
            if (ready == -1 && Libc.LastErrno != Errno.EINTR)
                throw UnixException.FromLast($"poll descriptor {descriptor}");
            if (cancellable)
            {
                cancellation.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(isDisposed, this);
            }
            if (ready > 0 && entries[0].Returned != 0)
                return;
        }
    }

    private void Wake()
    {
        ulong one = 1;
        _ = Libc.write((int)wake!.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
    }

    private void DrainWake()
    {
        ulong count;
        _ = Libc.read((int)wake!.DangerousGetHandle(), (byte*)&count, sizeof(ulong));
    }
}
