using System.Globalization;
using Nacre.Client;
using Nacre.Forwarding;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Server;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Interop;

/// <summary>Tunnels between real network interfaces, each put into a network of its own, so that nothing but the tunnel joins them.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class TunnelTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TunnelMode.PointToPoint)]
    [InlineData(TunnelMode.Ethernet)]
    public async Task The_library_joins_two_networks(TunnelMode mode)
    {
        RequireInterfaces();
        var policy = new OpenTunnels();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = policy });
        await using SshClient client = await pair.ConnectAsync();
        await using TunnelForward tunnel = await client.ForwardTunnelAsync(mode, ct: Ct);

        await CarriesAsync(tunnel.Device.Name, policy.Opened!.Name);
        string there = policy.Opened.Name;
        await tunnel.DisposeAsync();
        while (policy.Opened.Name == there && await ExistsAsync(there)) await Task.Yield();
    }

    [Fact]
    public async Task A_server_whose_policy_says_nothing_of_tunnels_makes_none()
    {
        RequireInterfaces();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();

        ChannelOpenFailedException refused = await Assert.ThrowsAsync<ChannelOpenFailedException>(() => client.ForwardTunnelAsync(TunnelMode.PointToPoint, ct: Ct));
        Assert.Equal(OpenFailureReason.AdministrativelyProhibited, refused.Reason);
    }

    [Theory]
    [InlineData("ours", "ours", "point-to-point", 71)]
    [InlineData("ours", "stock", "point-to-point", 73)]
    [InlineData("stock", "ours", "point-to-point", 75)]
    [InlineData("ours", "stock", "ethernet", 77)]
    [InlineData("stock", "ours", "ethernet", 79)]
    public async Task The_tools_join_two_networks(string client, string server, string mode, int unit)
    {
        RequireInterfaces();
        string[] settings = ["PermitTunnel yes", "PermitRootLogin prohibit-password"];
        await using TestSshd sshd = server == "ours" ? await OurSshd.StartAsync(settings) : await StockSshd.StartAsync(settings);
        string program = client == "ours" ? Requires.PublishedTool("ssh") : Requires.Program("ssh");
        string kind = mode == "ethernet" ? "tap" : "tun";
        string[] arguments = [.. await sshd.ClientArgumentsAsync(), "-o", $"Tunnel={mode}", "-o", $"TunnelDevice={unit}:{unit + 1}", "-o", "ExitOnForwardFailure=yes", "root@127.0.0.1", "echo up; cat"];
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("up", await process.StandardOutput.ReadLineAsync(Ct));
            string far = string.Create(CultureInfo.InvariantCulture, $"{kind}{unit + 1}");
            while (!await ExistsAsync(far)) await Task.Yield();
            await CarriesAsync(string.Create(CultureInfo.InvariantCulture, $"{kind}{unit}"), far);
        }
        finally
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_tunnel_that_the_server_forbids_ends_ssh_only_when_told_so()
    {
        RequireInterfaces();
        await using TestSshd sshd = await OurSshd.StartAsync("PermitTunnel ethernet");
        string[] arguments = ["-o", "Tunnel=point-to-point", "-o", "TunnelDevice=any"];

        RunResult lenient = await sshd.OurSshAsync("echo on", null, arguments);
        RunResult strict = await sshd.OurSshAsync("echo on", null, [.. arguments, "-o", "ExitOnForwardFailure=yes"]);

        Assert.Equal("on\n", lenient.Ends().Output);
        Assert.Contains("Tunnel forwarding failed", lenient.Error, StringComparison.Ordinal);
        Assert.Equal("", strict.Ends(255).Output);
    }

    private static void RequireInterfaces()
    {
        if (!File.Exists("/dev/net/tun")) Assert.Skip("This machine has no /dev/net/tun, so it makes no network interfaces for programs.");
        if (!TestUser.IsRoot) Assert.Skip("Only root makes network interfaces.");
    }

    /// <summary>Puts each interface into a network of its own, gives them addresses, and sends a mebibyte there and back.</summary>
    private static async Task CarriesAsync(string near, string far)
    {
        await using Network left = await Network.CreateAsync(near, "192.0.2.1", "192.0.2.2");
        await using Network right = await Network.CreateAsync(far, "192.0.2.2", "192.0.2.1");
        const string echo = """
            import socket
            s = socket.create_server(("192.0.2.2", 7))
            print("listening", flush=True)
            c, _ = s.accept()
            while True:
                data = c.recv(65536)
                if not data: break
                c.sendall(data)
            """;
        const string ask = """
            import os, socket, threading
            sent = os.urandom(1 << 20)
            c = socket.create_connection(("192.0.2.2", 7), 20)
            threading.Thread(target=lambda: (c.sendall(sent), c.shutdown(socket.SHUT_WR))).start()
            got = b""
            while True:
                data = c.recv(65536)
                if not data: break
                got += data
            print("whole" if got == sent else "broken")
            """;
        using System.Diagnostics.Process server = right.Start(echo);
        try
        {
            Assert.Equal("listening", await server.StandardOutput.ReadLineAsync(Ct));
            using System.Diagnostics.Process asking = left.Start(ask);
            Assert.Equal("whole", await asking.StandardOutput.ReadLineAsync(Ct));
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task<bool> ExistsAsync(string name) => (await Run.Async("ip", ["link", "show", name])).ExitStatus == 0;

    /// <summary>A network namespace with one interface in it.</summary>
    private sealed class Network(string name) : IAsyncDisposable
    {
        public static async Task<Network> CreateAsync(string device, string address, string peer)
        {
            string name = $"nacre-{Environment.ProcessId}-{device}";
            (await Run.Async("ip", ["netns", "add", name])).Ends();
            (await Run.Async("ip", ["link", "set", device, "netns", name])).Ends();
            string[] addressed = device.StartsWith("tap", StringComparison.Ordinal) ? [$"{address}/24"] : [address, "peer", peer];
            (await Run.Async("ip", ["-n", name, "address", "add", .. addressed, "dev", device])).Ends();
            (await Run.Async("ip", ["-n", name, "link", "set", device, "up"])).Ends();
            return new Network(name);
        }

        public System.Diagnostics.Process Start(string script) =>
            System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Requires.Program("ip"), ["netns", "exec", name, "/usr/bin/python3", "-c", script]) { RedirectStandardOutput = true })!;

        public async ValueTask DisposeAsync() => await Run.Async("ip", ["netns", "delete", name]);
    }

    private sealed class OpenTunnels : IForwardingPolicy
    {
        public TunnelDevice? Opened { get; private set; }

        public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) => false;

        public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen) => null;

        public TunnelDevice? MayTunnel(AuthenticatedUser user, TunnelMode mode, int? unit) => Opened = TunnelDevice.Open(mode, unit);
    }
}
