namespace Nacre.Sftp.Memory;

/// <summary>A name in a directory in memory.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Name">The name.</param>
/// <param name="IsDots">Whether the path ended in dots, so that it names the directory itself.</param>
/// <param name="HasSlash">Whether a slash is behind it, so that only a directory can be meant.</param>
internal readonly record struct MemoryPlace(MemoryDirectory Directory, string Name, bool IsDots, bool HasSlash)
{
    /// <summary>What is there; null when there is nothing.</summary>
    public MemoryNode? Node => Directory.Find(Name);
}
