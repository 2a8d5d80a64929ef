using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>Holds a policy to what the user's key or certificate permits.</summary>
internal sealed class LimitedForwarding : IForwardingPolicy
{
    private readonly IForwardingPolicy _inner;

    private LimitedForwarding(IForwardingPolicy inner) => _inner = inner;

    /// <summary>The policy itself where the login sets no limits.</summary>
    public static IForwardingPolicy? Of(IForwardingPolicy? policy, AuthenticatedUser user) =>
        policy is null || user.Permissions == LoginPermissions.Everything ? policy : new LimitedForwarding(policy);

    public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) => user.Permissions.PortForwarding && _inner.MayConnect(user, target);

    public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen) => user.Permissions.PortForwarding ? _inner.MayListen(user, listen) : null;

    public bool MayConnect(AuthenticatedUser user, string socketPath) => user.Permissions.PortForwarding && _inner.MayConnect(user, socketPath);

    public ForwardOptions? MayListen(AuthenticatedUser user, string socketPath) => user.Permissions.PortForwarding ? _inner.MayListen(user, socketPath) : null;

    public string? MayLendAgent(AuthenticatedUser user) => user.Permissions.AgentForwarding ? _inner.MayLendAgent(user) : null;

    public X11Listening? MayForwardX11(AuthenticatedUser user) => user.Permissions.X11Forwarding ? _inner.MayForwardX11(user) : null;

    public TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit) => user.Permissions.PortForwarding ? _inner.MayTunnel(user, mode, unit) : null;
}
