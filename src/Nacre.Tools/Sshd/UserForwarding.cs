using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Permits forwarding as the configuration says for the user.</summary>
internal sealed class UserForwarding(ClientConnection client, SshdLog log) : IForwardingPolicy
{
    /// <summary>Ports below this are root's to listen on, whoever's process does it.</summary>
    private const int FirstUnprivilegedPort = 1024;

    /// <summary>In place of a port for a path, which has none.</summary>
    private const int PathPort = -1;

    public bool MayConnect(AuthenticatedUser user, TcpEndpoint target)
    {
        ServerConfig config = client.ConfigFor(user.Name);
        return (config.AllowTcpForwarding & ForwardingPermission.Local) != 0 && config.PermitOpen.AllowsTarget(target.Host, target.Port);
    }

    public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen)
    {
        ServerConfig config = client.ConfigFor(user.Name);
        if ((config.AllowTcpForwarding & ForwardingPermission.Remote) == 0) return null;
        if (!config.PermitListen.AllowsListener(listen.Host, listen.Port)) return null;
        bool isPrivileged = listen.Port is > 0 and < FirstUnprivilegedPort;
        if (isPrivileged && client.AccountOf(user.Name)?.Uid != 0) return null;
        return config.GatewayPorts switch
        {
            GatewayPortsChoice.Yes => listen with { Host = "" },
            GatewayPortsChoice.ClientSpecified => listen,

            // As in OpenSSH, a client may say which of the loopback addresses it means.
            _ => listen.Host is "127.0.0.1" or "::1" ? listen : listen with { Host = "localhost" },
        };
    }

    // As OpenSSH has it, paths are connected to only where AllowTcpForwarding lets ports be as well, and PermitOpen with a list of hosts leaves no
    // path allowed unless it has any host with any port; while for listening, neither AllowTcpForwarding nor PermitListen is about paths.
    public bool MayConnect(AuthenticatedUser user, string socketPath)
    {
        ServerConfig config = client.ConfigFor(user.Name);
        return (config.AllowStreamLocalForwarding & config.AllowTcpForwarding & ForwardingPermission.Local) != 0 && config.PermitOpen.AllowsTarget(socketPath, PathPort);
    }

    public ForwardOptions? MayListen(AuthenticatedUser user, string socketPath)
    {
        const UnixFileMode everyPermission = (UnixFileMode)0x1ff;
        ServerConfig config = client.ConfigFor(user.Name);
        if ((config.AllowStreamLocalForwarding & ForwardingPermission.Remote) == 0) return null;
        return new ForwardOptions { SocketMode = everyPermission & ~config.StreamLocalBindMask, ReplacesSocket = config.StreamLocalBindUnlink };
    }

    public string? MayLendAgent(AuthenticatedUser user)
    {
        ServerConfig config = client.ConfigFor(user.Name);
        bool isAllowed = config.AllowAgentForwarding && !config.DisableForwarding;
        return isAllowed && client.AccountOf(user.Name) is { } account ? UserAgentSocket.MakePath(account, log) : null;
    }

    public X11Listening? MayForwardX11(AuthenticatedUser user)
    {
        ServerConfig config = client.ConfigFor(user.Name);
        if (!config.X11Forwarding || config.DisableForwarding)
        {
            log.Write(1, "X11 forwarding disabled in server configuration file.");
            return null;
        }

        if (config.XAuthLocation is not { } xauth || !File.Exists(xauth))
        {
            log.Write(1, "No xauth program; cannot forward X11.");
            return null;
        }

        AddressFamily family = config.AddressFamily switch
        {
            AddressFamilyChoice.Inet => AddressFamily.InterNetwork,
            AddressFamilyChoice.Inet6 => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        return new X11Listening { DisplayOffset = config.X11DisplayOffset, IsLocal = config.X11UseLocalhost, Family = family };
    }

    public TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit)
    {
        bool isAllowed = client.ConfigFor(user.Name).PermitTunnel switch
        {
            TunnelChoice.Yes => true,
            TunnelChoice.PointToPoint => mode == TunnelMode.PointToPoint,
            TunnelChoice.Ethernet => mode == TunnelMode.Ethernet,
            _ => false,
        };
        if (!isAllowed)
        {
            log.Write(1, "Server has rejected tunnel device forwarding");
            return null;
        }

        try
        {
            return TunnelDevice.Open(mode, unit);
        }
        catch (UnixException error)
        {
            log.Error($"Failed to open the tunnel device: {error.Message}");
            return null;
        }
    }
}
