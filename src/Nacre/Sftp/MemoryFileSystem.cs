using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Local;
using Nacre.Sftp.Memory;
using Nacre.Unix;

namespace Nacre.Sftp;

/// <summary>Files that are in memory only: for tests, for what a program makes up, for a place where nothing is to be kept.</summary>
/// <remarks>
/// It does what Linux does and fails as Linux fails, but that permissions and owners are kept and shown and stop nobody. Files take room where they were
/// written. Any number of sessions may use one at once.
/// </remarks>
public sealed class MemoryFileSystem : IFileSystem
{
    private const uint NewFileMode = 0x1b6, NewDirectoryMode = 0x1ff, Umask = 0x12;
    private const ulong BlockBytes = 4096, LongestName = 255;

    /// <summary>Names that are listed while the tree is locked.</summary>
    private const int NamesAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly MemoryTree _tree;
    private readonly MemoryRoom _room;

    /// <summary>Creates an empty one: a root directory with nothing in it.</summary>
    /// <param name="capacityBytes">How much the contents of the files may take; no limit when null.</param>
    /// <param name="clock">Tells the times of files; the system's clock when null.</param>
    public MemoryFileSystem(long? capacityBytes = null, TimeProvider? clock = null)
    {
        if (capacityBytes is { } capacity) ArgumentOutOfRangeException.ThrowIfNegative(capacity, nameof(capacityBytes));
        _clock = clock ?? TimeProvider.System;
        (_tree, _room) = (new MemoryTree(_clock), new MemoryRoom(capacityBytes));
    }

    internal long Now => _tree.Now;

    internal FileSystemStatistics Statistics => new()
    {
        BlockSize = BlockBytes,
        FragmentSize = BlockBytes,
        Blocks = (ulong)_room.Capacity / BlockBytes,
        FreeBlocks = (ulong)_room.Free / BlockBytes,
        AvailableBlocks = (ulong)_room.Free / BlockBytes,
        MaxNameLength = LongestName,
    };

    /// <inheritdoc/>
    public ValueTask<string> ResolveAsync(string path, CancellationToken ct)
    {
        lock (_gate)
        {
            ErrnoStatus.Check(RealPath.Resolve(ReadLink, FileNameText.Encode(Full(path)), out byte[] resolved), path);
            return ValueTask.FromResult(FileNameText.Decode(resolved));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        lock (_gate)
        {
            uint permissions = (attributes.Permissions ?? NewFileMode) & ~Umask;
            MemoryFile file = _tree.Open(Full(path), flags, () => new MemoryFile(_room, permissions, Now));
            if ((flags & SftpOpenFlags.Truncate) != 0) SetSize(file, 0);
            file.Opens++;
            return ValueTask.FromResult<IFileHandle>(new MemoryHandle(this, file, path, flags));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FileEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        var line = new ListingLine(_clock);
        MemoryDirectory directory;
        lock (_gate) directory = _tree.FindDirectory(Full(path));
        yield return Entry(line, ".", directory);
        yield return Entry(line, "..", directory.Parent);
        for (List<FileEntry> some = Next(line, directory, ""); some.Count > 0; some = Next(line, directory, some[^1].Name))
        {
            foreach (FileEntry entry in some)
            {
                ct.ThrowIfCancellationRequested();
                yield return entry;
            }
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct)
    {
        lock (_gate) return ValueTask.FromResult(_tree.Find(Full(path), followsLinks).Attributes);
    }

    /// <inheritdoc/>
    public ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        if (attributes.Size is not null && !followsLinks) throw new SftpException(SftpStatusCode.BadMessage, path: path);
        lock (_gate)
        {
            MemoryNode node = _tree.Find(Full(path), followsLinks);
            Errno error = attributes.Size is not { } size ? Errno.None : node is MemoryFile file ? SetSize(file, size) : Errno.EISDIR;
            Errno second = node.Set(attributes);
            ErrnoStatus.Check(second == Errno.None ? error : second, path);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveFileAsync(string path, CancellationToken ct)
    {
        lock (_gate)
        {
            MemoryPlace place = _tree.FindEntry(Full(path));
            MemoryNode node = place.Node ?? throw ErrnoStatus.Fault(Errno.ENOENT, path);
            if (node is MemoryDirectory) throw ErrnoStatus.Fault(Errno.EISDIR, path);
            if (place.HasSlash) throw ErrnoStatus.Fault(Errno.ENOTDIR, path);
            place.Directory.Remove(place.Name, node, Now);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        uint permissions = (attributes.Permissions ?? NewDirectoryMode) & ~Umask;
        lock (_gate) AddNew(path, place => new MemoryDirectory(place.Directory, permissions, Now), isDirectory: true);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveDirectoryAsync(string path, CancellationToken ct)
    {
        lock (_gate)
        {
            MemoryPlace place = _tree.FindEntry(Full(path));
            if (place.IsDots) throw ErrnoStatus.Fault(Errno.EINVAL, path);
            MemoryNode node = place.Node ?? throw ErrnoStatus.Fault(Errno.ENOENT, path);
            if (node is not MemoryDirectory directory) throw ErrnoStatus.Fault(Errno.ENOTDIR, path);
            if (!directory.IsEmpty) throw ErrnoStatus.Fault(Errno.ENOTEMPTY, path);
            place.Directory.Remove(place.Name, node, Now);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct)
    {
        lock (_gate) _tree.Rename(Full(oldPath), Full(newPath), replaces);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string> ReadLinkAsync(string path, CancellationToken ct)
    {
        lock (_gate)
        {
            return _tree.Find(Full(path), followsLinks: false) is MemoryLink link ? ValueTask.FromResult(link.Target) : throw ErrnoStatus.Fault(Errno.EINVAL, path);
        }
    }

    /// <inheritdoc/>
    public ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct)
    {
        string text = Plain(target);
        if (text.Length == 0) throw ErrnoStatus.Fault(Errno.ENOENT, path);
        if (text.Length >= SftpLimits.MaxPath) throw ErrnoStatus.Fault(Errno.ENAMETOOLONG, path);
        lock (_gate) AddNew(path, _ => new MemoryLink(text, Now), isDirectory: false);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct)
    {
        lock (_gate)
        {
            MemoryPlace from = _tree.FindEntry(Full(oldPath));
            MemoryNode node = from.Node ?? throw ErrnoStatus.Fault(Errno.ENOENT, oldPath);
            if (node is MemoryDirectory || from.HasSlash) throw ErrnoStatus.Fault(Errno.EPERM, oldPath);
            AddNew(newPath, _ => node, isDirectory: false);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<FileSystemStatistics> StatisticsAsync(string path, CancellationToken ct)
    {
        lock (_gate) _ = _tree.Find(Full(path), followsLinks: true);
        return ValueTask.FromResult(Statistics);
    }

    internal Errno SetSize(MemoryFile file, ulong size)
    {
        Errno error = file.Content.SetLength(size);
        if (error == Errno.None) file.Touch(Now);
        return error;
    }

    internal void Close(MemoryFile file)
    {
        lock (_gate)
        {
            file.Opens--;
            file.ReleaseIfUnused();
        }
    }

    // A surrogate that stands for no byte is a question mark, here as on a disk.
    private static string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\0', StringComparison.Ordinal)) throw new SftpException(SftpStatusCode.NoSuchFile, path: text);
        return text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? FileNameText.Decode(FileNameText.Encode(text)) : text;
    }

    private static string Full(string path)
    {
        string plain = Plain(path);
        if (plain.Length >= SftpLimits.MaxPath) throw ErrnoStatus.Fault(Errno.ENAMETOOLONG, path);
        return plain.StartsWith('/') ? plain : "/" + plain;
    }

    private static FileEntry Entry(ListingLine line, string name, MemoryNode node)
    {
        SftpAttributes attributes = node.Attributes;
        return new FileEntry(name, line.Of(name, attributes, (ulong)node.Links, user: null, group: null), attributes);
    }

    private List<FileEntry> Next(ListingLine line, MemoryDirectory directory, string after)
    {
        lock (_gate) return [.. directory.After(after, NamesAtOnce).Select(entry => Entry(line, entry.Name, entry.Node))];
    }

    private void AddNew(string path, Func<MemoryPlace, MemoryNode> make, bool isDirectory)
    {
        MemoryPlace place = _tree.FindEntry(Full(path));
        if (place.Node is not null) throw ErrnoStatus.Fault(Errno.EEXIST, path);
        if (place.HasSlash && !isDirectory) throw ErrnoStatus.Fault(Errno.ENOENT, path);
        place.Directory.Add(place.Name, make(place), Now);
    }

    private Errno ReadLink(ReadOnlySpan<byte> path, out byte[] target)
    {
        target = [];
        try
        {
            if (_tree.Find(FileNameText.Decode(path), followsLinks: false) is not MemoryLink link) return Errno.EINVAL;
            target = FileNameText.Encode(link.Target);
            return Errno.None;
        }
        catch (SftpException error) when (error.InnerException is UnixException { Errno: var number })
        {
            return number;
        }
    }
}
