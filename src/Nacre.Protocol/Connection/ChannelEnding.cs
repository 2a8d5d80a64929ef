namespace Nacre.Protocol.Connection;

/// <summary>Knows how far one channel has come to its end, for those who wait for it and for whoever wants its number.</summary>
internal sealed class ChannelEnding(ChannelEnds reached)
{
    private const ChannelEnds BothCloses = ChannelEnds.OurClose | ChannelEnds.PeerClose;

    private readonly Lock _lock = new();
    private TaskCompletionSource? _closed;
    private bool _isClosed;
    private int _reached = (int)reached;

    /// <summary>Takes note of one more thing that has happened; true when it was the last, and the number of the channel is free.</summary>
    public bool Mark(ChannelEnds end)
    {
        var before = (ChannelEnds)Interlocked.Or(ref _reached, (int)end);
        ChannelEnds after = before | end;
        if (after == before) return false;
        if ((after & BothCloses) == BothCloses && (before & BothCloses) != BothCloses) MarkClosed();
        return after == ChannelEnds.All;
    }

    /// <summary>Both sides have closed the channel, or there is no connection for it any more.</summary>
    public void MarkClosed()
    {
        TaskCompletionSource? closed;
        lock (_lock)
        {
            _isClosed = true;
            closed = _closed;
        }

        closed?.TrySetResult();
    }

    /// <summary>Completes at <see cref="MarkClosed"/>.</summary>
    public Task WaitForCloseAsync(CancellationToken ct)
    {
        TaskCompletionSource closed;
        lock (_lock)
        {
            if (_isClosed) return Task.CompletedTask;
            closed = _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return closed.Task.WaitAsync(ct);
    }
}
