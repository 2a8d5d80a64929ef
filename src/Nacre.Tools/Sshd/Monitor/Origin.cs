using System.Net;
using System.Text;
using Nacre.Config;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Writes and reads where a connection comes from.</summary>
internal static class Origin
{
    /// <summary>Reads it, for the configuration that holds.</summary>
    public static ClientConnection Read(OriginFields origin, ServerConfig config) => ClientConnection.Known(
        new IPEndPoint(IPAddress.Parse(Encoding.ASCII.GetString(origin.RemoteAddress)), (int)origin.RemotePort),
        new IPEndPoint(IPAddress.Parse(Encoding.ASCII.GetString(origin.LocalAddress)), (int)origin.LocalPort),
        Encoding.UTF8.GetString(origin.Host),
        config);

    public static OriginFields Write(ClientConnection client) => new()
    {
        RemoteAddress = Encoding.ASCII.GetBytes(client.Remote.Address.ToString()),
        RemotePort = (uint)client.Remote.Port,
        LocalAddress = Encoding.ASCII.GetBytes(client.Local.Address.ToString()),
        LocalPort = (uint)client.Local.Port,
        Host = Encoding.UTF8.GetBytes(client.Host),
    };
}
