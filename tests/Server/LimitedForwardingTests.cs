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

    [Fact]
    public void Only_what_is_on_the_list_is_connected_to_A82()
    {
        AuthenticatedUser user = User(LoginPermissions.Everything with { PermitOpen = [new("web", 80), new("*", 443), new("db", 0)] });
        IForwardingPolicy policy = LimitedForwarding.Of(new EverythingForwarded(), user)!;
        TcpEndpoint[] asked = [new("web", 80), new("web", 81), new("WEB", 80), new("any", 443), new("db", 5432), new("db2", 5432), new("*", 80)];
        Assert.Equal(["web:80", "any:443", "db:5432"], asked.Where(target => policy.MayConnect(user, target)).Select(target => target.ToString()));
        Assert.False(policy.MayConnect(user, "/path"));
        Assert.NotNull(policy.MayListen(user, "/path"));

        AuthenticatedUser anywhere = User(LoginPermissions.Everything with { PermitOpen = [new("*", 0)] });
        Assert.True(LimitedForwarding.Of(new EverythingForwarded(), anywhere)!.MayConnect(anywhere, "/path"));
    }

    [Fact]
    public void Only_what_is_on_the_list_is_listened_on_A82()
    {
        AuthenticatedUser user = User(LoginPermissions.Everything with { PermitListen = [new("*", 8080), new("10.0.?.*", 0)] });
        IForwardingPolicy policy = LimitedForwarding.Of(new EverythingForwarded(), user)!;
        TcpEndpoint[] asked = [new("", 8080), new("localhost", 8080), new("localhost", 8081), new("10.0.1.2", 1), new("10.00.1.2", 1), new("localhost", 0)];
        Assert.Equal([":8080", "localhost:8080", "10.0.1.2:1"], asked.Where(listen => policy.MayListen(user, listen) is not null).Select(listen => listen.ToString()));
        Assert.NotNull(policy.MayListen(user, "/path"));
        Assert.True(policy.MayConnect(user, "/path"));
    }

    [Theory]
    [InlineData(3, null, "3")]
    [InlineData(3, 3, "3")]
    [InlineData(3, 4, "refused")]
    [InlineData(LoginPermissions.AnyTunnelUnit, null, "any")]
    [InlineData(LoginPermissions.AnyTunnelUnit, 4, "refused")]
    [InlineData(null, 4, "4")]
    [InlineData(null, null, "any")]
    public void A_tunnel_has_the_number_that_the_login_gives(int? forced, int? asked, string given)
    {
        var policy = new EverythingForwarded();
        AuthenticatedUser user = User(LoginPermissions.Everything with { TunnelUnit = forced, Terminal = false });
        Exception? error = Record.Exception(() => LimitedForwarding.Of(policy, user)!.MayTunnel(user, TunnelMode.PointToPoint, asked));
        Assert.Equal(given, error is null ? "refused" : policy.Unit is { } unit ? unit.ToString(System.Globalization.CultureInfo.InvariantCulture) : "any");
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

        public int? Unit { get; private set; }

        public TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit)
        {
            Unit = unit;
            throw new InvalidOperationException("There is no interface.");
        }
    }
}
