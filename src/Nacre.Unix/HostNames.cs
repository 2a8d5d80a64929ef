using System.Net;
using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The names of machines as the C library finds them, so that they are those that other programs find.</summary>
internal static unsafe class HostNames
{
    private const int NameRequired = 8;
    private const int Longest = 1025;

    /// <summary>The name of an address; null where it has none. Waits for whoever is asked.</summary>
    public static string? Of(IPAddress address)
    {
        SocketAddress native = new IPEndPoint(address.Unmapped(), 0).Serialize();
        byte* name = stackalloc byte[Longest];
        fixed (byte* bytes = native.Buffer.Span)
        {
            int error = Libc.getnameinfo(bytes, (uint)native.Size, name, Longest, null, 0, NameRequired);
            return error == 0 ? Marshal.PtrToStringUTF8((nint)name) : null;
        }
    }

    /// <summary>True when a netgroup has a host, or a user; null stands for any.</summary>
    public static bool IsInNetgroup(string netgroup, string? host, string? user) => Libc.innetgr(netgroup, host, user, null) == 1;
}
