using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre;

/// <summary>
/// Carries one transport over one stream: a loop that reads, a loop that writes, a timer; both roles, and every tool, use it.
/// </summary>
/// <remarks>
/// Buffers are borrowed while bytes flow. An idle connection waits with a buffer of its own that takes a key or a line and no more.
/// </remarks>
internal sealed class SshConnection : IAsyncDisposable
{
    private const int FirstBuffer = 512;

    private const int SmallBuffer = 8 * 1024;

    /// <summary>Takes a whole packet of any size, and enough of them that a system call is worth its price.</summary>
    private const int LargeBuffer = PacketLimits.MaxPacketLength + (64 * 1024);

    /// <summary>What the peer sends at once in a conversation: a key, a line, a question.</summary>
    private const int FewBytes = 4 * 1024;

    /// <summary>In a dialogue the next question may have come while the last one was answered, a few times over; what goes on like that is a stream.</summary>
    private const int MostAtOnce = 4;

    /// <summary>Takes the longest packet that a client may send which has not logged in.</summary>
    private const int StrangersBuffer = PacketPool.MediumCapacity;

    private readonly byte[] _first = new byte[FirstBuffer];
    private readonly Stream _stream;
    private readonly Socket? _socket;
    private readonly IStreamTransport _transport;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _isPrompt;
    private readonly TaskCompletionSource _completion;
    private readonly long _startedAt;
    private ITimer? _rekeyTimer;
    private ITimer? _keepAliveTimer;
    private Multiplexer? _multiplexer;
    private long _bytesSent;
    private long _bytesReceived;
    private long _sends;
    private long _receives;
    private long _receivesSeen;
    private int _unanswered;
    private Task _loops = Task.CompletedTask;
    private int _isStopping;
    private byte[] _unprocessed = [];
    private SshViolationException? _silence;

    /// <summary>Takes over the stream and the transport.</summary>
    /// <param name="stream">Carries the bytes.</param>
    /// <param name="transport">Makes sense of them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isPrompt">True where nobody who is asked or told anything blocks: then no other thread is asked for what the one at hand can do.</param>
    public SshConnection(Stream stream, IStreamTransport transport, TimeProvider time, bool isPrompt = false)
    {
        (_stream, _transport, _time, _isPrompt) = (stream, transport, time, isPrompt);
        _completion = new TaskCompletionSource(isPrompt ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _socket = (stream as NetworkStream)?.Socket;
        _startedAt = time.GetTimestamp();
        _transport.BeforeThought = static async () => await PoolThread.EnterAsync();
    }

    /// <summary>Ends when the connection has: with its error, or without one when it ended as agreed.</summary>
    public Task Completion => _completion.Task;

    public IStreamTransport Transport => _transport;

    /// <summary>Bytes that the stream was given: counted before it takes them, so that whoever has an answer finds the question counted.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Bytes that the stream has given.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Since when it is there.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_startedAt);

    /// <summary>How long a peer may leave a DISCONNECT unread before the stream is closed under it.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a peer may take nothing of what is queued when the connection is to end.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without a word from the peer it is asked for one; zero for never.</summary>
    public TimeSpan KeepAliveInterval { get; set; }

    /// <summary>How many such questions in a row may stay unanswered.</summary>
    public int KeepAliveCount { get; set; } = 3;

    /// <summary>What another process has read from the stream and not processed: it comes before what is still to be read.</summary>
    public ReadOnlyMemory<byte> ReadBefore { get; init; }

    /// <summary>Takes over the stream of a transport that froze, and what was read from it and not processed.</summary>
    public Func<Stream, ReadOnlyMemory<byte>, ValueTask>? HandsOver { get; init; }

    /// <summary>Marks the packets of the connection for routers; null leaves them as they are.</summary>
    public void SetTrafficClass(byte? mark)
    {
        if (mark is { } value && _socket is not null) TrafficClass.Set(_socket, value);
    }

    /// <summary>Begins to speak.</summary>
    public void Start()
    {
        _transport.Start();
        long seconds = _transport.Rekey.Seconds;
        if (seconds > 0 && HandsOver is null)
        {
            var period = TimeSpan.FromSeconds(Math.Clamp(seconds / 8, 1, 60));
            _rekeyTimer = _time.CreateTimer(static state => ((SshConnection)state!).OnRekeyTimer(), this, period, period);
        }

        _loops = RunAsync();
    }

    /// <summary>The user is authenticated: from now on a silent peer is asked for a sign of life, if that is wanted.</summary>
    public void OnConnectionProtocol(Multiplexer multiplexer)
    {
        _multiplexer = multiplexer;
        if (KeepAliveInterval <= TimeSpan.Zero) return;
        _keepAliveTimer = _time.CreateTimer(static state => ((SshConnection)state!).OnKeepAliveTimer(), this, KeepAliveInterval, KeepAliveInterval);

        // The connection may have ended between the login and now.
        if (_completion.Task.IsCompleted) _keepAliveTimer.Dispose();
    }

    /// <summary>Ends the connection as agreed: what is queued goes out, then DISCONNECT. A peer that takes nothing any more is not waited for.</summary>
    public async Task CloseAsync(DisconnectReason reason = DisconnectReason.ByApplication, string description = "disconnected by user")
    {
        Interlocked.Exchange(ref _isStopping, 1);
        _transport.Disconnect(reason, description);
        for (long seen = -1; !_loops.IsCompleted;)
        {
            long sends = Volatile.Read(ref _sends);
            if (sends == seen) Stop();
            seen = sends;
            await ((Task)_loops.WaitAsync(StallTime, _time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        Exception? error = null;
        Task writing = _isPrompt ? WriteAsync() : Task.Run(WriteAsync);
        Task reading = _isPrompt ? ReadAsync() : Task.Run(ReadAsync);
        try
        {
            await Task.WhenAny(reading, writing).ConfigureAwait(false);
            if (writing.IsCompleted && !_transport.IsFrozen) await StopReadingAsync(reading).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever stopped the reader knows why.
        }
        catch (Exception failure)
        {
            error = failure;
        }

        error = await StopWritingAsync(writing, error).ConfigureAwait(false);
        _rekeyTimer?.Dispose();
        _keepAliveTimer?.Dispose();
        if (error is null && _transport.IsFrozen && Volatile.Read(ref _isStopping) == 0) error = await HandOverAsync().ConfigureAwait(false);
        else await _stream.DisposeAsync().ConfigureAwait(false);
        if (_silence is not null) error = _silence;
        else if (Volatile.Read(ref _isStopping) == 1) error = null;
        else if (_multiplexer?.Failure is { } failed) error = failed;
        _transport.Close(error);
        _transport.Dispose();
        if (error is null) _completion.SetResult();
        else _completion.SetException(error);
        _ = _completion.Task.Exception;
    }

    private async ValueTask<Exception?> HandOverAsync()
    {
        try
        {
            await HandsOver!(_stream, _unprocessed).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            return failure;
        }
    }

    // The writer ended first: our DISCONNECT is out, or the stream takes nothing any more.
    private async Task StopReadingAsync(Task reading)
    {
        try
        {
            _socket?.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The peer was quicker.
        }

        await ((Task)reading.WaitAsync(_transport.Outbox.IsClosed ? DrainTime : TimeSpan.Zero, _time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!reading.IsCompleted) Stop();
    }

    // The reader ended first: a DISCONNECT of ours may still wait to go out.
    private async Task<Exception?> StopWritingAsync(Task writing, Exception? error)
    {
        _transport.Outbox.Close();
        await ((Task)writing.WaitAsync(DrainTime, _time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!writing.IsCompleted) Stop();
        try
        {
            await writing.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            error ??= Lost(failure);
        }

        return error;
    }

    private async Task ReadAsync()
    {
        byte[] buffer = _first;
        int start = 0, end = 0, lastRead = 0, atOnce = 0;
        try
        {
            if (!ReadBefore.IsEmpty)
            {
                buffer = ArrayPool<byte>.Shared.Rent(Math.Max(SmallBuffer, ReadBefore.Length));
                ReadBefore.CopyTo(buffer);
                end = ReadBefore.Length;
                start = await ProcessAsync(buffer.AsMemory(0, end)).ConfigureAwait(false);
            }

            while (!_transport.IsClosed)
            {
                if (start == end) start = end = 0;
                buffer = MakeRoom(buffer, ref start, ref end, lastRead);
                ValueTask<int> reading = _stream.ReadAsync(buffer.AsMemory(end), _stop.Token);
                atOnce = reading.IsCompleted && end == 0 ? atOnce + 1 : 0;
                lastRead = await reading.ConfigureAwait(false);
                if (lastRead == 0) throw new SshViolationException(Violation.ConnectionLost, "Connection closed by the peer.") { IsBeforeIdentification = IsPeerUnknown };
                end += lastRead;
                Volatile.Write(ref _bytesReceived, _bytesReceived + lastRead);
                Volatile.Write(ref _receives, _receives + 1);

                // A few bytes after a pause are dealt with by whatever thread heard of them; a stream is not, as others wait for that thread.
                if (atOnce > (_isPrompt ? MostAtOnce : 0) || lastRead > FewBytes) await PoolThread.EnterAsync();
                start += await ProcessAsync(buffer.AsMemory(start, end - start)).ConfigureAwait(false);
            }

            if (_transport.IsFrozen) _unprocessed = buffer.AsSpan(start, end - start).ToArray();
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            throw Lost(failure);
        }
        finally
        {
            ReturnInbound(buffer);
        }
    }

    private async ValueTask<int> ProcessAsync(ReadOnlyMemory<byte> inbound)
    {
        int used = await _transport.ReceiveAsync(inbound, _stop.Token).ConfigureAwait(false);
        _transport.Outbox.LendWriter();
        _multiplexer?.FlushWakeups();
        return used;
    }

    private byte[] MakeRoom(byte[] buffer, ref int start, ref int end, int lastRead)
    {
        // All is dealt with, and it was not much: the next word may be long in coming.
        if (end == 0 && lastRead < (buffer == _first ? FirstBuffer : SmallBuffer))
        {
            ReturnInbound(buffer);
            return _first;
        }

        // A stranger gets room for what it has sent, not for what it announces.
        bool isLong = _transport.AwaitedLength > SmallBuffer && (!_transport.IsPeerStranger || end - start > SmallBuffer / 2);
        int size = lastRead >= SmallBuffer / 2 || isLong ? LargestBuffer : SmallBuffer;
        if (buffer.Length < size)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(size);
            buffer.AsSpan(start, end - start).CopyTo(larger);
            ReturnInbound(buffer);
            (start, end) = (0, end - start);
            return larger;
        }

        bool isTight = buffer.Length - end < buffer.Length / 4 || buffer.Length - start < _transport.AwaitedLength;
        if (start > 0 && isTight)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        return buffer;
    }

    private async Task WriteAsync()
    {
        byte[]? buffer = null;
        try
        {
            _socket?.Blocking = false;
            while (await _transport.WaitToFillAsync().ConfigureAwait(false))
            {
                int size = _transport.Outbox.QueuedBytes < SmallBuffer / 4 ? SmallBuffer : LargeBuffer;
                if (buffer is null || buffer.Length < size)
                {
                    Return(ref buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(size);
                }

                int length = _transport.Fill(buffer);
                Volatile.Write(ref _bytesSent, _bytesSent + length);
                if (length > 0) await SendAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
                Volatile.Write(ref _sends, _sends + 1);
                if (_transport.Outbox.QueuedBytes == 0) Return(ref buffer);
            }

            if (!_transport.Parting.IsEmpty) await _stream.WriteAsync(_transport.Parting, _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            Return(ref buffer);

            // Whoever posted the last packet may have been the writer, and has nothing to do with the end.
            if (!_isPrompt) await PoolThread.SwitchAsync();
            else if (!_transport.IsFrozen) await PoolThread.EnterAsync();
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        // A socket mostly takes all of it now. What it does not, and what is wrong with it, is for the stream.
        if (_socket is not null)
        {
            int sent = _socket.Send(bytes.Span, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) bytes = bytes[sent..];
            if (bytes.IsEmpty) return ValueTask.CompletedTask;
        }

        ValueTask sending = _stream.WriteAsync(bytes, _stop.Token);
        return sending.IsCompleted ? sending : FinishAsync(sending);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask FinishAsync(ValueTask sending)
        {
            await sending.ConfigureAwait(false);
            await PoolThread.EnterAsync();
        }
    }

    private void ReturnInbound(byte[] buffer)
    {
        if (buffer != _first) ArrayPool<byte>.Shared.Return(buffer);
    }

    // What passes through these buffers is sealed, but for the plain text of the first exchange: there is nothing to wipe.
    private static void Return(ref byte[]? buffer)
    {
        if (buffer is null) return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
    }

    // The timer may run once more while the connection is disposed of.
    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private int LargestBuffer => _transport.IsPeerStranger && _transport.AwaitedLength <= StrangersBuffer ? StrangersBuffer : LargeBuffer;

    private bool IsPeerUnknown => _transport.PeerIdentification.Length == 0;

    private SshViolationException Lost(Exception failure) =>
        new(Violation.ConnectionLost, $"The connection was lost: {failure.Message}", failure) { IsBeforeIdentification = IsPeerUnknown };

    private void OnRekeyTimer() => _transport.OnTick(_time.GetElapsedTime(_startedAt));

    private void OnKeepAliveTimer()
    {
        long receives = Volatile.Read(ref _receives);
        if (receives != _receivesSeen)
        {
            (_receivesSeen, _unanswered) = (receives, 0);
            return;
        }

        if (_unanswered++ >= KeepAliveCount)
        {
            _silence = new SshViolationException(Violation.PeerSilent, "Timeout, the peer is not responding.");
            _transport.Disconnect(DisconnectReason.ConnectionLost, _silence.Message);
            Stop();
            return;
        }

        _ = AskForSignOfLifeAsync();
    }

    private async Task AskForSignOfLifeAsync() =>
        await _multiplexer!.SendKeepAliveAsync(_multiplexer.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
