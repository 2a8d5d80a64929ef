using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Who is at the other end of a connection, and what the configuration says for them.</summary>
/// <param name="Remote">The client's address.</param>
/// <param name="Local">The address that it connected to.</param>
/// <param name="Config">The configuration before any user is named.</param>
internal sealed record ClientConnection(IPEndPoint Remote, IPEndPoint Local, ServerConfig Config)
{
    /// <summary>Describes a connected socket.</summary>
    public static ClientConnection Of(Socket socket, ServerConfig config) =>
        new((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!, config);

    /// <summary>Describes a connection on pipes, which has no addresses; OpenSSH's words for them.</summary>
    public static ClientConnection OnPipes(ServerConfig config) => new(new IPEndPoint(IPAddress.None, 65535), new IPEndPoint(IPAddress.None, 65535), config);

    /// <summary>The client's address as logs and scripts know it.</summary>
    public string Address => TextOf(Remote);

    /// <summary>"ADDRESS port N", as log lines have it.</summary>
    public string Place => $"{Address} port {Remote.Port}";

    public string LocalAddress => TextOf(Local);

    /// <summary>The configuration for a user, with the Match blocks that fit.</summary>
    public ServerConfig ConfigFor(string userName) => Config.HasMatchBlocks ? Config.ForConnection(Criteria(userName)) : Config;


    private MatchCriteria Criteria(string userName) => new()
    {
        User = userName,
        Host = Address,
        Address = Address,
        LocalAddress = LocalAddress,
        LocalPort = Local.Port,
        GroupsOf = static name => Users.Find(name) is { } account ? Users.GroupNamesOf(account) : null,
    };

    private static string TextOf(IPEndPoint endpoint) => Equals(endpoint.Address, IPAddress.None) ? "UNKNOWN"
        : endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4().ToString() : endpoint.Address.ToString();
}
