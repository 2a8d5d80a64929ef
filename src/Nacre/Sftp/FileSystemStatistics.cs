namespace Nacre.Sftp;

/// <summary>How full a file system is, as statvfs(3) says it.</summary>
public sealed record FileSystemStatistics
{
    /// <summary>The size of a block for reading and writing, in bytes.</summary>
    public ulong BlockSize { get; init; }

    /// <summary>The unit of the three counts of blocks, in bytes.</summary>
    public ulong FragmentSize { get; init; }

    /// <summary>Blocks in all.</summary>
    public ulong Blocks { get; init; }

    /// <summary>Free blocks.</summary>
    public ulong FreeBlocks { get; init; }

    /// <summary>Free blocks that an ordinary user may have.</summary>
    public ulong AvailableBlocks { get; init; }

    /// <summary>Files that there can be in all.</summary>
    public ulong Files { get; init; }

    /// <summary>Files that there still can be.</summary>
    public ulong FreeFiles { get; init; }

    /// <summary>Files that an ordinary user can still make.</summary>
    public ulong AvailableFiles { get; init; }

    /// <summary>The number of the file system.</summary>
    public ulong FileSystemId { get; init; }

    /// <summary>True when nothing can be written.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>True when the set-user-id bit of programs has no effect.</summary>
    public bool IgnoresSetUserId { get; init; }

    /// <summary>The longest name in a directory, in bytes.</summary>
    public ulong MaxNameLength { get; init; }
}
