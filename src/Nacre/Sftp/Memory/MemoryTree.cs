using Nacre.Protocol.Sftp;
using Nacre.Sftp.Local;
using Nacre.Unix;

namespace Nacre.Sftp.Memory;

/// <summary>Finds and changes names in memory by the rules of Linux; whoever calls holds the lock.</summary>
internal sealed class MemoryTree(TimeProvider clock)
{
    /// <summary>The limits of Linux: links in one path, bytes in one name.</summary>
    private const int MostLinks = 40, LongestName = 255;

    public MemoryDirectory Root { get; } = new(null, 0x1ed, clock.GetUtcNow().ToUnixTimeSeconds());

    public long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What a path leads to.</summary>
    public MemoryNode Find(string path, bool followsLinks) => Find(Root, path, followsLinks);

    /// <summary>The directory that a path leads to.</summary>
    public MemoryDirectory FindDirectory(string path) => Find(Root, path, followsLinks: true) as MemoryDirectory ?? throw Fault(Errno.ENOTDIR, path);

    /// <summary>The directory and the name in it that a path ends with, where there need be nothing.</summary>
    public MemoryPlace FindEntry(string path) => FindEntry(Root, path);

    /// <summary>The file that a path leads to, made if it may be.</summary>
    public MemoryFile Open(string path, SftpOpenFlags flags, Func<MemoryFile> make)
    {
        bool makes = (flags & SftpOpenFlags.Create) != 0;
        bool isNew = makes && (flags & SftpOpenFlags.Exclusive) != 0;
        string rest = path;
        MemoryDirectory from = Root;
        for (int links = 0; links <= MostLinks; links++)
        {
            MemoryPlace place = FindEntry(from, rest);
            MemoryNode? found = place.Node;
            if (found is MemoryLink link && !isNew)
            {
                (from, rest) = (place.Directory, place.HasSlash ? link.Target + '/' : link.Target);
                continue;
            }

            if (found is not null && isNew) throw Fault(Errno.EEXIST, path);
            if (found is MemoryDirectory || (found is null && place.HasSlash && makes)) throw Fault(Errno.EISDIR, path);
            if (found is MemoryFile file) return place.HasSlash ? throw Fault(Errno.ENOTDIR, path) : file;
            if (!makes) throw Fault(Errno.ENOENT, path);
            MemoryFile made = make();
            place.Directory.Add(place.Name, made, Now);
            return made;
        }

        throw Fault(Errno.ELOOP, path);
    }

    public void Rename(string oldPath, string newPath, bool replaces)
    {
        (MemoryPlace from, MemoryPlace to) = (FindEntry(oldPath), FindEntry(newPath));
        if (from.IsDots || to.IsDots) throw Fault(Errno.EBUSY, oldPath);
        MemoryNode moved = from.Node ?? throw Fault(Errno.ENOENT, oldPath);
        if (moved is not MemoryDirectory && (from.HasSlash || to.HasSlash)) throw Fault(Errno.ENOTDIR, oldPath);
        if (to.Node is { } replaced)
        {
            if (!replaces) throw Fault(Errno.EEXIST, newPath);
            if (replaced == moved) return;
            if (replaced is MemoryDirectory && moved is not MemoryDirectory) throw Fault(Errno.EISDIR, newPath);
            if (replaced is not MemoryDirectory && moved is MemoryDirectory) throw Fault(Errno.ENOTDIR, newPath);
            if (replaced is MemoryDirectory { IsEmpty: false }) throw Fault(Errno.ENOTEMPTY, newPath);
        }

        for (MemoryDirectory above = to.Directory; above != Root; above = above.Parent)
        {
            if (above == moved) throw Fault(Errno.EINVAL, oldPath);
        }

        if (to.Node is { } gone) to.Directory.Remove(to.Name, gone, Now);
        to.Directory.Add(to.Name, moved, Now);
        from.Directory.Remove(from.Name, moved, Now);
    }

    public static SftpException Fault(Errno error, string path) => ErrnoStatus.Fault(error, path);

    private MemoryNode Find(MemoryDirectory start, string path, bool followsLinks)
    {
        MemoryNode at = path.StartsWith('/') ? Root : start;
        string left = path;
        int links = 0;
        while (true)
        {
            string rest = left.TrimStart('/');
            if (rest.Length == 0) return left.Length == 0 || at is MemoryDirectory ? at : throw Fault(Errno.ENOTDIR, path);
            int end = rest.IndexOf('/', StringComparison.Ordinal);
            (string part, left) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
            MemoryDirectory directory = at as MemoryDirectory ?? throw Fault(Errno.ENOTDIR, path);
            MemoryNode next = directory.Find(part) ?? throw Fault(Errno.ENOENT, path);
            if (next is MemoryLink link && (left.Length > 0 || followsLinks))
            {
                if (++links > MostLinks) throw Fault(Errno.ELOOP, path);
                left = link.Target + left;
                if (left.Length >= SftpLimits.MaxPath) throw Fault(Errno.ENAMETOOLONG, path);
                next = link.Target.StartsWith('/') ? Root : directory;
            }

            at = next;
        }
    }

    private MemoryPlace FindEntry(MemoryDirectory start, string path)
    {
        string bare = path.TrimEnd('/');
        string name = bare[(bare.LastIndexOf('/') + 1)..];
        bool isDots = name is "" or "." or "..";
        string above = isDots ? path : bare[..^name.Length];
        if (FileNameText.Encode(name).Length > LongestName) throw Fault(Errno.ENAMETOOLONG, path);
        MemoryDirectory directory = (above.Length == 0 ? start : Find(start, above, followsLinks: true)) as MemoryDirectory ?? throw Fault(Errno.ENOTDIR, path);
        return new MemoryPlace(directory, isDots ? "." : name, isDots, bare.Length < path.Length);
    }
}
