namespace Nacre.Sftp.Memory;

/// <summary>Counts the bytes that files in memory take, and says no when there is no more room.</summary>
internal sealed class MemoryRoom(long? capacity)
{
    private long _used;

    /// <summary>The bytes there are in all.</summary>
    public long Capacity => capacity ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The bytes that are left.</summary>
    public long Free => Math.Max(0, Capacity - Interlocked.Read(ref _used));

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= (capacity ?? long.MaxValue)) return true;
        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _used, -bytes);
}
