namespace Nacre.Protocol.Connection;

/// <summary>The bytes by which the receive windows of one connection may still grow, taken together.</summary>
internal sealed class WindowGrowth(long budget)
{
    private long _left = budget;

    public bool TryTake(uint bytes)
    {
        if (Interlocked.Add(ref _left, -(long)bytes) >= 0) return true;
        Return(bytes);
        return false;
    }

    public void Return(uint bytes) => Interlocked.Add(ref _left, bytes);
}
