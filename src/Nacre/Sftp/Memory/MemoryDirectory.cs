namespace Nacre.Sftp.Memory;

/// <summary>A directory in memory, ordered by name so that a listing can go on from any name.</summary>
internal sealed class MemoryDirectory : MemoryNode
{
    private readonly SortedSet<Entry> _entries = new(Comparer<Entry>.Create(static (left, right) => string.CompareOrdinal(left.Name, right.Name)));

    public MemoryDirectory(MemoryDirectory? parent, uint permissions, long now)
        : base(0x4000, permissions, now) => (Parent, Links) = (parent ?? this, 2);

    /// <summary>The directory above; the root's is itself.</summary>
    public MemoryDirectory Parent { get; private set; }

    public bool IsEmpty => _entries.Count == 0;

    public override ulong Size => 4096;

    /// <summary>What a name leads to; null when there is none.</summary>
    public MemoryNode? Find(string name) => name switch
    {
        "." => this,
        ".." => Parent,
        _ => _entries.TryGetValue(new Entry(name, this), out Entry? found) ? found.Node : null,
    };

    public void Add(string name, MemoryNode node, long now)
    {
        _entries.Add(new Entry(name, node));
        if (node is MemoryDirectory directory)
        {
            directory.Parent = this;
            Links++;
        }
        else
        {
            node.Links++;
        }

        Touch(now);
    }

    public void Remove(string name, MemoryNode node, long now)
    {
        _entries.Remove(new Entry(name, node));
        if (node is MemoryDirectory) Links--;
        else node.Links--;
        (node as MemoryFile)?.ReleaseIfUnused();
        Touch(now);
    }

    /// <summary>The next names behind one; from the first one on when it is empty.</summary>
    public IEnumerable<Entry> After(string name, int most) => _entries.Max is { } last && string.CompareOrdinal(name, last.Name) < 0
        ? _entries.GetViewBetween(new Entry(name + '\0', this), last).Take(most)
        : [];

    /// <summary>A name and what it leads to.</summary>
    internal sealed record Entry(string Name, MemoryNode Node);
}
