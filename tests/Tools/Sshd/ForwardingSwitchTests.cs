using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;
using Nacre.Server;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd;

namespace Nacre.Tests.Tools.Sshd;

/// <summary>Each switch of the configuration and of a login against each kind of forwarding that a client can ask for.</summary>
public sealed class ForwardingSwitchTests
{
    private const string Everything = "tcp unix tcp-listen unix-listen agent x11 tunnel";

    /// <summary>The switch, and what is left of everything.</summary>
    public static TheoryData<string, string> Switches => new()
    {
        { "", Everything },
        { "DisableForwarding yes", "" },
        { "AllowTcpForwarding no", "unix-listen agent x11 tunnel" },
        { "AllowTcpForwarding local", "tcp unix unix-listen agent x11 tunnel" },
        { "AllowTcpForwarding remote", "tcp-listen unix-listen agent x11 tunnel" },
        { "AllowStreamLocalForwarding no", "tcp tcp-listen agent x11 tunnel" },
        { "AllowStreamLocalForwarding local", "tcp unix tcp-listen agent x11 tunnel" },
        { "AllowStreamLocalForwarding remote", "tcp tcp-listen unix-listen agent x11 tunnel" },
        { "PermitOpen none", "tcp-listen unix-listen agent x11 tunnel" },
        { "PermitOpen other:1", "tcp-listen unix-listen agent x11 tunnel" },
        { "PermitOpen host:8080", "tcp tcp-listen unix-listen agent x11 tunnel" },
        { "PermitOpen *:*", Everything },
        { "PermitListen none", "tcp unix unix-listen agent x11 tunnel" },
        { "PermitListen 1", "tcp unix unix-listen agent x11 tunnel" },
        { "PermitListen 8080", Everything },
        { "AllowAgentForwarding no", "tcp unix tcp-listen unix-listen x11 tunnel" },
        { "X11Forwarding no", "tcp unix tcp-listen unix-listen agent tunnel" },
        { "PermitTunnel no", "tcp unix tcp-listen unix-listen agent x11" },
        { "PermitTunnel ethernet", "tcp unix tcp-listen unix-listen agent x11" },
        { "PermitTunnel point-to-point", Everything },
    };

    /// <summary>The options of a line of authorized_keys, and what is left of everything.</summary>
    public static TheoryData<string, string> Options => new()
    {
        { "pty", Everything },
        { "restrict", "" },
        { "restrict,port-forwarding", "tcp unix tcp-listen unix-listen tunnel" },
        { "restrict,tunnel=\"0\"", "" },
        { "no-port-forwarding", "agent x11" },
        { "no-agent-forwarding", "tcp unix tcp-listen unix-listen x11 tunnel" },
        { "no-x11-forwarding", "tcp unix tcp-listen unix-listen agent tunnel" },
        { "permitopen=\"other:1\"", "tcp-listen unix-listen agent x11 tunnel" },
        { "permitopen=\"host:8080\"", "tcp tcp-listen unix-listen agent x11 tunnel" },
        { "permitlisten=\"1\"", "tcp unix unix-listen agent x11 tunnel" },
        { "permitopen=\"host:8080\",restrict", "" },
    };

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task A_switch_of_the_configuration_leaves_only_what_it_is_not_about_A82(string line, string left) =>
        Assert.Equal(left, await ShowAsync(line, LoginPermissions.Everything));

    [Theory]
    [MemberData(nameof(Options))]
    public async Task An_option_of_a_key_leaves_only_what_it_is_not_about_A82(string options, string left) =>
        Assert.Equal(left, await ShowAsync("", KeyOptions.Parse(options, out _)!.Permissions));

    [Fact]
    public async Task No_option_of_a_key_gives_what_the_configuration_refuses_A82() =>
        Assert.Equal("", await ShowAsync("DisableForwarding yes", KeyOptions.Parse("port-forwarding,agent-forwarding,x11-forwarding,tunnel=\"1\",permitopen=\"*:*\",permitlisten=\"*:*\"", out _)!.Permissions));

    private static async Task<string> ShowAsync(string line, LoginPermissions permissions)
    {
        var text = new StringWriter();
        using SshdLog log = SshdLog.To(LogLevel.Debug3, text);
        string allowed = "\nX11Forwarding yes\nPermitTunnel yes\nXAuthLocation /bin/true\n";
        var user = new AuthenticatedUser(Environment.UserName, []) { Permissions = permissions };
        IForwardingPolicy policy = LimitedForwarding.Of(new UserForwarding(ClientConnection.OnPipes(ConfigBed.GoodServer(line + allowed)), log), user)!;
        var target = new TcpEndpoint("host", 8080);
        string[] given =
        [
            policy.MayConnect(user, target) ? "tcp" : "", policy.MayConnect(user, "/path") ? "unix" : "", policy.MayListen(user, target) is null ? "" : "tcp-listen",
            policy.MayListen(user, "/path") is null ? "" : "unix-listen", policy.MayLendAgent(user) is null ? "" : "agent", policy.MayForwardX11(user) is null ? "" : "x11",
            await MakesTunnelAsync(policy, user, text) ? "tunnel" : "",
        ];
        return string.Join(' ', given.Where(word => word.Length > 0));
    }

    // Who may have one and gets none, since this machine or user has no such device, is told so and not that it is forbidden.
    private static async Task<bool> MakesTunnelAsync(IForwardingPolicy policy, AuthenticatedUser user, StringWriter log)
    {
        await using TunnelDevice? device = policy.MayTunnel(user, TunnelMode.PointToPoint, null);
        return device is not null || log.ToString().Contains("Failed to open the tunnel device", StringComparison.Ordinal);
    }
}
