namespace Nacre.Protocol.Connection;

/// <summary>How much we may still send on a channel; data and extended data take from it, each waiting by its own <see cref="Wakeup"/>.</summary>
internal sealed class SendWindow
{
    private readonly Lock _lock = new();
    private uint _available;
    private Wakeup? _first;
    private Wakeup? _second;

    public uint Available => Volatile.Read(ref _available);

    /// <summary>Lets a writer of the channel be woken; there are two at most.</summary>
    public void Register(Wakeup wakeup)
    {
        lock (_lock)
        {
            if (_first is null) _first = wakeup;
            else _second = wakeup;
        }
    }

    /// <summary>Takes as much as there is, up to what is wanted.</summary>
    public uint Take(uint wanted)
    {
        lock (_lock)
        {
            uint taken = Math.Min(wanted, _available);
            _available -= taken;
            return taken;
        }
    }

    /// <summary>The peer granted more; false when that goes past 2^32-1.</summary>
    public bool TryAdd(uint bytes)
    {
        lock (_lock)
        {
            if (bytes > uint.MaxValue - _available) return false;
            _available += bytes;
        }

        Wake();
        return true;
    }

    /// <summary>Wakes the writers, to look again.</summary>
    public void Wake()
    {
        Wakeup? first, second;
        lock (_lock) (first, second) = (_first, _second);
        first?.Signal();
        second?.Signal();
    }
}
