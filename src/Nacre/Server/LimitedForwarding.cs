using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>Holds a policy to what the user's key or certificate permits.</summary>
internal sealed class LimitedForwarding : IForwardingPolicy
{
    /// <summary>In place of a port for a path, which has none.</summary>
    private const int PathPort = -1;

    private readonly IForwardingPolicy _inner;

    private LimitedForwarding(IForwardingPolicy inner) => _inner = inner;

    /// <summary>The policy itself where the login sets no limits.</summary>
    public static IForwardingPolicy? Of(IForwardingPolicy? policy, AuthenticatedUser user) =>
        policy is null || user.Permissions == LoginPermissions.Everything ? policy : new LimitedForwarding(policy);

    public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) =>
        MayForward(user, target.Host, target.Port) && _inner.MayConnect(user, target);

    public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen)
    {
        LoginPermissions permissions = user.Permissions;
        bool isPermitted = permissions.PortForwarding && (permissions.PermitListen is not { } places || places.Any(place => place.AllowsListener(listen.Host, listen.Port)));
        return isPermitted ? _inner.MayListen(user, listen) : null;
    }

    // As OpenSSH has it, a list of hosts leaves no path allowed unless it has any host with any port, while one of places to listen is of ports alone.
    public bool MayConnect(AuthenticatedUser user, string socketPath) => MayForward(user, socketPath, PathPort) && _inner.MayConnect(user, socketPath);

    public ForwardOptions? MayListen(AuthenticatedUser user, string socketPath) => user.Permissions.PortForwarding ? _inner.MayListen(user, socketPath) : null;

    public string? MayLendAgent(AuthenticatedUser user) => user.Permissions.AgentForwarding ? _inner.MayLendAgent(user) : null;

    public X11Listening? MayForwardX11(AuthenticatedUser user) => user.Permissions.X11Forwarding ? _inner.MayForwardX11(user) : null;

    public TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit)
    {
        int? forced = user.Permissions.TunnelUnit;
        if (!user.Permissions.PortForwarding || (forced is not null && unit is not null && unit != forced)) return null;
        return _inner.MayTunnel(user, mode, forced is LoginPermissions.AnyTunnelUnit ? null : forced ?? unit);
    }

    private static bool MayForward(AuthenticatedUser user, string host, int port) =>
        user.Permissions.PortForwarding && (user.Permissions.PermitOpen is not { } places || places.Any(place => place.AllowsTarget(host, port)));
}
