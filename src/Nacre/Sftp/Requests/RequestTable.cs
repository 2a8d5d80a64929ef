namespace Nacre.Sftp.Requests;

/// <summary>The requests that wait for a reply, each in a slot that its id names.</summary>
/// <remarks>An id is a slot and above it a turn that counts on, so that a second reply to a request does not hit the next request of its slot.</remarks>
internal sealed class RequestTable
{
    /// <summary>Requests that may wait at once.</summary>
    public const int Limit = 1 << SlotBits;

    private const int SlotBits = 20, FirstSlots = 64;

    private readonly Lock _lock = new();
    private PendingRequest?[] _slots = new PendingRequest?[FirstSlots];
    private int[] _free = new int[FirstSlots];
    private int _freeCount;
    private int _used;
    private uint _turn;
    private Exception? _ended;

    /// <summary>How many requests wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _used - _freeCount;
        }
    }

    /// <summary>Gives a request its id; the error that ended the session when it has ended.</summary>
    public Exception? Add(PendingRequest request, out bool isFirst)
    {
        lock (_lock)
        {
            isFirst = _used == _freeCount;
            if (_ended is not null) return _ended;
            int slot = _freeCount > 0 ? _free[--_freeCount] : NewSlot();
            request.Id = (++_turn << SlotBits) | (uint)slot;
            _slots[slot] = request;
            return null;
        }
    }

    /// <summary>Takes the request out that an id names; null when there is none.</summary>
    public PendingRequest? Take(uint id)
    {
        int slot = (int)(id & (Limit - 1));
        lock (_lock)
        {
            if (slot >= _used || _slots[slot] is not { } request || request.Id != id) return null;
            _slots[slot] = null;
            _free[_freeCount++] = slot;
            return request;
        }
    }

    /// <summary>Takes all requests out and lets no more in; those that ended it first keep their reason.</summary>
    public List<PendingRequest> End(Exception error)
    {
        lock (_lock)
        {
            _ended ??= error;
            List<PendingRequest> left = [.. _slots.Where(static request => request is not null).Select(static request => request!)];
            Array.Clear(_slots);
            (_used, _freeCount) = (0, 0);
            return left;
        }
    }

    private int NewSlot()
    {
        if (_used == Limit) throw new InvalidOperationException($"More than {Limit} SFTP requests wait for a reply; wait for some before sending more.");
        if (_used == _slots.Length)
        {
            Array.Resize(ref _slots, _used * 2);
            Array.Resize(ref _free, _used * 2);
        }

        return _used++;
    }
}
