using Nacre.Protocol.Agent;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>The keys of an agent, in the order in which they came; takes those out whose time is over, whether anybody asks or not.</summary>
internal sealed class HeldKeys : IDisposable
{
    /// <summary>As many as a client takes in one answer.</summary>
    public const int Most = IdentitiesAnswer.MaxIdentities;

    // A timer's own limit is 49 days, and the machine's sleep does not count for it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<HeldKey> _keys = [];
    private readonly TimeProvider _time;
    private readonly ITrace _trace;
    private readonly ITimer _timer;

    public HeldKeys(TimeProvider time, ITrace trace)
    {
        (_time, _trace) = (time, trace);
        _timer = time.CreateTimer(static keys => ((HeldKeys)keys!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The keys whose time is not over.</summary>
    public HeldKey[] Living()
    {
        lock (_lock)
        {
            ExpireLocked();
            return [.. _keys];
        }
    }

    /// <summary>The key of a blob that goes on the wire; null for none.</summary>
    public HeldKey? Find(ReadOnlySpan<byte> blob)
    {
        lock (_lock)
        {
            ExpireLocked();
            return FindLocked(blob);
        }
    }

    /// <summary>When a key dies that comes now.</summary>
    public long? DeathAfter(TimeSpan? lifetime) =>
        lifetime is { } time ? _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency) : null;

    /// <summary>Adds a key, in the place of the one that it is equal to; false when there is no room for it, or the other one is not to be replaced.</summary>
    public bool TryAdd(HeldKey key, Func<HeldKey, bool> mayReplace)
    {
        lock (_lock)
        {
            ExpireLocked();
            HeldKey? former = FindLocked(key.Identity.Blob.Span);
            if (former is null ? _keys.Count == Most : !mayReplace(former)) return false;
            if (former is null) _keys.Add(key);
            else _keys[_keys.IndexOf(former)] = key;
            former?.TakeOut();
            Schedule();
            return true;
        }
    }

    /// <summary>Takes out the keys that a question is true of; returns how many.</summary>
    public int Remove(Predicate<HeldKey> isMeant)
    {
        lock (_lock)
        {
            return _keys.RemoveAll(key =>
            {
                if (!isMeant(key)) return false;
                key.TakeOut();
                return true;
            });
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Remove(static _ => true);
    }

    private HeldKey? FindLocked(ReadOnlySpan<byte> blob)
    {
        foreach (HeldKey key in _keys)
        {
            if (key.Identity.Blob.Span.SequenceEqual(blob)) return key;
        }

        return null;
    }

    private void Expire()
    {
        lock (_lock)
        {
            ExpireLocked();
            Schedule();
        }
    }

    private void ExpireLocked()
    {
        long now = _time.GetTimestamp();
        for (int i = _keys.Count - 1; i >= 0; i--)
        {
            if (!(_keys[i].DiesAt <= now)) continue;
            _trace.Write(1, $"expiring key '{Printable.Escape(_keys[i].Comment)}'");
            _keys[i].TakeOut();
            _keys.RemoveAt(i);
        }
    }

    private void Schedule()
    {
        if (_keys.Min(static key => key.DiesAt) is not { } next) return;
        TimeSpan wait = _time.GetElapsedTime(_time.GetTimestamp(), next);
        _timer.Change(wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, wait.TotalMilliseconds))) : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
