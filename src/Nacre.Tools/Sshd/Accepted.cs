using System.Net;
using System.Net.Sockets;

namespace Nacre.Tools.Sshd;

/// <summary>A connection that has come, with the addresses that count: those of its client, who may be behind a proxy.</summary>
/// <param name="Socket">The connection.</param>
/// <param name="Remote">The client's address.</param>
/// <param name="Local">The address that it connected to.</param>
internal sealed record Accepted(Socket Socket, IPEndPoint Remote, IPEndPoint Local)
{
    /// <summary>A connection whose ends are what they seem.</summary>
    /// <exception cref="SocketException">It has gone already.</exception>
    public static Accepted Directly(Socket socket) => new(socket, (IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!);
}
