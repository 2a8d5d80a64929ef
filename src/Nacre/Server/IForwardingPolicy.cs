using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>Decides what a client may reach through the server. A server without one forwards nothing.</summary>
public interface IForwardingPolicy
{
    /// <summary>May the client have the server connect to this host and port (direct-tcpip)?</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="target">Where to; the host is the client's word for it.</param>
    /// <returns>True to let it.</returns>
    bool MayConnect(AuthenticatedUser user, TcpEndpoint target);

    /// <summary>May the client have the server listen here (tcpip-forward)?</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="listen">Where; port 0 lets the server choose.</param>
    /// <returns>Where to listen, such as the loopback address whatever was asked for; null to refuse.</returns>
    TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen);

    /// <summary>May the client have the server connect to this Unix socket (direct-streamlocal@openssh.com)? No, unless a policy says so.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="socketPath">The path, as the client says it.</param>
    /// <returns>True to let it.</returns>
    bool MayConnect(AuthenticatedUser user, string socketPath) => false;

    /// <summary>May the client have the server listen at this path (streamlocal-forward@openssh.com)? No, unless a policy says so.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="socketPath">The path, as the client says it.</param>
    /// <returns>How to listen; null to refuse.</returns>
    ForwardOptions? MayListen(AuthenticatedUser user, string socketPath) => null;

    /// <summary>May the client lend its agent to the programs of its sessions (agent-req and auth-agent-req@openssh.com)?</summary>
    /// <param name="user">Who asks.</param>
    /// <returns>The path at which a Unix socket is made for them, in a directory that should be the user's alone; null to refuse.</returns>
    string? MayLendAgent(AuthenticatedUser user) => null;

    /// <summary>May the client lend its X11 display to the programs of a session (x11-req)?</summary>
    /// <param name="user">Who asks.</param>
    /// <returns>Where the session's display is made; null to refuse.</returns>
    X11Listening? MayForwardX11(AuthenticatedUser user) => null;

    /// <summary>May the client have an interface of this machine as the end of a tunnel (tun@openssh.com)?</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="mode">What travels through the tunnel.</param>
    /// <param name="unit">The number in the interface's name; null leaves it to the server.</param>
    /// <returns>The interface, which is taken over; null to refuse.</returns>
    TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit) => null;
}
