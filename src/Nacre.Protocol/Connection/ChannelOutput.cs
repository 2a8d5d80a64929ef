using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// Takes data, or extended data, from a channel's one producer straight into packets and posts them as the peer's window and the outbox have room.
/// </summary>
/// <remarks>
/// GetMemory hands out the payload room of a packet behind the header that the data will have; what FlushAsync could not post stays for the next
/// flush, also when the flush was cancelled. <see cref="FlushResult.IsCompleted"/> says that the peer takes no more. Completing sends EOF once all
/// is posted; completing with an error closes the channel, so that data cut short does not look whole.
/// </remarks>
internal sealed class ChannelOutput : PipeWriter
{
    private const int Idle = 0, Flushing = 1, FlushingThenDone = 2, Done = 3;

    private readonly Channel _channel;
    private readonly PacketPool _pool;
    private readonly uint? _dataType;
    private readonly int _header;
    private readonly int _maxData;
    private readonly Wakeup _wakeup = new();

    // The packet being filled, and those that are full and wait to be posted; of the first, so many bytes are sent already.
    private Packet? _current;
    private int _currentData;
    private Packet? _first;
    private Packet? _last;
    private int _firstSent;
    private long _unflushed;

    private byte[]? _large;
    private Exception? _completionError;
    private bool _isCompleted;
    private bool _isFlushCanceled;
    private int _state;

    public ChannelOutput(Channel channel, PacketPool pool, uint? dataType, uint maxData)
    {
        _channel = channel;
        _pool = pool;
        _dataType = dataType;
        _header = dataType is null ? ChannelData.HeaderLength : ChannelExtendedData.HeaderLength;
        _maxData = (int)maxData;
        channel.SendWindow.Register(_wakeup);
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_isCompleted) throw new InvalidOperationException("Writing is not allowed after the writer was completed.");
        if (sizeHint > _maxData) return _large = GC.AllocateUninitializedArray<byte>(sizeHint);
        _large = null;
        if (_current is not null && DataRoom(_current) - _currentData < Math.Max(1, sizeHint)) Seal();
        Packet packet = Current(_maxData);
        return packet.PayloadRoom.Slice(_header + _currentData, DataRoom(packet) - _currentData);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_large is { } large)
        {
            _large = null;
            ReadOnlySpan<byte> source = large.AsSpan(0, bytes);
            while (!source.IsEmpty) source = source[Fill(source)..];
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_current is null ? 0 : DataRoom(_current) - _currentData));
        _currentData += bytes;
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (!_isCompleted) Seal();
        if (!TryEnter()) return new ValueTask<FlushResult>(new FlushResult(false, true));
        bool isLeft = false;
        try
        {
            while (_first is not null)
            {
                ValueTask room = _channel.Transport.WhenRoomAsync(cancellationToken);
                if (!room.IsCompletedSuccessfully)
                {
                    isLeft = true;
                    return FlushLaterAsync(room, cancellationToken);
                }

                room.GetAwaiter().GetResult();
                if (PostFirst()) continue;
                isLeft = true;
                return FlushLaterAsync(ValueTask.CompletedTask, cancellationToken);
            }

            return new ValueTask<FlushResult>(Result());
        }
        catch (SshException error)
        {
            return ValueTask.FromException<FlushResult>(error);
        }
        finally
        {
            if (!isLeft) Leave();
        }
    }

    /// <summary>Copies and posts packet by packet, so that a large source never waits in memory; one cut short by cancellation was sent in part.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_isCompleted) throw new InvalidOperationException("Writing is not allowed after the writer was completed.");
        while (true)
        {
            if (!source.IsEmpty) source = source[Fill(source.Span)..];
            ValueTask<FlushResult> flush = FlushAsync(cancellationToken);
            if (source.IsEmpty) return flush;
            if (!flush.IsCompletedSuccessfully) return WriteRestAsync(flush, source, cancellationToken);
            FlushResult result = flush.Result;
            if (result.IsCompleted || result.IsCanceled) return new ValueTask<FlushResult>(result);
        }
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _isFlushCanceled, true);
        _wakeup.Signal();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted) return;
        if (exception is null) Seal();
        _isCompleted = true;
        _completionError = exception;
        if (exception is not null || _first is null) Finish();
        else _ = CompleteLaterAsync();
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (!_isCompleted && exception is null)
        {
            while (_first is not null || _current is not null)
            {
                FlushResult result = await FlushAsync().ConfigureAwait(false);
                if (result.IsCompleted) break;
            }
        }

        Complete(exception);
    }

    /// <summary>Ends the writer wherever it is: a flush in progress ends as soon as it notices that the channel is closed.</summary>
    internal void Abandon()
    {
        _isCompleted = true;
        Finish();
    }

    // A window may open late or never, and then the channel's end ends the wait; so nobody need watch this task.
    private async Task CompleteLaterAsync()
    {
        try
        {
            while (_first is not null)
            {
                FlushResult result = await FlushAsync().ConfigureAwait(false);
                if (result.IsCompleted) break;
            }
        }
        catch (SshException)
        {
            // The connection is over, and whoever uses the channel learns it from there.
        }

        Finish();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FlushLaterAsync(ValueTask room, CancellationToken ct)
    {
        try
        {
            await room.ConfigureAwait(false);
            while (_first is not null)
            {
                _wakeup.Reset();
                if (Volatile.Read(ref _isFlushCanceled)) break;

                // Those who waited for room are all let go at once and do not all fit, so each looks again.
                ValueTask again = _channel.Transport.WhenRoomAsync(ct);
                if (!again.IsCompletedSuccessfully) await again.ConfigureAwait(false);
                else if (!PostFirst()) await _wakeup.WaitAsync(ct).ConfigureAwait(false);
            }

            return Result();
        }
        finally
        {
            Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WriteRestAsync(ValueTask<FlushResult> flush, ReadOnlyMemory<byte> rest, CancellationToken ct)
    {
        while (true)
        {
            FlushResult result = await flush.ConfigureAwait(false);
            if (rest.IsEmpty || result.IsCompleted || result.IsCanceled) return result;
            rest = rest[Fill(rest.Span)..];
            flush = FlushAsync(ct);
        }
    }

    private FlushResult Result()
    {
        bool isCanceled = Volatile.Read(ref _isFlushCanceled);
        if (isCanceled) Volatile.Write(ref _isFlushCanceled, false);
        _channel.ThrowIfFailed();
        return new FlushResult(isCanceled, !_channel.CanSend);
    }

    /// <summary>Posts the first waiting packet as far as the window goes; false when it does not go anywhere.</summary>
    private bool PostFirst()
    {
        Packet packet = _first!;
        if (!_channel.CanSend)
        {
            DropAll();
            return true;
        }

        int left = packet.Length - _header - _firstSent;
        int taken = (int)_channel.SendWindow.Take((uint)left);
        if (taken == 0) return false;
        Packet sent = packet;
        if (taken < left || _firstSent > 0)
        {
            // RFC 4254 5.2: the window counts bytes, so what goes may be a part of the packet, and then it is copied.
            sent = _pool.Rent(_header + taken);
            sent.SetPayload(_header + taken);
            packet.Payload.Slice(_header + _firstSent, taken).CopyTo(sent.Payload[_header..]);
        }

        _firstSent += taken;
        _unflushed -= taken;
        if (taken == left)
        {
            _first = (Packet?)packet.Next;
            if (_first is null) _last = null;
            packet.Link(null);
            _firstSent = 0;
            if (sent != packet) packet.Dispose();
        }

        WriteHeader(sent, taken);
        _channel.PostData(sent);
        return true;
    }

    private void WriteHeader(Packet packet, int length)
    {
        Span<byte> payload = packet.Payload;
        BinaryPrimitives.WriteUInt32BigEndian(payload[1..], _channel.RemoteId);
        if (_dataType is { } type)
        {
            payload[0] = (byte)MessageNumber.ChannelExtendedData;
            BinaryPrimitives.WriteUInt32BigEndian(payload[5..], type);
            BinaryPrimitives.WriteUInt32BigEndian(payload[9..], (uint)length);
        }
        else
        {
            payload[0] = (byte)MessageNumber.ChannelData;
            BinaryPrimitives.WriteUInt32BigEndian(payload[5..], (uint)length);
        }
    }

    private Packet Current(int wanted)
    {
        if (_current is null)
        {
            _current = _pool.Rent(_header + Math.Min(wanted, _maxData));
            _currentData = 0;
        }

        return _current;
    }

    /// <summary>Copies as much as one packet takes.</summary>
    private int Fill(ReadOnlySpan<byte> source)
    {
        if (_current is not null && _currentData == DataRoom(_current)) Seal();
        Packet packet = Current(source.Length);
        int part = Math.Min(source.Length, DataRoom(packet) - _currentData);
        source[..part].CopyTo(packet.PayloadRoom.Span[(_header + _currentData)..]);
        _currentData += part;
        _unflushed += part;
        return part;
    }

    private int DataRoom(Packet packet) => Math.Min(_maxData, packet.Capacity - _header);

    /// <summary>Ends the packet being filled; little data goes on in a little buffer, so that queued packets cost what they carry.</summary>
    private void Seal()
    {
        if (_current is not { } packet) return;
        int data = _currentData;
        (_current, _currentData) = (null, 0);
        packet.SetPayload(_header + data);
        if (data > 0 && packet.Capacity > PacketPool.SmallCapacity && _header + data <= PacketPool.SmallCapacity)
        {
            Packet small = _pool.Rent(_header + data);
            small.SetPayload(_header + data);
            packet.Payload[_header..].CopyTo(small.Payload[_header..]);
            packet.Dispose();
            packet = small;
        }

        if (data == 0)
        {
            packet.Dispose();
            return;
        }

        if (_last is null) _first = packet;
        else _last.Link(packet);
        _last = packet;
    }

    private bool TryEnter() => Interlocked.CompareExchange(ref _state, Flushing, Idle) switch
    {
        Idle => true,
        Done => false,
        _ => throw new InvalidOperationException("A flush is already in progress."),
    };

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Flushing) == FlushingThenDone) FinishNow();
    }

    private void Finish()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state is Done or FlushingThenDone) return;
            if (Interlocked.CompareExchange(ref _state, state == Flushing ? FlushingThenDone : Done, state) != state) continue;
            if (state == Idle) FinishNow();
            else _wakeup.Signal();
            return;
        }
    }

    private void FinishNow()
    {
        Volatile.Write(ref _state, Done);
        bool isWhole = _first is null && _completionError is null;
        DropAll();
        _channel.OnWriterDone(isWhole);
    }

    private void DropAll()
    {
        while (_first is { } packet)
        {
            _first = (Packet?)packet.Next;
            packet.Dispose();
        }

        _last = null;
        _firstSent = 0;
        _current?.Dispose();
        (_current, _currentData) = (null, 0);
        _unflushed = 0;
    }
}
