using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp;

/// <summary>The files of this machine, with the rights of this process; a session starts in one directory and may go wherever those rights reach.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LocalFileSystem : IFileSystem
{
    private const uint DirectoryType = 0x4000, RegularType = 0x8000, LinkType = 0xa000, OtherType = 0x2000, PermissionMask = 0xfff;

    private readonly string _start;
    private readonly IFileOwnership? _ownership;

    /// <summary>Creates it.</summary>
    /// <param name="startDirectory">Where a session starts, which relative paths are relative to.</param>
    public LocalFileSystem(string startDirectory)
        : this(startDirectory, ownership: null)
    {
    }

    internal LocalFileSystem(string startDirectory, IFileOwnership? ownership)
    {
        ArgumentException.ThrowIfNullOrEmpty(startDirectory);
        (_start, _ownership) = (Path.GetFullPath(startDirectory), ownership);
    }

    /// <inheritdoc/>
    public ValueTask<string> ResolveAsync(string path, CancellationToken ct)
    {
        string full = Full(path);
        string resolved = "/";
        string[] parts = full.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            string next = resolved == "/" ? "/" + parts[i] : $"{resolved}/{parts[i]}";

            // Clients ask for the name of what they are about to make, so the last part need not be there.
            if (i == parts.Length - 1 && !Exists(next)) return ValueTask.FromResult(next);
            resolved = File.ResolveLinkTarget(next, returnFinalTarget: true) is { } target ? target.FullName : next;
        }

        return ValueTask.FromResult(resolved);
    }

    /// <inheritdoc/>
    public ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        string full = Full(path);
        bool writes = (flags & (SftpOpenFlags.Write | SftpOpenFlags.Append)) != 0;
        bool reads = (flags & SftpOpenFlags.Read) != 0 || !writes;
        var options = new FileStreamOptions
        {
            Access = (reads ? FileAccess.Read : 0) | (writes ? FileAccess.Write : 0),
            Share = FileShare.ReadWrite | FileShare.Delete,
            Mode = ModeOf(flags),
            BufferSize = 0,
        };
        if (writes && (flags & SftpOpenFlags.Create) != 0) options.UnixCreateMode = (UnixFileMode)((attributes.Permissions ?? 0x1b6) & PermissionMask);
        var stream = new FileStream(full, options);
        return ValueTask.FromResult<IFileHandle>(new LocalFile(this, stream, (flags & SftpOpenFlags.Append) != 0));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FileEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        string full = Full(path);
        var names = new DirectoryInfo(full).EnumerateFileSystemInfos("*", new EnumerationOptions { ReturnSpecialDirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false });
        foreach (FileSystemInfo found in names)
        {
            ct.ThrowIfCancellationRequested();
            SftpAttributes attributes;
            try
            {
                attributes = Describe($"{full.TrimEnd('/')}/{found.Name}", followsLinks: false);
            }
            catch (FileNotFoundException)
            {
                continue; // It went while the directory was listed.
            }

            yield return new FileEntry(found.Name, LongName(found.Name, attributes), attributes);
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct) => ValueTask.FromResult(Describe(Full(path), followsLinks));

    /// <inheritdoc/>
    public ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        string full = Full(path);
        _ = Describe(full, followsLinks);
        if (attributes.Size is { } size)
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(file, (long)Math.Min(size, long.MaxValue));
        }

        if (attributes.Permissions is { } permissions && (followsLinks || !IsLink(full))) File.SetUnixFileMode(full, (UnixFileMode)(permissions & PermissionMask));
        if (attributes is { AccessTime: { } accessed, ModificationTime: { } modified } && (followsLinks || !IsLink(full)))
        {
            File.SetLastAccessTimeUtc(full, DateTimeOffset.FromUnixTimeSeconds(accessed).UtcDateTime);
            File.SetLastWriteTimeUtc(full, DateTimeOffset.FromUnixTimeSeconds(modified).UtcDateTime);
        }

        if (attributes is { Uid: { } uid, Gid: { } gid })
        {
            if (_ownership is null) throw new SftpException(SftpStatusCode.OperationUnsupported, path: path);
            _ownership.Set(full, uid, gid, followsLinks);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveFileAsync(string path, CancellationToken ct)
    {
        string full = Full(path);
        if (Describe(full, followsLinks: false).IsDirectory) throw new SftpException(SftpStatusCode.Failure, path: path);
        File.Delete(full);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        string full = Full(path);
        if (Exists(full)) throw new SftpException(SftpStatusCode.Failure, path: path);
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null && !Directory.Exists(parent)) throw new SftpException(SftpStatusCode.NoSuchFile, path: path);
        Directory.CreateDirectory(full, (UnixFileMode)((attributes.Permissions ?? 0x1ff) & PermissionMask));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveDirectoryAsync(string path, CancellationToken ct)
    {
        string full = Full(path);
        if (!Describe(full, followsLinks: false).IsDirectory) throw new SftpException(SftpStatusCode.Failure, path: path);
        Directory.Delete(full, recursive: false);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct)
    {
        (string from, string to) = (Full(oldPath), Full(newPath));
        bool isDirectory = Describe(from, followsLinks: false).IsDirectory;
        if (!replaces && Exists(to)) throw new SftpException(SftpStatusCode.Failure, path: newPath);
        if (isDirectory) Directory.Move(from, to);
        else File.Move(from, to, overwrite: replaces);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string> ReadLinkAsync(string path, CancellationToken ct) => new FileInfo(Full(path)).LinkTarget is { } target
        ? ValueTask.FromResult(target)
        : throw new SftpException(Exists(Full(path)) ? SftpStatusCode.BadMessage : SftpStatusCode.NoSuchFile, path: path);

    /// <inheritdoc/>
    public ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct)
    {
        File.CreateSymbolicLink(Full(path), target);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct)
    {
        if (_ownership is not IHardLinks links) throw new SftpException(SftpStatusCode.OperationUnsupported, path: oldPath);
        links.Make(Full(oldPath), Full(newPath));
        return ValueTask.CompletedTask;
    }

    internal SftpAttributes Describe(string full, bool followsLinks)
    {
        FileSystemInfo found = new FileInfo(full);
        if (!Exists(full)) throw new FileNotFoundException("No such file.", full);
        bool isLink = found.LinkTarget is not null;
        if (isLink && followsLinks)
        {
            found = File.ResolveLinkTarget(full, returnFinalTarget: true) ?? found;
            if (!Exists(found.FullName)) throw new FileNotFoundException("No such file.", full);
            isLink = false;
        }

        FileAttributes attributes = File.GetAttributes(found.FullName);
        bool isDirectory = !isLink && (attributes & FileAttributes.Directory) != 0;
        uint type = isLink ? LinkType : isDirectory ? DirectoryType : (attributes & FileAttributes.Device) != 0 ? OtherType : RegularType;
        uint uid = 0, gid = 0;
        bool isOwnerKnown = _ownership?.TryFind(full, followsLinks, out uid, out gid) ?? false;
        return new SftpAttributes
        {
            Size = isLink ? (ulong)Encoding.UTF8.GetByteCount(found.LinkTarget!) : isDirectory ? 4096 : (ulong)new FileInfo(found.FullName).Length,
            Permissions = type | (isLink ? 0x1ffu : (uint)File.GetUnixFileMode(found.FullName)),
            Uid = isOwnerKnown ? uid : null,
            Gid = isOwnerKnown ? gid : null,
            AccessTime = Seconds(found.LastAccessTimeUtc),
            ModificationTime = Seconds(found.LastWriteTimeUtc),
        };
    }

    private static uint Seconds(DateTime utc) => (uint)Math.Clamp(new DateTimeOffset(utc).ToUnixTimeSeconds(), 0, uint.MaxValue);

    private static FileMode ModeOf(SftpOpenFlags flags) => (flags & (SftpOpenFlags.Create | SftpOpenFlags.Exclusive | SftpOpenFlags.Truncate)) switch
    {
        SftpOpenFlags.Create | SftpOpenFlags.Exclusive or SftpOpenFlags.Create | SftpOpenFlags.Exclusive | SftpOpenFlags.Truncate => FileMode.CreateNew,
        SftpOpenFlags.Create | SftpOpenFlags.Truncate => FileMode.Create,
        SftpOpenFlags.Create => FileMode.OpenOrCreate,
        SftpOpenFlags.Truncate => FileMode.Truncate,
        _ => FileMode.Open,
    };

    // A link counts, wherever it leads.
    private static bool Exists(string full) => File.Exists(full) || Directory.Exists(full) || IsLink(full);

    private static bool IsLink(string full) => new FileInfo(full).LinkTarget is not null;

    private string Full(string path) => Path.GetFullPath(path.Length == 0 ? "." : path, _start);

    private string LongName(string name, SftpAttributes attributes)
    {
        uint mode = attributes.Permissions ?? 0;
        char type = attributes.IsDirectory ? 'd' : attributes.IsSymbolicLink ? 'l' : '-';
        var line = new StringBuilder().Append(type);
        for (int bit = 8; bit >= 0; bit--) line.Append((mode & (1u << bit)) != 0 ? "xwr"[bit % 3] : '-');
        string user = attributes.Uid is { } uid ? _ownership?.UserName(uid) ?? "?" : "?";
        string group = attributes.Gid is { } gid ? _ownership?.GroupName(gid) ?? "?" : "?";
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(attributes.ModificationTime ?? 0).ToLocalTime();
        bool isRecent = DateTimeOffset.UtcNow - time < TimeSpan.FromDays(183) && time <= DateTimeOffset.UtcNow;
        string when = time.ToString(isRecent ? "MMM dd HH:mm" : "MMM dd  yyyy", CultureInfo.InvariantCulture);
        return line.Append(CultureInfo.InvariantCulture, $"    1 {user,-8} {group,-8} {attributes.Size ?? 0,8} {when} {name}").ToString();
    }

    private sealed class LocalFile(LocalFileSystem owner, FileStream stream, bool appends) : IFileHandle
    {
        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct) =>
            ValueTask.FromResult(RandomAccess.Read(stream.SafeFileHandle, buffer.Span, offset));

        public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct)
        {
            long at = appends ? RandomAccess.GetLength(stream.SafeFileHandle) : offset;
            foreach (ReadOnlyMemory<byte> part in bytes)
            {
                RandomAccess.Write(stream.SafeFileHandle, part.Span, at);
                at += part.Length;
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<SftpAttributes> StatAsync(CancellationToken ct) =>
            ValueTask.FromResult(owner.Describe(stream.Name, followsLinks: true) with { Size = (ulong)RandomAccess.GetLength(stream.SafeFileHandle) });

        public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct)
        {
            if (attributes.Size is { } size) RandomAccess.SetLength(stream.SafeFileHandle, (long)Math.Min(size, long.MaxValue));
            if (attributes.Permissions is { } permissions) File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)(permissions & PermissionMask));
            if (attributes is { AccessTime: { } accessed, ModificationTime: { } modified })
            {
                File.SetLastAccessTimeUtc(stream.SafeFileHandle, DateTimeOffset.FromUnixTimeSeconds(accessed).UtcDateTime);
                File.SetLastWriteTimeUtc(stream.SafeFileHandle, DateTimeOffset.FromUnixTimeSeconds(modified).UtcDateTime);
            }

            return attributes is { Uid: not null, Gid: not null }
                ? owner.SetAttributesAsync(stream.Name, new SftpAttributes { Uid = attributes.Uid, Gid = attributes.Gid }, followsLinks: true, ct)
                : ValueTask.CompletedTask;
        }

        public ValueTask SyncAsync(CancellationToken ct)
        {
            RandomAccess.FlushToDisk(stream.SafeFileHandle);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}

/// <summary>Makes hard links, which the base library does not.</summary>
internal interface IHardLinks
{
    void Make(string existing, string added);
}
