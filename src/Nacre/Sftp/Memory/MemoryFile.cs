namespace Nacre.Sftp.Memory;

/// <summary>A regular file in memory; it lives as long as it has a name or is open.</summary>
internal sealed class MemoryFile(MemoryRoom room, uint permissions, long now) : MemoryNode(0x8000, permissions, now)
{
    public PagedContent Content { get; } = new(room);

    /// <summary>How often it is open.</summary>
    public int Opens { get; set; }

    public override ulong Size => (ulong)Content.Length;

    /// <summary>Gives its room back once nothing leads to it.</summary>
    public void ReleaseIfUnused()
    {
        if (Links == 0 && Opens == 0) Content.SetLength(0);
    }
}
