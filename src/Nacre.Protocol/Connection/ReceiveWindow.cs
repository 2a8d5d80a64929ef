namespace Nacre.Protocol.Connection;

/// <summary>
/// How much the peer may still send on a channel: debited by the reader, credited by whoever consumed; shared by data and extended data.
/// </summary>
/// <remarks>
/// Credit is granted by the quarter of the window, so that a fast flow costs few messages. A window grows when the peer has sent as much as
/// it holds while the consumer was prompt at each grant: then nothing but the window, or the network behind it, sets the pace. A consumer that
/// is slower than the peer lets data pile up and so keeps its window small. There is no clock here.
/// </remarks>
internal sealed class ReceiveWindow(uint initial, uint maximum, WindowGrowth growth)
{
    /// <summary>Credit is granted when this part of the window has been consumed.</summary>
    private const uint GrantDivisor = 4;

    /// <summary>A consumer is prompt when no more than this part of the window waits for it.</summary>
    private const uint PromptDivisor = 8;

    private readonly Lock _lock = new();
    private uint _size = initial;
    private uint _remaining = initial;
    private uint _consumed;
    private uint _grown;
    private ulong _promptlyConsumed;
    private bool _isEnded;

    /// <summary>The window when nothing is unread or on its way.</summary>
    public uint Size => Volatile.Read(ref _size);

    /// <summary>True when the peer may send nothing.</summary>
    public bool IsUsedUp => Volatile.Read(ref _remaining) == 0;

    /// <summary>Debits what came; false when the peer may not have sent it.</summary>
    public bool TryTake(uint bytes)
    {
        lock (_lock)
        {
            if (bytes > _remaining) return false;
            _remaining -= bytes;
            return true;
        }
    }

    /// <summary>Credits what was consumed and says how much to grant to the peer now; zero is no message.</summary>
    public uint Return(uint bytes, long unread)
    {
        lock (_lock)
        {
            _consumed += bytes;
            if (_isEnded || _consumed < Math.Max(1, _size / GrantDivisor)) return 0;
            uint grant = _consumed;
            _consumed = 0;
            grant += Growth(grant, unread);
            _remaining += grant;
            return grant;
        }
    }

    /// <summary>Grows to its most at once, as far as there is room for that, and says how much to grant to the peer now.</summary>
    public uint Widen()
    {
        lock (_lock)
        {
            uint more = maximum - _size;
            if (_isEnded || more == 0 || !growth.TryTake(more)) return 0;
            _size += more;
            _grown += more;
            _remaining += more;
            return more;
        }
    }

    /// <summary>The channel is closed: nothing is granted any more, and what it grew by is free for others.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_isEnded) return;
            _isEnded = true;
            growth.Return(_grown);
        }
    }

    private uint Growth(uint grant, long unread)
    {
        if (unread > _size / PromptDivisor)
        {
            _promptlyConsumed = 0;
            return 0;
        }

        _promptlyConsumed += grant;
        if (_promptlyConsumed < _size || _size >= maximum) return 0;
        uint more = Math.Min(_size, maximum - _size);
        if (!growth.TryTake(more)) return 0;
        _promptlyConsumed = 0;
        _size += more;
        _grown += more;
        return more;
    }
}
