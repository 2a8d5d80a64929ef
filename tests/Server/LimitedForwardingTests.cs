using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;
using Nacre.Server;

namespace Nacre.Tests.Server;

/// <summary>A policy of forwarding under the limits of a login.</summary>
public sealed class LimitedForwardingTests
{
    [Fact]
    public void Every_question_is_asked_of_the_policy_behind_it()
    {
        System.Reflection.InterfaceMapping map = typeof(LimitedForwarding).GetInterfaceMap(typeof(IForwardingPolicy));
        Assert.All(map.TargetMethods, method => Assert.Equal(typeof(LimitedForwarding), method.DeclaringType));
    }

    [Fact]
    public void Without_limits_the_policy_stays_as_it_is()
    {
        var policy = new EverythingForwarded();
        Assert.Same(policy, LimitedForwarding.Of(policy, User(LoginPermissions.Everything)));
        Assert.Null(LimitedForwarding.Of(null, User(LoginPermissions.Nothing)));
    }

    [Fact]
    public void Each_right_is_given_or_not_by_itself()
    {
        Assert.Equal("", Show(LoginPermissions.Nothing));
        Assert.Equal("tcp unix listen-tcp listen-unix", Show(LoginPermissions.Nothing with { PortForwarding = true }));
        Assert.Equal("agent", Show(LoginPermissions.Nothing with { AgentForwarding = true }));
        Assert.Equal("x11", Show(LoginPermissions.Nothing with { X11Forwarding = true }));
        Assert.Equal("tcp unix listen-tcp listen-unix agent x11", Show(LoginPermissions.Everything with { Terminal = false }));
    }

    [Fact]
    public void A_tunnel_is_not_even_opened_without_the_right()
    {
        AuthenticatedUser user = User(LoginPermissions.Everything with { PortForwarding = false });
        Assert.Null(LimitedForwarding.Of(new EverythingForwarded(), user)!.MayTunnel(user, TunnelMode.PointToPoint, null));
    }

    private static AuthenticatedUser User(LoginPermissions permissions) => new("al", []) { Permissions = permissions };

    private static string Show(LoginPermissions permissions)
    {
        AuthenticatedUser user = User(permissions);
        IForwardingPolicy policy = LimitedForwarding.Of(new EverythingForwarded(), user)!;
        var target = new TcpEndpoint("host", 1);
        string[] given =
        [
            policy.MayConnect(user, target) ? "tcp" : "", policy.MayConnect(user, "/path") ? "unix" : "", policy.MayListen(user, target) is null ? "" : "listen-tcp",
            policy.MayListen(user, "/path") is null ? "" : "listen-unix", policy.MayLendAgent(user) is null ? "" : "agent", policy.MayForwardX11(user) is null ? "" : "x11",
        ];
        return string.Join(' ', given.Where(word => word.Length > 0));
    }

    private sealed class EverythingForwarded : IForwardingPolicy
    {
        public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) => true;

        public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen) => listen;

        public bool MayConnect(AuthenticatedUser user, string socketPath) => true;

        public ForwardOptions? MayListen(AuthenticatedUser user, string socketPath) => ForwardOptions.Default;

        public string? MayLendAgent(AuthenticatedUser user) => "/path";

        public X11Listening? MayForwardX11(AuthenticatedUser user) => new X11Listening();

        public TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit) => throw new InvalidOperationException("Nobody may ask.");
    }
}
