using Nacre.Config;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

/// <summary>What the values of a client's keywords mean; their dumps are compared with those of ssh elsewhere.</summary>
public class ClientValueTests
{
    [Fact]
    public void What_is_not_said_has_the_defaults_of_OpenSSH()
    {
        ClientConfig config = ConfigBed.GoodClient("");
        Assert.Equal(new AddKeys(AddKeysChoice.No), config.AddKeysToAgent);
        Assert.Equal(new AgentForwarding(false), config.ForwardAgent);
        Assert.Equal(new ControlPersistence(false), config.ControlPersist);
        Assert.Equal(new TunnelDevices(null, null), config.TunnelDevice);
        Assert.Equal(new IpQos(0xb8, 0), config.IPQoS);
        Assert.Equal((UnixFileMode)0x7f, config.StreamLocalBindMask);
        Assert.Equal(TimeSpan.FromMilliseconds(20), config.ObscureKeystrokeTiming);
        Assert.Equal(TimeSpan.FromMinutes(20), config.ForwardX11Timeout);
        Assert.Equal(AskChoice.Yes, config.UpdateHostKeys);
        Assert.Equal(["ed"], config.CASignatureAlgorithms);
        Assert.True(config.PermitRemoteOpen.IsAny);
        Assert.Null(config.ControlPath);
        Assert.Empty(config.DynamicForwards);
        Assert.Empty(config.CertificateFiles);
        Assert.Empty(config.ChannelTimeout);
    }

    [Theory]
    [InlineData("no", "")]
    [InlineData("yes", "")]
    [InlineData("~/agent", "/home/alice/agent")]
    [InlineData("${MINE}/%h", "/run/mine/host.example.com")]
    [InlineData("$MINE", "/run/mine")]
    public void An_agent_is_forwarded_from_its_socket(string value, string path)
    {
        AgentForwarding forwarding = ConfigBed.GoodClient($"ForwardAgent {value}\n").ForwardAgent;
        Assert.Equal((value != "no", path), (forwarding.IsOn, forwarding.Path ?? ""));
    }

    [Fact]
    public void An_agent_that_a_variable_does_not_name_is_not_forwarded() =>
        Assert.Equal(new AgentForwarding(false), ConfigBed.GoodClient("ForwardAgent $NONE\n").ForwardAgent);

    [Fact]
    public void A_control_path_is_expanded()
    {
        ClientConfig config = ConfigBed.GoodClient("ControlPath ~/%r@%n:%p-%j\nProxyJump gate\n");
        Assert.Equal("/home/alice/alice@host.example.com:22-gate", config.ControlPath);
        Assert.Contains("controlpath /home/alice/alice@host.example.com:22-gate", config.Dump());
        Assert.Null(ConfigBed.GoodClient("ControlPath none\n").ControlPath);
    }

    [Fact]
    public void A_hash_of_a_connection_counts_the_machines_in_between()
    {
        string direct = ConfigBed.GoodClient("ControlPath %C\n").ControlPath!;
        Assert.Equal(40, direct.Length);
        Assert.NotEqual(direct, ConfigBed.GoodClient("ControlPath %C\nProxyJump gate\n").ControlPath);
    }

    [Theory]
    [InlineData("interval:1", 1)]
    [InlineData("interval:1000", 1000)]
    [InlineData("no", 0)]
    public void Keystrokes_have_an_interval(string value, int milliseconds)
    {
        ClientConfig config = ConfigBed.GoodClient($"ObscureKeystrokeTiming {value}\n");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), config.ObscureKeystrokeTiming);
        Assert.Contains($"obscurekeystroketiming {value}", config.Dump());
    }

    [Theory]
    [InlineData("ObscureKeystrokeTiming interval:0", "Bad obscurekeystroketiming interval: interval:0; it must be from 1 to 1000 milliseconds.")]
    [InlineData("ObscureKeystrokeTiming interval:1001", "Bad obscurekeystroketiming interval: interval:1001; it must be from 1 to 1000 milliseconds.")]
    [InlineData("ObscureKeystrokeTiming 20", "Bad obscurekeystroketiming argument: 20; it must be yes, no or interval:milliseconds.")]
    [InlineData("ChannelTimeout session", "invalid channel timeout session")]
    [InlineData("ChannelTimeout session=1x", "invalid channel timeout session=1x")]
    [InlineData("ChannelTimeout none session=1", "keyword channeltimeout \"none\" argument must appear alone.")]
    [InlineData("TunnelDevice 2147483646", "Bad tun device.")]
    [InlineData("StreamLocalBindMask 1000", "Bad mask.")]
    [InlineData("StreamLocalBindMask 0x1f", "Bad mask.")]
    [InlineData("PermitRemoteOpen :1", "missing host in permitremoteopen")]
    [InlineData("RevokedHostKeys none a", "keyword revokedhostkeys \"none\" argument must appear alone.")]
    [InlineData("WarnWeakCrypto maybe", "unsupported option \"maybe\".")]
    public void A_value_that_is_out_of_range_is_refused(string line, string complaint) =>
        Assert.Equal($"/home/alice/.ssh/config line 1: {complaint}", ConfigBed.ClientComplaints(line)[0]);

    [Fact]
    public void Channels_have_times_by_their_type()
    {
        ClientConfig config = ConfigBed.GoodClient("ChannelTimeout session=5m *=1 global=0\n");
        Assert.Equal([("session", 300), ("*", 1), ("global", 0)], config.ChannelTimeout.Select(limit => (limit.Type, (int)limit.Timeout.TotalSeconds)));
        Assert.Contains("channeltimeout session=5m *=1 global=0", config.Dump());
    }

    [Theory]
    [InlineData("lowdelay throughput", null, null, "none none")]
    [InlineData("ef", 0xb8, 0xb8, "ef ef")]
    [InlineData("0x48 none", 0x48, null, "af21 none")]
    [InlineData("va 255", 0xb0, 0xff, "va 0xff")]
    public void Packets_are_marked(string value, int? interactive, int? bulk, string shown)
    {
        ClientConfig config = ConfigBed.GoodClient($"IPQoS {value}\n");
        Assert.Equal(new IpQos((byte?)interactive, (byte?)bulk), config.IPQoS);
        Assert.Contains($"ipqos {shown}", config.Dump());
    }

    [Fact]
    public void Revoked_keys_may_be_in_several_files()
    {
        ClientConfig config = ConfigBed.GoodClient("RevokedHostKeys ~/a ${MINE}/%h\n");
        Assert.Equal(["/home/alice/a", "/run/mine/host.example.com"], config.RevokedHostKeys);
        Assert.Contains("revokedhostkeys /home/alice/a /run/mine/host.example.com", config.Dump());
    }

    [Fact]
    public void Late_tokens_are_expanded_when_they_are_known()
    {
        ClientConfig config = ConfigBed.GoodClient("KnownHostsCommand /bin/keys %H %h\nLocalCommand echo %T %%\n");
        Assert.True(config.TryExpandLate(ClientKeywords.KnownHostsCommand, config.KnownHostsCommand!, new Dictionary<char, string> { ['H'] = "[h]:23" }, out string command, out _));
        Assert.Equal("/bin/keys [h]:23 host.example.com", command);
        Assert.True(config.TryExpandLate(ClientKeywords.LocalCommand, config.LocalCommand!, new Dictionary<char, string> { ['T'] = "tun3" }, out string local, out _));
        Assert.Equal("echo tun3 %", local);
        Assert.False(config.TryExpandLate(ClientKeywords.KnownHostsCommand, "%T", new Dictionary<char, string> { ['T'] = "x" }, out _, out string error));
        Assert.Equal("unknown key %T; write %% for a percent sign", error);
    }

    [Theory]
    [InlineData("u-%n", "u-host.example.com")]
    [InlineData("${HOME}", "/home/alice")]
    [InlineData("literal$", "literal$")]
    public void A_user_may_be_made_of_tokens(string written, string user) =>
        Assert.Equal(user, ConfigBed.GoodClient($"User {written}\n").User);

    [Theory]
    [InlineData("%r", "keyword user: unknown key %r; write %% for a percent sign")]
    [InlineData("${NONE}", "keyword user: env var ${NONE} has no value")]
    [InlineData("%%$(id)", "remote username contains invalid characters")]
    public void A_user_that_tokens_make_something_else_of_is_refused(string written, string complaint) =>
        Assert.Equal($"/home/alice/.ssh/config line 1: {complaint}", ConfigBed.ClientComplaints($"User {written}\n")[0]);

    [Theory]
    [InlineData("gate-%h", "gate-host.example.com")]
    [InlineData("%r@gate:2222", "alice@gate:2222")]
    public void The_machines_in_between_may_be_made_of_tokens(string written, string machines) =>
        Assert.Equal(machines, ConfigBed.GoodClient($"ProxyJump {written}\n").ProxyJump);
}
