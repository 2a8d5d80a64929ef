using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Local;
using Nacre.Unix;

namespace Nacre.Sftp;

/// <summary>The files of this machine, all of them or those below one directory, with the rights of this process.</summary>
/// <remarks>
/// Paths are resolved by the kernel and names kept byte for byte. A FIFO or a socket cannot be opened, and a device is opened without waiting for it, so
/// that no file makes the caller wait for another program. May be used by several threads at once.
/// </remarks>
[UnsupportedOSPlatform("windows")]
public sealed class LocalFileSystem : IFileSystem
{
    private const uint PermissionMask = 0xfff, NewFileMode = 0x1b6, NewDirectoryMode = 0x1ff;

    private readonly string _start;
    private readonly uint _permitted;
    private readonly bool _isRooted;
    private readonly IPathLookup _lookup;
    private readonly AccountNames _names = new();

    /// <summary>Creates it.</summary>
    /// <param name="startDirectory">Where a session starts, which relative paths are relative to; a path below the root when there is one.</param>
    /// <param name="options">The root and more; null for the whole machine.</param>
    /// <exception cref="PlatformNotSupportedException">There is a root, and the system has no means to keep every path below it.</exception>
    /// <exception cref="IOException">The root cannot be opened.</exception>
    public LocalFileSystem(string startDirectory, LocalFileSystemOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(startDirectory);
        _permitted = PermissionMask & ~(options?.Umask ?? 0);
        _isRooted = options?.Root is not null;
        _start = _isRooted ? Path.GetFullPath(startDirectory, "/") : Path.GetFullPath(startDirectory);
        _lookup = options?.Root is { } root ? new RootedLookup(root) : new MachineLookup();
    }

    /// <inheritdoc/>
    public ValueTask<string> ResolveAsync(string path, CancellationToken ct)
    {
        ErrnoStatus.Check(RealPath.Resolve(ReadLink, Full(path).Bytes, out byte[] resolved), path);
        return ValueTask.FromResult(FileNameText.Decode(resolved));
    }

    /// <inheritdoc/>
    public ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        uint mode = (attributes.Permissions ?? NewFileMode) & _permitted;
        ErrnoStatus.Check(_lookup.Open(Full(path), Libc.O_NONBLOCK | Libc.O_NOCTTY | LocalFile.FlagsOf(flags), mode, out SafeFileHandle file), path);
        try
        {
            ErrnoStatus.Check(FilesAt.Status(file, PathBytes.Empty, followsLinks: true, out FileStatus status), path);
            if (status.IsDirectory) throw ErrnoStatus.Fault(Errno.EISDIR, path);
            if (status.IsFifo || status.IsSocket) throw new SftpException(SftpStatusCode.Failure, "Not a regular file", path);
            return ValueTask.FromResult<IFileHandle>(new LocalFile(file, path, isRegular: status.IsRegularFile));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FileEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        using LocalListing listing = OpenListing(path);
        while (listing.Next() is { } entry)
        {
            ct.ThrowIfCancellationRequested();
            yield return entry;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct)
    {
        using Place place = Find(path, followsLinks);
        ErrnoStatus.Check(FilesAt.Status(place.Directory, place.Name, followsLinks, out FileStatus status), path);
        return ValueTask.FromResult(LocalAttributes.Of(status));
    }

    /// <inheritdoc/>
    /// <remarks>What can be set is set although something else cannot; the last error is told.</remarks>
    public ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        if (attributes.Size is not null && !followsLinks) throw new SftpException(SftpStatusCode.BadMessage, path: path);
        Errno error = attributes.Size is { } size ? SetSize(path, size) : Errno.None;
        using Place place = followsLinks ? Find(path, followsLinks) : OpenSelf(path);
        if (attributes.Permissions is { } permissions) error = ErrnoStatus.Last(error, FilesAt.SetMode(place.Directory, place.Name, permissions & PermissionMask));
        if (attributes is { AccessTime: { } accessed, ModificationTime: { } modified }) error = ErrnoStatus.Last(error, FilesAt.SetTimes(place.Directory, place.Name, accessed, modified));
        if (attributes is { Uid: { } uid, Gid: { } gid }) error = ErrnoStatus.Last(error, FilesAt.SetOwner(place.Directory, place.Name, uid, gid));
        ErrnoStatus.Check(error, path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveFileAsync(string path, CancellationToken ct)
    {
        using Place place = FindEntry(path);
        ErrnoStatus.Check(FilesAt.Unlink(place.Directory, place.Name), path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        using Place place = FindEntry(path);
        ErrnoStatus.Check(FilesAt.MakeDirectory(place.Directory, place.Name, (attributes.Permissions ?? NewDirectoryMode) & _permitted), path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveDirectoryAsync(string path, CancellationToken ct)
    {
        using Place place = FindEntry(path);
        ErrnoStatus.Check(FilesAt.RemoveDirectory(place.Directory, place.Name), path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct)
    {
        using Place from = FindEntry(oldPath);
        using Place to = FindEntry(newPath);
        Errno error = FilesAt.Rename(from.Directory, from.Name, to.Directory, to.Name, replaces);

        // draft-ietf-secsh-filexfer-02 6.5: "It is an error if there already exists a file with the name specified by newpath."
        // A file system that cannot refuse to replace says EINVAL; a system from before renameat2 ENOSYS.
        if (!replaces && error is Errno.EINVAL or Errno.ENOSYS) error = LinkingRename.Run(from, to);
        ErrnoStatus.Check(error, error == Errno.EEXIST ? newPath : oldPath);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string> ReadLinkAsync(string path, CancellationToken ct)
    {
        using Place place = Find(path, followsLinks: false);
        ErrnoStatus.Check(FilesAt.ReadLink(place.Directory, place.Name, out byte[] target), path);
        return ValueTask.FromResult(FileNameText.Decode(target));
    }

    /// <inheritdoc/>
    public ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(target);
        using Place place = FindEntry(path);
        ErrnoStatus.Check(FilesAt.MakeSymbolicLink(Terminated(target), place.Directory, place.Name), path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct)
    {
        using Place from = FindEntry(oldPath);
        using Place to = FindEntry(newPath);

        // link(2) would follow a link for the sake of a slash behind it; only a directory's name may end so, and those cannot be linked.
        if (from.Name.Bytes is [.., (byte)'/']) throw ErrnoStatus.Fault(Errno.EPERM, oldPath);
        Errno error = FilesAt.Link(from.Directory, from.Name, to.Directory, to.Name);
        ErrnoStatus.Check(error, error == Errno.EEXIST ? newPath : oldPath);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<FileSystemStatistics> StatisticsAsync(string path, CancellationToken ct)
    {
        ErrnoStatus.Check(_lookup.Open(Full(path), Libc.O_PATH, 0, out SafeFileHandle file), path);
        using (file)
        {
            ErrnoStatus.Check(OpenFile.Statistics(file, out Libc.StatvfsBuffer figures), path);
            return ValueTask.FromResult(LocalAttributes.Of(figures));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Below a root it is where a session starts; other users' homes are not told.</remarks>
    public ValueTask<string> HomeAsync(string user, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (_isRooted) return user.Length == 0 ? ValueTask.FromResult(_start) : throw new SftpException(SftpStatusCode.NoSuchFile);
        UserAccount? account = user.Length == 0 ? Users.Current : Users.Find(user);
        return ValueTask.FromResult(account?.Home ?? throw new SftpException(SftpStatusCode.NoSuchFile));
    }

    /// <inheritdoc/>
    public string? UserName(uint uid) => _names.User(uid);

    /// <inheritdoc/>
    public string? GroupName(uint gid) => _names.Group(gid);

    private static PathBytes Terminated(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) throw new SftpException(SftpStatusCode.NoSuchFile, path: text);
        return new PathBytes(FileNameText.Encode(text + '\0'));
    }

    private PathBytes Full(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Terminated(path.Length == 0 ? _start : path[0] == '/' ? path : $"{_start}/{path}");
    }

    private Place Find(string path, bool followsLinks)
    {
        ErrnoStatus.Check(_lookup.Find(Full(path), followsLinks, out Place place), path);
        return place;
    }

    private Place FindEntry(string path)
    {
        ErrnoStatus.Check(_lookup.FindEntry(Full(path), out Place place), path);
        return place;
    }

    // A link itself can only be meant by a descriptor: no call sets the mode of a name without following it.
    private Place OpenSelf(string path)
    {
        ErrnoStatus.Check(_lookup.Open(Full(path), Libc.O_PATH | Libc.O_NOFOLLOW, 0, out SafeFileHandle file), path);
        return new Place(file, PathBytes.Empty, isOwned: true);
    }

    private Errno ReadLink(ReadOnlySpan<byte> path, out byte[] target)
    {
        target = [];
        Errno error = _lookup.Find(PathBytes.Of(path), followsLinks: false, out Place place);
        using (place) return error == Errno.None ? FilesAt.ReadLink(place.Directory, place.Name, out target) : error;
    }

    private Errno SetSize(string path, ulong size)
    {
        Errno error = _lookup.Open(Full(path), Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_NOCTTY, 0, out SafeFileHandle file);
        using (file) return error == Errno.None ? LocalFile.SetSize(file, size) : error;
    }

    private LocalListing OpenListing(string path)
    {
        // What is above is looked up and not read below the directory, since of a root that would be outside.
        ErrnoStatus.Check(_lookup.Find(PathBytes.Of([.. Full(path).Bytes, .. "/.."u8]), followsLinks: true, out Place place), path);
        FileStatus above;
        using (place) ErrnoStatus.Check(FilesAt.Status(place.Directory, place.Name, followsLinks: true, out above), path);
        ErrnoStatus.Check(_lookup.Open(Full(path), Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NONBLOCK, 0, out SafeFileHandle directory), path);
        return new LocalListing(new DirectoryReader(directory), path, above, _names);
    }
}
