using System.Threading.Tasks.Sources;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>
/// The queue between everyone who sends and the one writer: the one place of a connection where threads meet.
/// </summary>
/// <remarks>
/// Three lanes, taken in this order: the transport's own messages, urgent traffic, traffic. From our KEXINIT to our NEWKEYS the traffic
/// lanes are held (RFC 4253 7.1); NEWKEYS carries the next keys through the transport lane, so that the writer changes keys exactly
/// there. Sending is bounded by <see cref="WhenRoomAsync"/> for whoever produces data, and by <see cref="MaxHeld"/> for replies.
/// </remarks>
internal sealed class Outbox : IDisposable
{
    /// <summary>Producers wait while more than this many bytes are queued.</summary>
    public const int Budget = 1024 * 1024;

    /// <summary>Producers wait while the buffers of what is queued take more than this, be they ever so empty.</summary>
    public const int HeldBudget = 2 * Budget;

    /// <summary>A peer that makes us hold more than this by not reading is cut off: a reply of five bytes costs a buffer all the same.</summary>
    public const int MaxHeld = 4 * Budget;

    /// <summary>As little data as whoever posts it seals and sends at once; more goes to the writer's own thread, which gathers it.</summary>
    internal const int Little = 2 * 1024;

    /// <summary>The same for a client that has not logged in, which there is less to answer to: a banner of the largest size and what stands around it.</summary>
    public const int MaxHeldBeforeLogin = Budget / 2;

    private readonly Lock _lock = new();
    private readonly Lane _transport = new();
    private readonly Lane _urgent = new();
    private readonly Lane _traffic = new();
    private readonly RoomWaiters _roomWaiters = new();
    private readonly WakeSignal _wake = new();
    private long _queuedBytes;
    private long _heldBytes;

    // How many KEXINITs of ours were queued whose NEWKEYS is not taken yet: the next exchange may begin before the writer came to the last one's.
    private int _holds;

    // How many of those NEWKEYS are queued: the holds that the writer lifts without anything more from the peer.
    private int _releases;
    private bool _isClosed;
    private bool _isLendable;
    private int _flights;
    private bool _isFrozen;

    // The writer's alone: it runs on the thread of whoever posted.
    private bool _isOnLoan;

    /// <summary>
    /// True where whoever posts a little that is no data is the writer for it, each time: a thread that has the answer need not wake another one to send it.
    /// </summary>
    public bool IsLent { get; init; }

    /// <summary>Bytes of payload that wait to be sealed.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>Bytes of the buffers that hold them.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>True when so little waits that those who waited may go on.</summary>
    public bool HasRoomAgain => IsClosed || (QueuedBytes < Budget / 2 && HeldBytes < HeldBudget / 2);

    /// <summary>True once nothing can be posted any more.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Queues channel or authentication traffic; dropped once closed.</summary>
    /// <remarks>Authentication is urgent as well, so that nothing of the connection protocol overtakes its end.</remarks>
    public void Post(Packet packet, bool isUrgent) =>
        Enqueue(isUrgent || packet.Number < MessageNumber.GlobalRequest ? _urgent : _traffic, new OutboxItem(packet, null));

    /// <summary>
    /// The peer has been heard: whoever next posts a little data, while nothing else waits, is the writer for it. So each side of a conversation
    /// answers on the thread that has the answer, and of a stream that nobody answers only the first piece goes out alone.
    /// </summary>
    public void LendWriter() => Volatile.Write(ref _isLendable, true);

    /// <summary>What is posted from here on goes out together, when <see cref="EndFlight"/> says that it is all, which must be at once: nothing else is sent meanwhile.</summary>
    public void BeginFlight()
    {
        lock (_lock) _flights++;
    }

    /// <summary>All that belongs together is posted.</summary>
    public void EndFlight()
    {
        bool isLoan;
        lock (_lock)
        {
            if (--_flights > 0) return;
            isLoan = IsLent && _queuedBytes <= Little;
        }

        _wake.Set(isLoan);
    }

    /// <summary>Queues a message of the transport, which no key exchange holds up.</summary>
    public void PostTransport(Packet packet) => Enqueue(_transport, new OutboxItem(packet, null));

    /// <summary>Queues our KEXINIT and holds the traffic from here on.</summary>
    public void PostKexInit(Packet packet)
    {
        lock (_lock)
        {
            // Once DISCONNECT is queued, nothing may keep the writer from it.
            if (!_isClosed) _holds++;
        }

        PostTransport(packet);
    }

    /// <summary>Queues our NEWKEYS; the writer seals it with the old keys, takes the new ones and lets the traffic go.</summary>
    public void PostNewKeys(Packet packet, OutboundKeys next) => Enqueue(_transport, new OutboxItem(packet, next));

    /// <summary>Queues the last packet of the connection: behind what waits when it ends as agreed, otherwise in place of all but a KEXINIT that is next.</summary>
    /// <remarks>RFC 4253 11.1: nothing follows it. So traffic that a key exchange holds, which nobody will bring to its end now, is dropped.</remarks>
    public void PostLast(Packet packet, bool isAgreed)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                packet.Dispose();
                return;
            }

            _isClosed = true;
            bool isTrafficSent = isAgreed && _holds == _releases;
            if (!isAgreed) DropAllButProposal();
            if (!isTrafficSent)
            {
                Drop(_urgent);
                Drop(_traffic);
            }

            Add(isTrafficSent ? _traffic : _transport, new OutboxItem(packet, null));
        }

        _roomWaiters.ReleaseAll();
        _wake.Set(isLoan: false);
    }

    /// <summary>Ends the queue: what is in it still goes out, nothing more can be posted.</summary>
    public void Close()
    {
        lock (_lock) _isClosed = true;
        _roomWaiters.ReleaseAll();
        _wake.Set(isLoan: false);
    }

    /// <summary>The same for a connection that another process goes on with. All has been sent, and the writer, which has nothing to do with the end elsewhere, ends here.</summary>
    public void Freeze()
    {
        lock (_lock) (_isClosed, _isFrozen) = (true, IsLent);
        _wake.Set(IsLent);
    }

    /// <summary>Takes the next packet that may go now and that seals into <paramref name="room"/> bytes; for the writer alone.</summary>
    public bool TryTake(OutboundCodec codec, int room, out OutboxItem item)
    {
        bool hasRoomNow;
        lock (_lock)
        {
            Lane? lane = !_transport.IsEmpty ? _transport : _holds > 0 ? null : !_urgent.IsEmpty ? _urgent : !_traffic.IsEmpty ? _traffic : null;
            if (lane is null || codec.SealedBound(lane.Peek().Packet) > room)
            {
                item = default;
                return false;
            }

            item = lane.Take();
            Forget(item);
            hasRoomNow = HasRoomAgain;
        }

        if (hasRoomNow) _roomWaiters.ReleaseAll();
        return true;
    }

    /// <summary>Waits until there may be something to take; false when the outbox is closed and drained.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        // Who posted a little is the writer for that alone, not for what came meanwhile, and not for the end.
        (bool isBorrowed, _isOnLoan) = (_isOnLoan, false);
        while (true)
        {
            bool isDue, isOver;
            lock (_lock)
            {
                isDue = !_transport.IsEmpty || (_holds == 0 && (!_urgent.IsEmpty || !_traffic.IsEmpty));
                isOver = _isClosed && !isDue;
                if (!isDue && !isOver) _wake.Reset();
            }

            if ((isDue && !_isOnLoan && isBorrowed) || (isOver && !_isFrozen && (isBorrowed || _isOnLoan))) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (isDue || isOver) return isDue;
            isBorrowed = false;
            await _wake.WaitAsync().ConfigureAwait(false);
            _isOnLoan = _wake.IsLoan;
        }
    }

    /// <summary>Completes when fewer bytes than the budget wait; at once in the usual case.</summary>
    public ValueTask WhenRoomAsync(CancellationToken ct) =>
        (QueuedBytes < Budget && HeldBytes < HeldBudget) || IsClosed ? ValueTask.CompletedTask : _roomWaiters.WaitAsync(this, ct);

    /// <summary>Disposes of all packets and keys that were never sent.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (Lane lane in (ReadOnlySpan<Lane>)[_transport, _urgent, _traffic]) Drop(lane);
        }

        _roomWaiters.ReleaseAll();
        _wake.Set(isLoan: false);
    }

    private void Enqueue(Lane lane, OutboxItem item)
    {
        bool isLoan;
        lock (_lock)
        {
            if (_isClosed)
            {
                item.Dispose();
                return;
            }

            isLoan = MayLendFor(lane, item);
            if (item.Packet.Number == MessageNumber.ChannelData && isLoan) _isLendable = false;
            Add(lane, item);
            if (_flights > 0) return;
        }

        _wake.Set(isLoan);
    }

    // For the holder of the lock.
    private bool MayLendFor(Lane lane, OutboxItem item)
    {
        if (_queuedBytes > 0 || item.Packet.Length > Little || (_holds > 0 && lane != _transport)) return false;
        return item.Packet.Number == MessageNumber.ChannelData ? _isLendable : IsLent;
    }

    private void Add(Lane lane, OutboxItem item)
    {
        _queuedBytes += item.Packet.Length;
        _heldBytes += item.Packet.Capacity;
        if (item.NextKeys is not null) _releases++;
        lane.Add(item);
    }

    // Where nothing could be agreed on, the peer must know our offer to say so.
    private void DropAllButProposal()
    {
        OutboxItem? proposal = !_transport.IsEmpty && _transport.Peek().Packet.Number == MessageNumber.KexInit ? _transport.Take() : null;
        Drop(_transport);
        if (proposal is { } kept) _transport.Add(kept);
    }

    private void Drop(Lane lane)
    {
        while (!lane.IsEmpty)
        {
            OutboxItem item = lane.Take();
            Forget(item);
            item.Dispose();
        }
    }

    private void Forget(in OutboxItem item)
    {
        _queuedBytes -= item.Packet.Length;
        _heldBytes -= item.Packet.Capacity;
        if (item.NextKeys is not null) (_holds, _releases) = (_holds - 1, _releases - 1);
    }

    /// <summary>A ring of items that grows and is never allocated while it is empty.</summary>
    private sealed class Lane
    {
        private OutboxItem[] _ring = [];
        private int _first;
        private int _count;

        public bool IsEmpty => _count == 0;

        public OutboxItem Peek() => _ring[_first];

        public void Add(OutboxItem item)
        {
            if (_count == _ring.Length) Grow();
            _ring[(_first + _count++) & (_ring.Length - 1)] = item;
        }

        public OutboxItem Take()
        {
            OutboxItem item = _ring[_first];
            _ring[_first] = default;
            _first = (_first + 1) & (_ring.Length - 1);
            _count--;
            return item;
        }

        private void Grow()
        {
            var ring = new OutboxItem[Math.Max(4, _ring.Length * 2)];
            for (int i = 0; i < _count; i++) ring[i] = _ring[(_first + i) & (_ring.Length - 1)];
            (_ring, _first) = (ring, 0);
        }
    }

    /// <summary>Wakes the one writer.</summary>
    private sealed class WakeSignal : IValueTaskSource
    {
        private const int Idle = 0, Waiting = 1, Signaled = 2;

        private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
        private int _state;

        /// <summary>True when the writer was last woken on the thread of whoever woke it.</summary>
        public bool IsLoan { get; private set; }

        public void Reset() => Interlocked.CompareExchange(ref _state, Idle, Signaled);

        /// <summary>Wakes the writer, if it waits.</summary>
        /// <param name="isLoan">True to be the writer oneself until it waits again.</param>
        public void Set(bool isLoan)
        {
            if (Interlocked.Exchange(ref _state, Signaled) != Waiting) return;
            IsLoan = isLoan;
            _core.RunContinuationsAsynchronously = !isLoan;
            _core.SetResult(true);
        }

        public ValueTask WaitAsync()
        {
            _core.Reset();
            return Interlocked.CompareExchange(ref _state, Waiting, Idle) == Signaled ? ValueTask.CompletedTask : new ValueTask(this, _core.Version);
        }

        public void GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
