using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nacre;

/// <summary>Sets the byte of a socket's IP packets by which routers know what to do with them (RFC 2474; IPQoS).</summary>
internal static class TrafficClass
{
    private const int Ipv6Level = 41;
    private const int Ipv6TrafficClass = 67;

    /// <summary>Sets it. A socket of another kind, or that is closed by now, or a system that forbids it: all stays as it was, and the connection works all the same.</summary>
    public static void Set(Socket socket, byte mark)
    {
        try
        {
            if (socket.AddressFamily is AddressFamily.InterNetwork) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, mark);
            else if (socket.AddressFamily is AddressFamily.InterNetworkV6) SetIpv6(socket, mark);
        }
        catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
        {
        }
    }

    // The base library has no name for it.
    private static void SetIpv6(Socket socket, int mark) =>
        socket.SetRawSocketOption(Ipv6Level, Ipv6TrafficClass, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in mark)));
}
