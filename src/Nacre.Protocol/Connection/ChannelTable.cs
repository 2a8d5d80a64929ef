using System.Diagnostics.CodeAnalysis;

namespace Nacre.Protocol.Connection;

/// <summary>The channels of one connection by our numbers for them, which are dense: a look-up is an array index.</summary>
internal sealed class ChannelTable(int maximum)
{
    private readonly Lock _lock = new();
    private readonly Stack<uint> _free = new();
    private Channel?[] _slots = [];
    private uint _used;
    private int _count;
    private long _added;
    private TaskCompletionSource? _emptied;

    /// <summary>Channels that are open, being opened, or closed with data that nobody has read yet.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The most channels that there ever were at once.</summary>
    public uint Most => Volatile.Read(ref _used);

    /// <summary>How many channels there have been in all.</summary>
    public long Added => Volatile.Read(ref _added);

    /// <summary>Gives the channel a number; false when there are too many .</summary>
    public bool TryAdd(Channel channel)
    {
        lock (_lock)
        {
            if (_count == maximum) return false;
            if (!_free.TryPop(out uint id))
            {
                id = _used++;
                if (id == _slots.Length) Grow();
            }

            _count++;
            _added++;
            channel.LocalId = id;
            Volatile.Write(ref _slots[id], channel);
            return true;
        }
    }

    public bool TryFind(uint id, [NotNullWhen(true)] out Channel? channel)
    {
        Channel?[] slots = Volatile.Read(ref _slots);
        channel = id < (uint)slots.Length ? Volatile.Read(ref slots[id]) : null;
        return channel is not null;
    }

    /// <summary>True when a channel has had this number.</summary>
    public bool WasUsed(uint id)
    {
        lock (_lock) return id < _used;
    }

    public void Remove(Channel channel)
    {
        TaskCompletionSource? emptied;
        lock (_lock)
        {
            if (_slots[channel.LocalId] != channel) return;
            _slots[channel.LocalId] = null;
            _free.Push(channel.LocalId);
            if (--_count != 0) return;
            emptied = _emptied;
            _emptied = null;
        }

        emptied?.SetResult();
    }

    /// <summary>Completes when there is no channel any more, at once if there is none.</summary>
    public Task WhenEmpty()
    {
        lock (_lock)
        {
            if (_count == 0) return Task.CompletedTask;
            _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _emptied.Task;
        }
    }

    /// <summary>All channels there are now.</summary>
    public Channel[] ToArray()
    {
        lock (_lock) return Array.FindAll(_slots, channel => channel is not null)!;
    }

    private void Grow()
    {
        var slots = new Channel?[Math.Min(Math.Max(4, _slots.Length * 2), maximum)];
        _slots.CopyTo(slots, 0);
        Volatile.Write(ref _slots, slots);
    }
}
