using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>System calls on names below an open directory; each tells its error, since for files an error is an answer.</summary>
/// <remarks>
/// An absolute path needs no directory and takes <see cref="WorkingDirectory"/>. Where <see cref="PathBytes.Empty"/> is allowed it stands
/// for the descriptor itself, which may be one that was opened with O_PATH.
/// </remarks>
internal static unsafe class FilesAt
{
    private const int LongestLink = 4096;

    /// <summary>openat2 gives up when anything is renamed while it looks at "..": this often it is asked again.</summary>
    private const int MostAttempts = 1000;

    /// <summary>Stands for the working directory of the process.</summary>
    public static SafeFileHandle WorkingDirectory { get; } = new(Libc.AT_FDCWD, ownsHandle: false);

    /// <summary>Opens a file.</summary>
    public static Errno Open(SafeFileHandle directory, PathBytes path, int flags, uint mode, out SafeFileHandle file)
    {
        int descriptor;
        do descriptor = Libc.openat(directory, path.Terminated, flags | Libc.O_CLOEXEC, mode);
        while (descriptor == -1 && Libc.LastErrno == Errno.EINTR);
        return Opened(descriptor, out file);
    }

    /// <summary>Opens a file with a directory as the root of the path and of every link on it, which nothing leads out of.</summary>
    public static Errno OpenInRoot(SafeFileHandle root, PathBytes path, int flags, uint mode, out SafeFileHandle file)
    {
        var how = new Libc.OpenHow
        {
            Flags = (uint)(flags | Libc.O_CLOEXEC),
            Mode = (flags & Libc.O_CREAT) != 0 ? mode : 0,
            Resolve = Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS,
        };
        var pause = new SpinWait();
        for (int attempt = 1; ; attempt++)
        {
            int descriptor = Libc.openat2(root, path.Terminated, how);
            if (descriptor != -1 || attempt == MostAttempts || Libc.LastErrno is not (Errno.EAGAIN or Errno.EINTR)) return Opened(descriptor, out file);
            pause.SpinOnce();
        }
    }

    /// <summary>Tells what a file is.</summary>
    public static Errno Status(SafeFileHandle directory, PathBytes path, bool followsLinks, out FileStatus status)
    {
        int flags = (path.IsEmpty ? Libc.AT_EMPTY_PATH : 0) | (followsLinks ? 0 : Libc.AT_SYMLINK_NOFOLLOW);
        return FileStatus.TryRead(directory, path, flags, out status) ? Errno.None : Libc.LastErrno;
    }

    /// <summary>Reads what a symbolic link says; EINVAL when it is none. The path may be empty.</summary>
    public static Errno ReadLink(SafeFileHandle directory, PathBytes path, out byte[] target)
    {
        byte* buffer = stackalloc byte[LongestLink];
        nint length = Libc.readlinkat(directory, path.Terminated, buffer, LongestLink);
        target = length == -1 ? [] : new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
        if (length != -1) return Errno.None;

        // readlink(2): of a descriptor that is no link the kernel says ENOENT.
        Errno error = Libc.LastErrno;
        return error == Errno.ENOENT && path.IsEmpty ? Errno.EINVAL : error;
    }

    /// <summary>Makes a directory.</summary>
    public static Errno MakeDirectory(SafeFileHandle directory, PathBytes path, uint mode) => Outcome(Libc.mkdirat(directory, path.Terminated, mode));

    /// <summary>Removes a name that is no directory's.</summary>
    public static Errno Unlink(SafeFileHandle directory, PathBytes path) => Outcome(Libc.unlinkat(directory, path.Terminated, 0));

    /// <summary>Removes an empty directory.</summary>
    public static Errno RemoveDirectory(SafeFileHandle directory, PathBytes path) => Outcome(Libc.unlinkat(directory, path.Terminated, Libc.AT_REMOVEDIR));

    /// <summary>Gives a file another name, which it takes over unless <paramref name="replaces"/> is false: EEXIST then, or EINVAL where the file system cannot tell.</summary>
    public static Errno Rename(SafeFileHandle from, PathBytes oldPath, SafeFileHandle to, PathBytes newPath, bool replaces) =>
        Outcome(Libc.renameat2(from, oldPath.Terminated, to, newPath.Terminated, replaces ? 0 : Libc.RENAME_NOREPLACE));

    /// <summary>Gives a file one more name; of a symbolic link itself.</summary>
    public static Errno Link(SafeFileHandle from, PathBytes oldPath, SafeFileHandle to, PathBytes newPath) =>
        Outcome(Libc.linkat(from, oldPath.Terminated, to, newPath.Terminated, 0));

    /// <summary>Makes a symbolic link.</summary>
    public static Errno MakeSymbolicLink(PathBytes target, SafeFileHandle directory, PathBytes path) =>
        Outcome(Libc.symlinkat(target.Terminated, directory, path.Terminated));

    /// <summary>Sets the mode of what a path leads to. The path may be empty.</summary>
    public static Errno SetMode(SafeFileHandle directory, PathBytes path, uint mode)
    {
        if (!path.IsEmpty) return Outcome(Libc.fchmodat(directory, path.Terminated, mode, 0));

        // A descriptor of O_PATH is refused by fchmod(2). A filter of system calls may say EPERM to a new one, and then the old way decides.
        Errno error = Outcome(Libc.fchmodat2(directory, path.Terminated, mode, Libc.AT_EMPTY_PATH));
        if (error is not (Errno.ENOSYS or Errno.EPERM)) return error;
        bool isHeld = false;
        try
        {
            directory.DangerousAddRef(ref isHeld);
            byte[] link = System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{directory.DangerousGetHandle()}\0");
            return Outcome(Libc.fchmodat(WorkingDirectory, link, mode, 0));
        }
        finally
        {
            if (isHeld) directory.DangerousRelease();
        }
    }

    /// <summary>Gives a file to an owner and a group. The path may be empty.</summary>
    public static Errno SetOwner(SafeFileHandle directory, PathBytes path, uint uid, uint gid) =>
        Outcome(Libc.fchownat(directory, path.Terminated, uid, gid, path.IsEmpty ? Libc.AT_EMPTY_PATH : 0));

    /// <summary>Sets when a file was last read and changed, in seconds since 1970. The path may be empty.</summary>
    public static Errno SetTimes(SafeFileHandle directory, PathBytes path, long accessed, long modified)
    {
        Libc.Timespec* times = stackalloc Libc.Timespec[2];
        (times[0], times[1]) = (new Libc.Timespec { Seconds = accessed }, new Libc.Timespec { Seconds = modified });
        return Outcome(Libc.utimensat(directory, path.Terminated, times, path.IsEmpty ? Libc.AT_EMPTY_PATH : 0));
    }

    internal static Errno Outcome(int result) => result == -1 ? Libc.LastErrno : Errno.None;

    private static Errno Opened(int descriptor, out SafeFileHandle file)
    {
        Errno error = Outcome(descriptor);
        file = new SafeFileHandle(descriptor, ownsHandle: true);
        return error;
    }
}
