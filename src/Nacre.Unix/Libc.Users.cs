using System.Runtime.InteropServices;

namespace Nacre.Unix;

// Accounts, and the identity of this process.
internal static unsafe partial class Libc
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getpwnam_r(string name, Passwd* entry, byte* buffer, nuint capacity, Passwd** result);

    [LibraryImport(Library)]
    public static partial int getpwuid_r(uint uid, Passwd* entry, byte* buffer, nuint capacity, Passwd** result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getgrnam_r(string name, GroupEntry* entry, byte* buffer, nuint capacity, GroupEntry** result);

    [LibraryImport(Library)]
    public static partial int getgrgid_r(uint gid, GroupEntry* entry, byte* buffer, nuint capacity, GroupEntry** result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getspnam_r(string name, Shadow* entry, byte* buffer, nuint capacity, Shadow** result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getgrouplist(string user, uint gid, uint* groups, int* count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getgroups(int capacity, uint* groups);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int gethostname(byte* name, nuint capacity);

    [LibraryImport(Library)]
    public static partial uint getuid();

    [LibraryImport(Library)]
    public static partial uint geteuid();

    [LibraryImport(Library)]
    public static partial uint getgid();

    [LibraryImport(Library)]
    public static partial uint getegid();

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getresuid(uint* real, uint* effective, uint* saved);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getresgid(uint* real, uint* effective, uint* saved);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setgroups(nuint count, uint* groups);

    [LibraryImport(Library)]
    public static partial int setfsuid(uint uid);

    [LibraryImport(Library)]
    public static partial int setfsgid(uint gid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setresuid(uint real, uint effective, uint saved);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setresgid(uint real, uint effective, uint saved);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setuid(uint uid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int seteuid(uint uid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setgid(uint gid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setegid(uint gid);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chroot(string path);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chdir(string path);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int prctl(int option, nint second, nint third, nint fourth, nint fifth);

    [StructLayout(LayoutKind.Sequential)]
    public struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint Uid;
        public uint Gid;
        public byte* Gecos;
        public byte* Home;
        public byte* Shell;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct GroupEntry
    {
        public byte* Name;
        public byte* Password;
        public uint Gid;
        public byte** Members;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Shadow
    {
        public byte* Name;
        public byte* Password;
        public nint LastChange;
        public nint Minimum;
        public nint Maximum;
        public nint Warn;
        public nint Inactive;
        public nint Expire;
        public nuint Flag;
    }
}
