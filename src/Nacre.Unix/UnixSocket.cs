using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Nacre.Unix;

/// <summary>Makes Unix sockets that listen at a path or are connected to one, with the rights of this process or of a user.</summary>
internal static unsafe class UnixSocket
{
    /// <summary>The longest path, in bytes: a sun_path without the NUL that ends it.</summary>
    public const int LongestPath = 107;

    private const int FamilyLength = sizeof(ushort);
    private const int Backlog = 128;

    /// <summary>Listens at a path.</summary>
    /// <param name="path">Of a file that is not there yet.</param>
    /// <param name="mode">Who may connect. The umask does not count.</param>
    /// <param name="replaces">True to remove what is there before.</param>
    /// <param name="rights">Whose file it is to be; null for this process.</param>
    /// <exception cref="UnixException">The path cannot be listened at.</exception>
    public static Socket Listen(string path, uint mode, bool replaces, UserRights? rights)
    {
        byte* address = stackalloc byte[FamilyLength + LongestPath + 1];
        int length = Fill(address, path);
        int descriptor = Open(isBlocking: true);
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            // unix(7): the file gets the socket's mode less the umask. Nobody can connect before listen, so widening comes in time too.
            Libc.Check(Libc.fchmod(descriptor, mode), $"set the mode of {path}");
            nint name = (nint)(address + FamilyLength);
            var bind = new SystemCall(SystemCall.Bind, descriptor, (nint)address, length);
            var unlink = new SystemCall(SystemCall.UnlinkAt, Libc.AT_FDCWD, name) { MayFail = true };
            var widen = new SystemCall(SystemCall.ChangeModeAt, Libc.AT_FDCWD, name, (nint)mode) { MayFail = true };
            SystemCall[] calls = IsNarrowed(mode) ? [unlink, bind, widen] : [unlink, bind];
            Errno error = UserRights.Make(rights, replaces ? calls : calls.AsSpan(1));
            if (error != Errno.None) throw new UnixException(error, $"bind to path {path}");
            Libc.Check(Libc.listen(descriptor, Backlog), $"listen at {path}");
            return new Socket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a path. Where the listener's queue is full it fails at once.</summary>
    /// <param name="path">Of the listener.</param>
    /// <param name="rights">Who connects; null for this process.</param>
    /// <exception cref="UnixException">Nothing listens there, or it may not be reached.</exception>
    public static Socket Connect(string path, UserRights? rights)
    {
        byte* address = stackalloc byte[FamilyLength + LongestPath + 1];
        int length = Fill(address, path);
        int descriptor = Open(isBlocking: false);
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            Span<SystemCall> calls = [new(SystemCall.Connect, descriptor, (nint)address, length)];
            Errno error = UserRights.Make(rights, calls);
            if (error != Errno.None) throw new UnixException(error, $"connect to {path}");
            return new Socket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Removes the file of a listener, unless another file has taken its place since.</summary>
    /// <param name="path">Of the listener.</param>
    /// <param name="identity">What <see cref="IdentityOf"/> said when it began to listen.</param>
    /// <param name="rights">Whose file it is; null for this process.</param>
    public static void Remove(string path, (ulong Device, ulong Inode)? identity, UserRights? rights)
    {
        if (identity is null || IdentityOf(path) != identity) return;
        byte[] name = new byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        Encoding.UTF8.GetBytes(path, name);
        fixed (byte* first = name)
        {
            Span<SystemCall> calls = [new(SystemCall.UnlinkAt, Libc.AT_FDCWD, (nint)first) { MayFail = true }];
            UserRights.Make(rights, calls);
        }
    }

    /// <summary>Which file is at a path; null when there is none.</summary>
    public static (ulong Device, ulong Inode)? IdentityOf(string path) =>
        FileStatus.TryOfLink(path, out FileStatus status) ? (status.Device, status.Inode) : null;

    private static int Open(bool isBlocking)
    {
        int type = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | (isBlocking ? 0 : Libc.SOCK_NONBLOCK);
        return Libc.Check(Libc.socket(Libc.AF_UNIX, type, 0), "open a Unix socket");
    }

    // Without the file system's word for the umask, the mode is set once more than may be needed.
    private static bool IsNarrowed(uint mode) => Prctl.FileModeMask is not { } mask || (mask & mode) != 0;

    private static int Fill(byte* address, string path)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or > LongestPath || path.Contains('\0', StringComparison.Ordinal)) throw new UnixException(Errno.ENAMETOOLONG, $"use {path} as the path of a socket");
        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(address, FamilyLength), Libc.AF_UNIX);
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + FamilyLength, length));
        address[FamilyLength + length] = 0;
        return FamilyLength + length + 1;
    }
}
