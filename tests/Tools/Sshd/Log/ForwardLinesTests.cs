using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Server;
using Nacre.Tools.Sshd.Log;

namespace Nacre.Tests.Tools.Sshd.Log;

public sealed class ForwardLinesTests
{
    private const string Place = "192.0.2.7 port 4711";

    [Theory]
    [InlineData(nameof(ForwardTroubleKind.Refused), "", LogLevel.Info, $"Received request from {Place} to connect to host h\\001 port 80, but the request was denied.")]
    [InlineData(nameof(ForwardTroubleKind.UnknownHost), "Name or service not known", LogLevel.Error, "connect_to h\\001: unknown host (Name or service not known)")]
    [InlineData(nameof(ForwardTroubleKind.Unreached), "Connection refused", LogLevel.Error, "connect_to h\\001 port 80: failed.")]
    [InlineData(nameof(ForwardTroubleKind.Unbound), "Address already in use", LogLevel.Verbose, "bind [h\\001]:80: Address already in use")]
    internal void A_forward_to_a_host_is_told_as_OpenSSH_tells_it(string kind, string reason, LogLevel level, string line)
    {
        var trouble = new ForwardTrouble(Enum.Parse<ForwardTroubleKind>(kind), new TcpEndpoint("h\u0001", 80), reason);
        Assert.Equal([new LogLine(level, line)], new ForwardLines(Place).Of(trouble));
    }

    [Theory]
    [InlineData(nameof(ForwardTroubleKind.Refused), $"Received request from {Place} to connect to path /run/s, but the request was denied.")]
    [InlineData(nameof(ForwardTroubleKind.Unreached), "connect_to /run/s port -2: failed.")]
    [InlineData(nameof(ForwardTroubleKind.NotListening), "unix_listener: cannot bind to path /run/s: Permission denied")]
    internal void A_forward_to_a_path_is_told_as_OpenSSH_tells_it(string kind, string line)
    {
        var trouble = new ForwardTrouble(Enum.Parse<ForwardTroubleKind>(kind), SocketEndpoint.AtPath("/run/s"), "Permission denied");
        Assert.Equal(line, Assert.Single(new ForwardLines(Place).Of(trouble)).Text);
    }

    [Fact]
    public void A_port_that_cannot_be_listened_at_takes_two_lines()
    {
        var trouble = new ForwardTrouble(ForwardTroubleKind.NotListening, new TcpEndpoint("127.0.0.1", 99), "Permission denied");
        Assert.Equal(["bind [127.0.0.1]:99: Permission denied", "channel_setup_fwd_listener_tcpip: cannot listen to port: 99"], new ForwardLines(Place).Of(trouble).Select(line => line.Text));
    }
}
