using System.IO.Pipelines;
using System.Runtime.CompilerServices;
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
    private readonly Channel _channel;
    private readonly Wakeup _wakeup = new();

    // Guards all that follows against whoever closes the channel under its producer; the producer itself is one.
    private readonly Lock _lock = new();
    private readonly OutgoingPackets _packets;
    private byte[]? _large;
    private Exception? _completionError;
    private bool _isFlushCanceled;

    // The producer may be writing into the packet being filled.
    private bool _isLent;
    private bool _isFlushing;

    // The peer has said that it reads no more.
    private volatile bool _isUnwanted;

    // No more is written; the end is wanted as soon as the flush in progress is over; the end is there.
    private bool _isCompleted;
    private bool _isEndWanted;
    private bool _isEnded;

    public ChannelOutput(Channel channel, PacketPool pool, uint? dataType, uint maxData)
    {
        _channel = channel;
        _packets = new OutgoingPackets(pool, dataType, (int)maxData);
        channel.SendWindow.Register(_wakeup);
    }

    private enum Step
    {
        /// <summary>Nothing waits any more.</summary>
        Done,

        /// <summary>A packet went, and there are others.</summary>
        Posted,

        /// <summary>The window is used up.</summary>
        Blocked,
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _packets.Length;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        lock (_lock)
        {
            CheckWritable();
            _large = null;
            if (sizeHint > _packets.MaxData) return _large = GC.AllocateUninitializedArray<byte>(sizeHint);
            _isLent = true;
            return _packets.Room(Math.Max(1, sizeHint));
        }
    }

    /// <summary>Hands out the room of several packets, for a source that fills them in one call, and says how much it is; <see cref="Advance"/> takes how much of all was filled.</summary>
    internal int GetRooms(List<ArraySegment<byte>> rooms, int count)
    {
        lock (_lock)
        {
            CheckWritable();
            _large = null;
            _isLent = true;
            return _packets.AddRooms(rooms, count);
        }
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>The most that <see cref="GetMemory"/> hands out of a packet; more than that is copied.</summary>
    internal int MaxPiece => _packets.MaxData;

    /// <summary>
    /// Replaces bytes that were written and not flushed, so that a header can be made when what it stands before is there. The position is what
    /// <see cref="UnflushedBytes"/> was before they were written.
    /// </summary>
    internal void Rewrite(long position, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!_isEnded) _packets.Rewrite(position, bytes);
        }
    }

    public override void Advance(int bytes)
    {
        lock (_lock)
        {
            _isLent = false;
            if (_isEnded)
            {
                _packets.DropCurrent();
            }
            else if (_large is { } large)
            {
                _large = null;
                for (int used = 0; used < bytes;) used += _packets.Fill(large.AsSpan(used, bytes - used));
            }
            else
            {
                _packets.Advance(bytes);
            }
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (!TryEnter(out Step step)) return new ValueTask<FlushResult>(new FlushResult(false, true));
        bool isLeft = false;
        try
        {
            while (step == Step.Posted)
            {
                ValueTask room = _channel.Transport.WhenRoomAsync(cancellationToken);
                if (!room.IsCompletedSuccessfully)
                {
                    isLeft = true;
                    return FlushLaterAsync(room, cancellationToken);
                }

                step = PostFirst();
            }

            if (step == Step.Done) return new ValueTask<FlushResult>(Result());
            isLeft = true;
            return FlushLaterAsync(ValueTask.CompletedTask, cancellationToken);
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
        while (true)
        {
            if (!source.IsEmpty) source = source[Copy(source.Span)..];
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
        bool isLeft;
        lock (_lock)
        {
            _isLent = false;
            if (_isEnded) _packets.DropCurrent();
            if (_isCompleted) return;
            if (exception is null) _packets.Seal();
            _isCompleted = true;
            _completionError = exception;
            isLeft = exception is null && !_packets.IsEmpty;
        }

        if (isLeft) _ = CompleteLaterAsync();
        else End();
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        try
        {
            if (exception is null) await FlushAllAsync().ConfigureAwait(false);
        }
        finally
        {
            Complete(exception);
        }
    }

    /// <summary>The channel is closed under the producer: what it holds is dropped as soon as it is not writing into it.</summary>
    internal void Abandon()
    {
        lock (_lock) _isCompleted = true;
        End();
    }

    /// <summary>The peer reads no more: what waits is dropped, and so is what still comes.</summary>
    internal void Discard()
    {
        _isUnwanted = true;
        _wakeup.Signal();
    }

    // A window may open late or never, and then the channel's end ends the wait; so nobody need watch this task.
    private async Task CompleteLaterAsync()
    {
        try
        {
            await FlushAllAsync().ConfigureAwait(false);
        }
        catch (SshException)
        {
            // The connection is over, and whoever uses the channel learns it from there.
        }

        End();
    }

    private async ValueTask FlushAllAsync()
    {
        while (HasUnflushed())
        {
            FlushResult result = await FlushAsync().ConfigureAwait(false);
            if (result.IsCompleted) return;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FlushLaterAsync(ValueTask room, CancellationToken ct)
    {
        try
        {
            await room.ConfigureAwait(false);
            while (true)
            {
                _wakeup.Reset();
                if (Volatile.Read(ref _isFlushCanceled)) return Result();

                // Those who waited for room are all let go at once and do not all fit, so each looks again.
                ValueTask again = _channel.Transport.WhenRoomAsync(ct);
                if (!again.IsCompletedSuccessfully)
                {
                    await again.ConfigureAwait(false);
                    continue;
                }

                Step step = PostFirst();
                if (step == Step.Done) return Result();
                if (step == Step.Blocked) await WaitForWindowAsync(ct).ConfigureAwait(false);
            }
        }
        finally
        {
            Leave();
        }
    }

    private ValueTask WaitForWindowAsync(CancellationToken ct) =>
        _channel.Steps is { } steps ? WaitForWindowAsync(steps, ct) : _wakeup.WaitAsync(ct);

    private async ValueTask WaitForWindowAsync(IStepObserver steps, CancellationToken ct)
    {
        steps.OnStall(_channel.LocalId, Stall.PeerWindow, isOver: false);
        try
        {
            await _wakeup.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            steps.OnStall(_channel.LocalId, Stall.PeerWindow, isOver: true);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WriteRestAsync(ValueTask<FlushResult> flush, ReadOnlyMemory<byte> rest, CancellationToken ct)
    {
        while (true)
        {
            FlushResult result = await flush.ConfigureAwait(false);
            if (rest.IsEmpty || result.IsCompleted || result.IsCanceled) return result;
            rest = rest[Copy(rest.Span)..];
            flush = FlushAsync(ct);
        }
    }

    private FlushResult Result()
    {
        bool isCanceled = Volatile.Read(ref _isFlushCanceled);
        if (isCanceled) Volatile.Write(ref _isFlushCanceled, false);
        _channel.ThrowIfFailed();
        return new FlushResult(isCanceled, !_channel.CanSend || _isUnwanted);
    }

    /// <summary>Posts the first waiting packet as far as the window goes.</summary>
    private Step PostFirst()
    {
        Packet? packet;
        bool isLast;
        lock (_lock)
        {
            if (!_channel.CanSend || _isUnwanted) _packets.DropQueued();
            if (_packets.IsEmpty) return Step.Done;
            packet = _packets.Take(_channel.SendWindow, _channel.RemoteId);
            isLast = _packets.IsEmpty;
        }

        if (packet is null) return Step.Blocked;
        _channel.PostData(packet);
        return isLast ? Step.Done : Step.Posted;
    }

    private int Copy(ReadOnlySpan<byte> source)
    {
        lock (_lock)
        {
            if (_isEnded) return source.Length; // the flush that follows says that nobody takes it
            CheckWritable();
            return _packets.Fill(source);
        }
    }

    private bool HasUnflushed()
    {
        lock (_lock) return !_packets.IsEmpty || _packets.IsFilling;
    }

    private void CheckWritable()
    {
        if (_isEnded) _packets.DropCurrent();
        if (_isCompleted) throw new InvalidOperationException("Writing is not allowed after the writer was completed, or its channel closed.");
    }

    /// <summary>Begins a flush; false when the end is there already. The first step says whether there is anything to post.</summary>
    private bool TryEnter(out Step step)
    {
        lock (_lock)
        {
            if (_isFlushing) throw new InvalidOperationException("A flush is already in progress.");
            _isLent = false;
            if (_isEnded) _packets.DropCurrent();
            else if (!_isCompleted) _packets.Seal();
            step = _packets.IsEmpty ? Step.Done : Step.Posted;
            return _isFlushing = !_isEnded;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _isFlushing = false;
            if (!_isEndWanted) return;
        }

        End();
    }

    private void End()
    {
        bool isWhole, isNow;
        lock (_lock)
        {
            _isEndWanted = true;
            if (_isEnded) return;
            _isEnded = isNow = !_isFlushing;
            isWhole = _packets.IsEmpty && _completionError is null;
            if (isNow) _packets.DropQueued();
            if (isNow && !_isLent) _packets.DropCurrent();
        }

        if (isNow) _channel.OnWriterDone(isWhole);
        else _wakeup.Signal();
    }
}
