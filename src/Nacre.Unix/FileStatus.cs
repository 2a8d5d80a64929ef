using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>What statx(2) says about a file: its kind, owner, mode, size and times.</summary>
internal readonly record struct FileStatus
{
    private const int TypeMask = 0xf000;
    private const int Regular = 0x8000;
    private const int Directory = 0x4000;
    private const int Socket = 0xc000;
    private const int CharacterDevice = 0x2000;
    private const int Fifo = 0x1000;

    private readonly int kind;
    private readonly uint deviceMajor;
    private readonly uint deviceMinor;

    private FileStatus(in Libc.StatxBuffer buffer)
    {
        kind = buffer.Mode & TypeMask;
        Mode = buffer.Mode & 0xfffu;
        Uid = buffer.Uid;
        Gid = buffer.Gid;
        Links = buffer.Links;
        Size = (long)buffer.Size;
        AccessTime = buffer.AccessTime;
        ModificationTime = buffer.ModificationTime;
        Inode = buffer.Inode;
        Device = ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor;
        deviceMajor = buffer.RdevMajor;
        deviceMinor = buffer.RdevMinor;
    }

    /// <summary>The permission bits with set-user-id, set-group-id and sticky: octal 07777 at most.</summary>
    public uint Mode { get; }

    /// <summary>The mode with the bits that tell the kind, as stat(2) gives it.</summary>
    public uint KindAndMode => (uint)kind | Mode;

    /// <summary>The number of names that it has.</summary>
    public uint Links { get; }

    public uint Uid { get; }

    public uint Gid { get; }

    /// <summary>The size in bytes.</summary>
    public long Size { get; }

    /// <summary>When it was last read, in seconds since 1970.</summary>
    public long AccessTime { get; }

    /// <summary>When its content last changed, in seconds since 1970.</summary>
    public long ModificationTime { get; }

    public ulong Inode { get; }

    public ulong Device { get; }

    public bool IsRegularFile => kind == Regular;

    public bool IsDirectory => kind == Directory;

    public bool IsSocket => kind == Socket;

    public bool IsFifo => kind == Fifo;

    /// <summary>Whether it is /dev/null, by its number and not by its name.</summary>
    public bool IsNullDevice => kind == CharacterDevice && deviceMajor == 1 && deviceMinor == 3;

    /// <summary>Whether the group or the rest of the world may write it.</summary>
    public bool IsWritableByOthers => (Mode & 0x12) != 0;

    /// <summary>The status of an open file.</summary>
    public static FileStatus OfDescriptor(int descriptor) =>
        TryOfDescriptor(descriptor, out FileStatus status) ? status : throw UnixException.FromLast($"stat descriptor {descriptor}");

    /// <summary>The status of an open file; false, with the reason in <see cref="Libc.LastErrno"/>, when there is none.</summary>
    public static bool TryOfDescriptor(int descriptor, out FileStatus status) =>
        TryRead(descriptor, "", Libc.AT_EMPTY_PATH, out status);

    /// <summary>The status of what a path leads to.</summary>
    public static FileStatus OfPath(string path) =>
        TryOfPath(path, out FileStatus status) ? status : throw UnixException.FromLast($"stat {path}");

    /// <summary>The status of what a path leads to; false, with the reason in <see cref="Libc.LastErrno"/>, when it leads nowhere.</summary>
    public static bool TryOfPath(string path, out FileStatus status) => TryRead(Libc.AT_FDCWD, path, 0, out status);

    /// <summary>The status of a path itself, which may be a symbolic link.</summary>
    public static bool TryOfLink(string path, out FileStatus status) =>
        TryRead(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>The status of a name below an open directory; false, with the reason in <see cref="Libc.LastErrno"/>, when there is none.</summary>
    public static bool TryRead(SafeFileHandle directory, PathBytes path, int flags, out FileStatus status)
    {
        bool isRead = Libc.statx(directory, path.Terminated, flags, Libc.STATX_BASIC_STATS, out Libc.StatxBuffer buffer) == 0;
        status = isRead ? new FileStatus(buffer) : default;
        return isRead;
    }

    private static bool TryRead(int directory, string path, int flags, out FileStatus status)
    {
        bool isRead = Libc.statx(directory, path, flags, Libc.STATX_BASIC_STATS, out Libc.StatxBuffer buffer) == 0;
        status = isRead ? new FileStatus(buffer) : default;
        return isRead;
    }
}
