using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// Hands a channel's data to its one consumer in the very packets that it came in; consuming returns the packets and credits the window.
/// </summary>
/// <remarks>
/// The window bounds the data, and <see cref="Hold"/> bounds what the buffers around it cost: small packets go on in the room of the last
/// one, and large ones do once too much room is wasted. Data that came before the end, or before the connection failed, is delivered first.
/// A consumer waits for data that it has not examined; one that examines a whole window without consuming any of it would wait for ever.
/// </remarks>
internal sealed class ChannelInput(Channel channel, PacketPool pool) : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>Copying this much costs less than holding another buffer.</summary>
    private const int SmallData = PacketPool.SmallCapacity;

    /// <summary>Behind this much unread data, what comes in small buffers is gathered in larger ones.</summary>
    private const int ManyUnread = 16 * 1024;

    /// <summary>As much unread data as is passed on while the reader waits.</summary>
    private const int FewUnread = 4 * 1024;

    /// <summary>Buffers may cost this much more than a fifth over the data in them.</summary>
    private const long MaxWaste = 256 * 1024;

    /// <summary>A packet's memory beside its capacity, about.</summary>
    private const int PacketOverhead = Packet.Headroom + Packet.Tailroom + 96;

    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _waiter = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private Packet? _head;
    private Packet? _tail;

    // Places in the stream of bytes since the channel began, which segments carry as their running index.
    private long _start;
    private long _examined;
    private long _end;
    private long _cost;
    private Exception? _error;
    private bool _isWaiting;
    private bool _isReading;
    private bool _isCanceled;
    private bool _isEnded;
    private bool _isCompleted;
    private bool _isAbandoned;
    private bool _isDrained;

    /// <summary>Bytes that the consumer has not consumed.</summary>
    public long Unread
    {
        get
        {
            lock (_lock) return _end - _start;
        }
    }

    /// <summary>What the buffers of the unread bytes cost.</summary>
    internal long Cost
    {
        get
        {
            lock (_lock) return _cost;
        }
    }

    /// <summary>True when the data of each packet stays a segment by itself; to be chosen before any comes. What would cost too much to hold is dropped then.</summary>
    internal bool KeepsBounds { get; set; }

    /// <summary>
    /// True for a consumer that never blocks: little data is handed to it on the reader's own thread, which saves a hop; much data goes to another
    /// thread as ever, so that the reader goes on meanwhile.
    /// </summary>
    internal bool IsPrompt { get; set; }

    /// <summary>True while this input stands in the reader's list of consumers to wake; the reader's alone.</summary>
    internal bool IsWakeDue { get; set; }

    /// <summary>True when the consumer waits for data.</summary>
    internal bool IsWaiting => Volatile.Read(ref _isWaiting);

    /// <summary>The reader adds a packet that was narrowed to its data; false when nobody wants it, and then it is the caller's.</summary>
    public bool Add(Packet packet, bool wakes)
    {
        Packet? replaced;
        bool isWakeDue;
        lock (_lock)
        {
            if (_isCompleted || _isEnded || (KeepsBounds && IsWasteful(packet))) return false;
            replaced = Hold(packet);
            isWakeDue = wakes && _isWaiting;
            if (isWakeDue) _isWaiting = false;
        }

        replaced?.Dispose();
        if (isWakeDue) _waiter.SetResult(true);
        return true;
    }

    /// <summary>Wakes the consumer if it waits for what has come.</summary>
    /// <param name="mayRunHere">True where the reader has nothing in its hands, so that a prompt consumer may go on on its thread.</param>
    public void WakeIfReadable(bool mayRunHere = false)
    {
        lock (_lock)
        {
            if (!_isWaiting || (_end <= _examined && !_isEnded)) return;
            _isWaiting = false;
            _waiter.RunContinuationsAsynchronously = !mayRunHere || !IsPrompt || _end - _start > FewUnread;
        }

        _waiter.SetResult(true);
    }

    /// <summary>Nothing comes any more; with an error, the consumer gets it after the data.</summary>
    public void End(Exception? error)
    {
        lock (_lock)
        {
            if (_isEnded) return;
            _isEnded = true;
            _error = error;
        }

        WakeIfReadable();
        TellIfDrained();
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_lock)
        {
            CheckReadable();
            return TryTakeResult(out result);
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        short version;
        lock (_lock)
        {
            CheckReadable();
            try
            {
                if (TryTakeResult(out ReadResult result)) return new ValueTask<ReadResult>(result);
            }
            catch (SshException error)
            {
                return ValueTask.FromException<ReadResult>(error);
            }

            _waiter.Reset();
            _waiter.RunContinuationsAsynchronously = true;
            version = _waiter.Version;
            _isWaiting = true;
        }

        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (state, ct) => ((ChannelInput)state!).CancelWait(ct), this);
        }

        return new ValueTask<ReadResult>(this, version);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Packet? done = null;
        long credit = 0, unread;
        bool isLast, isReleased;
        lock (_lock)
        {
            if (!_isReading && _isCompleted) return;
            if (!_isReading) throw new InvalidOperationException("AdvanceTo without a read that it belongs to.");
            isReleased = _isAbandoned;
            if (!isReleased) (credit, done) = Consume(PlaceOf(consumed), PlaceOf(examined));
            _isReading = false;
            unread = _end - _start;
            isLast = _isEnded && unread == 0;
        }

        DisposeAll(done);
        if (credit > 0) channel.OnConsumed(credit, unread);
        if (isReleased) Release();
        else if (isLast) TellIfDrained();
    }

    public override void CancelPendingRead()
    {
        lock (_lock)
        {
            _isCanceled = true;
            if (!_isWaiting) return;
            _isWaiting = false;
        }

        _waiter.SetResult(true);
    }

    /// <summary>The consumer wants no more: what is unread is dropped, and the peer gets credit for it and for all that comes.</summary>
    public override void Complete(Exception? exception = null)
    {
        lock (_lock)
        {
            _isCompleted = true;
            _isReading = false;
        }

        Release();
    }

    /// <summary>The channel is closed under the consumer: as <see cref="Complete"/>, but what the consumer is looking at it keeps until it has done so.</summary>
    internal void Abandon()
    {
        lock (_lock)
        {
            _isCompleted = true;
            _isAbandoned = true;
            if (_isReading) return;
        }

        Release();
    }

    /// <summary>Drops what is unread and wakes a consumer that waits for more, which is then told that there is none.</summary>
    private void Release()
    {
        Packet? dropped;
        long credit;
        bool wasWaiting;
        lock (_lock)
        {
            credit = _end - _start;
            (dropped, _head, _tail) = (_head, null, null);
            _start = _examined = _end;
            _cost = 0;
            wasWaiting = _isWaiting;
            _isWaiting = false;
        }

        DisposeAll(dropped);
        if (wasWaiting) _waiter.SetResult(true);
        if (credit > 0) channel.OnConsumed(credit, 0);
        TellIfDrained();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        _waiter.GetResult(token);
        lock (_lock)
        {
            CheckReadable();

            // Woken by data, the end or a cancellation, each of which is still there: only this consumer takes them away.
            if (!TryTakeResult(out ReadResult result)) throw new InvalidOperationException("A consumer was woken with nothing to read.");
            return result;
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    private void CancelWait(CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_isWaiting) return;
            _isWaiting = false;
        }

        _waiter.SetException(new OperationCanceledException(ct));
    }

    private void CheckReadable()
    {
        ObjectDisposedException.ThrowIf(_isAbandoned, typeof(Channel));
        if (_isCompleted) throw new InvalidOperationException("Reading is not allowed after the reader was completed.");
        if (_isReading || _isWaiting) throw new InvalidOperationException("A read is already in progress.");
    }

    private bool TryTakeResult(out ReadResult result)
    {
        bool hasNew = _end > _examined;
        if (!hasNew && _error is not null && !_isCanceled) throw _error;
        if (!hasNew && !_isEnded && !_isCanceled)
        {
            result = default;
            return false;
        }

        ReadOnlySequence<byte> buffer = _head is null
            ? ReadOnlySequence<byte>.Empty
            : new ReadOnlySequence<byte>(_head, (int)(_start - _head.RunningIndex), _tail!, (int)(_end - _tail!.RunningIndex));
        result = new ReadResult(buffer, _isCanceled, _isEnded && _error is null);
        _isCanceled = false;
        _isReading = true;
        return true;
    }

    // A position in the empty sequence names no packet: nothing was there to consume or examine.
    private long PlaceOf(SequencePosition position) =>
        position.GetObject() is Packet packet ? packet.RunningIndex + position.GetInteger() : _start;

    private bool IsWasteful(Packet packet)
    {
        long unread = _end - _start;
        return _cost + packet.Capacity > unread + (unread / 5) + MaxWaste;
    }

    /// <summary>Takes the data in; returns a buffer that is not needed for it any more.</summary>
    private Packet? Hold(Packet packet)
    {
        int length = packet.Length;
        long unread = _end - _start;
        if (_tail is { } tail && !KeepsBounds && (IsWasteful(packet) || length <= Math.Min(SmallData, tail.Room)))
        {
            int part = Math.Min(length, tail.Room);
            tail.Append(packet.Payload[..part]);
            tail.Publish(tail.RunningIndex);
            _end += part;
            if (part == length) return packet;
            packet.DropFirst(part);
        }

        Packet? replaced = null;
        if (!KeepsBounds && unread >= ManyUnread && packet.Capacity < PacketPool.MediumCapacity)
        {
            Packet larger = pool.Rent(PacketPool.MediumCapacity);
            larger.Append(packet.Payload);
            (replaced, packet) = (packet, larger);
        }

        packet.Publish(_end);
        if (_tail is null) _head = packet;
        else _tail.Link(packet);
        _tail = packet;
        _end += packet.Length;
        _cost += packet.Capacity + PacketOverhead;
        return replaced;
    }

    /// <summary>Moves the places on; returns the bytes consumed and the packets that hold nothing else.</summary>
    private (long Credit, Packet? Done) Consume(long start, long seen)
    {
        if (start < _start || seen < start || seen > _end) throw new InvalidOperationException("AdvanceTo with a place that was not read.");
        long credit = start - _start;
        _start = start;
        _examined = seen;
        return (credit, UnlinkConsumed());
    }

    /// <summary>Takes the packets off whose data is consumed.</summary>
    private Packet? UnlinkConsumed()
    {
        Packet? first = _head, last = null;
        while (_head is not null && _head.RunningIndex + _head.Length <= _start)
        {
            _cost -= _head.Capacity + PacketOverhead;
            last = _head;
            _head = (Packet?)_head.Next;
        }

        if (last is null) return null;
        last.Link(null);
        if (_head is null) _tail = null;
        return first;
    }

    private void TellIfDrained()
    {
        lock (_lock)
        {
            if (_isDrained || !_isEnded || _start != _end) return;
            _isDrained = true;
        }

        channel.OnDrained(this);
    }

    private static void DisposeAll(Packet? packet)
    {
        while (packet is not null)
        {
            var next = (Packet?)packet.Next;
            packet.Dispose();
            packet = next;
        }
    }
}
