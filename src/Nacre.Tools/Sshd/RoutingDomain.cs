using System.Net.Sockets;
using System.Text;

namespace Nacre.Tools.Sshd;

/// <summary>What a routing domain is on Linux: the network device, mostly a VRF, that a socket is bound to.</summary>
internal static class RoutingDomain
{
    private const int SocketLevel = 1;
    private const int BindToDevice = 25;
    private const int MaxName = 16;

    /// <summary>Binds a socket to the device; it takes root.</summary>
    /// <exception cref="SocketException">There is no such device, or this user may not.</exception>
    public static void Enter(Socket socket, string domain) => socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.UTF8.GetBytes(domain));

    /// <summary>The device that a socket is bound to; empty for none.</summary>
    public static string Of(Socket socket)
    {
        Span<byte> name = stackalloc byte[MaxName];
        try
        {
            int length = socket.GetRawSocketOption(SocketLevel, BindToDevice, name);
            return Encoding.UTF8.GetString(name[..length].TrimEnd((byte)0));
        }
        catch (SocketException)
        {
            // A socket of another kind has none.
            return "";
        }
    }
}
