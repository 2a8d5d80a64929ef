namespace Nacre.Protocol.Connection;

/// <summary>Counts the packet buffers that wait for policies, so that a peer cannot pile up questions .</summary>
internal sealed class PendingBytes(long budget)
{
    private long _held;

    public long Held => Volatile.Read(ref _held);

    public bool TryAdd(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= budget) return true;
        Remove(bytes);
        return false;
    }

    public void Remove(int bytes) => Interlocked.Add(ref _held, -bytes);
}
