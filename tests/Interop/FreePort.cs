using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Nacre.Tests.Interop;

/// <summary>Finds loopback ports for programs that cannot choose one themselves.</summary>
internal static class FreePort
{
    // Below the range that the kernel gives to outgoing connections, which would otherwise take the port again before its program does.
    private const int Lowest = 20_000;
    private const int Limit = 32_000;

    /// <summary>A port on 127.0.0.1 on which nobody listens. Somebody else may still be quicker: whoever uses it tries again then.</summary>
    public static int Take()
    {
        while (true)
        {
            int port = RandomNumberGenerator.GetInt32(Lowest, Limit);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
        }
    }
}
