using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

// Names below an open directory, and what is done to an open file. Paths are bytes that end with a NUL.
internal static unsafe partial class Libc
{
    public const int O_APPEND = 0x400;
    public const int O_PATH = 0x200000;

    public const int AT_REMOVEDIR = 0x200;
    public const uint RENAME_NOREPLACE = 1;

    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    public const ulong ST_RDONLY = 1;
    public const ulong ST_NOSUID = 2;

    private const nint SYS_open_tree = 428;
    private const nint SYS_openat2 = 437;
    private const nint SYS_fchmodat2 = 452;

    /// <summary>open_tree(2) with OPEN_TREE_CLONE: a mount of a directory that is nowhere in the tree of mounts.</summary>
    public static int OpenTree(string path)
    {
        const nint clone = 1;
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + "\0")) return (int)syscall(SYS_open_tree, AT_FDCWD, (nint)name, clone | O_CLOEXEC, 0);
    }

    /// <summary>openat2(2), which the C library has no function for.</summary>
    public static int openat2(SafeFileHandle directory, ReadOnlySpan<byte> path, in OpenHow how) =>
        (int)syscall(SYS_openat2, directory, path, how, sizeof(OpenHow));

    /// <summary>fchmodat2(2), since Linux 6.6: unlike fchmodat(2) it takes flags.</summary>
    public static int fchmodat2(SafeFileHandle directory, ReadOnlySpan<byte> path, uint mode, int flags) =>
        (int)syscall(SYS_fchmodat2, directory, path, (nint)mode, flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int openat(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int statx(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags, uint mask, out StatxBuffer result);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint readlinkat(SafeFileHandle directory, ReadOnlySpan<byte> path, byte* target, nuint capacity);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int mkdirat(SafeFileHandle directory, ReadOnlySpan<byte> path, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unlinkat(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int renameat2(SafeFileHandle from, ReadOnlySpan<byte> oldPath, SafeFileHandle to, ReadOnlySpan<byte> newPath, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int linkat(SafeFileHandle from, ReadOnlySpan<byte> oldPath, SafeFileHandle to, ReadOnlySpan<byte> newPath, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int symlinkat(ReadOnlySpan<byte> target, SafeFileHandle directory, ReadOnlySpan<byte> path);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchmodat(SafeFileHandle directory, ReadOnlySpan<byte> path, uint mode, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchownat(SafeFileHandle directory, ReadOnlySpan<byte> path, uint uid, uint gid, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int utimensat(SafeFileHandle directory, ReadOnlySpan<byte> path, Timespec* times, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint getdents64(SafeFileHandle directory, byte* entries, nuint capacity);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fstatvfs(SafeFileHandle file, out StatvfsBuffer result);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint pread(SafeFileHandle file, byte* bytes, nuint count, long offset);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint pwritev(SafeFileHandle file, IoVector* parts, int count, long offset);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint copy_file_range(SafeFileHandle from, long* fromOffset, SafeFileHandle to, long* toOffset, nuint count, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial long lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ftruncate(SafeFileHandle file, long length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fsync(SafeFileHandle file);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchmod(SafeFileHandle file, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchown(SafeFileHandle file, uint uid, uint gid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int futimens(SafeFileHandle file, Timespec* times);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(nint number, SafeFileHandle directory, ReadOnlySpan<byte> path, in OpenHow how, nint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(nint number, SafeFileHandle directory, ReadOnlySpan<byte> path, nint mode, nint flags);

    /// <summary>struct open_how of openat2(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct statvfs as 64-bit systems lay it out; what follows the last field is spare.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct StatvfsBuffer
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Files;
        public ulong FreeFiles;
        public ulong AvailableFiles;
        public ulong FileSystemId;
        public ulong Flags;
        public ulong MaxNameLength;
    }
}
