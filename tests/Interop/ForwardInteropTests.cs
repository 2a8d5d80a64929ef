using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Tests.Forwarding;
using Nacre.Unix;

namespace Nacre.Tests.Interop;

/// <summary>Forwards of every kind between our ssh and sshd, as published, and Debian's.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class ForwardInteropTests : IDisposable
{
    private const string OpenToAll = "open";

    private readonly TemporaryDirectory _directory = new();

    public ForwardInteropTests() => _directory.Open(OpenToAll);

    public static TheoryData<string, string> Mixtures => new() { { "ours", "stock" }, { "stock", "ours" }, { "ours", "ours" } };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Mixtures))]
    public async Task Every_kind_of_forward_leads_where_it_should(string client, string server)
    {
        await using TestSshd sshd = await StartAsync(server);
        using TalkingServer atPort = TalkingServer.AtPort();
        using TalkingServer atPath = TalkingServer.AtPath(InOpen("target"));
        File.SetUnixFileMode(InOpen("target"), (UnixFileMode)0b111_111_111);
        int[] ports = [.. Enumerable.Range(0, 6).Select(_ => FreePort.Take())];
        await using BackgroundSsh ssh = await StartAsync(
            client,
            sshd,
            "-L", $"{ports[0]}:127.0.0.1:{atPort.Port}",
            "-L", $"{ports[1]}:{InOpen("target")}",
            "-L", $"{InOpen("l1")}:127.0.0.1:{atPort.Port}",
            "-L", $"{InOpen("l2")}:{InOpen("target")}",
            "-R", $"{ports[2]}:127.0.0.1:{atPort.Port}",
            "-R", $"{ports[3]}:{InOpen("target")}",
            "-R", $"{InOpen("r1")}:127.0.0.1:{atPort.Port}",
            "-R", $"{InOpen("r2")}:{InOpen("target")}",
            "-o", $"DynamicForward={ports[4]}",
            "-R", Text(ports[5]));

        EndPoint[] fixedOnes = [.. ports[..4].Select(AtPort), .. new[] { "l1", "l2", "r1", "r2" }.Select(name => new UnixDomainSocketEndPoint(InOpen(name)))];
        foreach (EndPoint endpoint in fixedOnes) Assert.Equal($"said: {endpoint}", await ssh.AskAsync(endpoint, endpoint.ToString()!));
        foreach (int proxy in ports[4..])
        {
            Assert.Equal("said: 4", await ThroughSocksAsync(ssh, proxy, $"0401{atPort.Port:x4}7f00000100", 8, "4"));
            Assert.Equal("said: 4a", await ThroughSocksAsync(ssh, proxy, $"0401{atPort.Port:x4}00000001006c6f63616c686f737400", 8, "4a"));
            Assert.Equal("said: 5", await ThroughSocksAsync(ssh, proxy, $"050100050100017f000001{atPort.Port:x4}", 12, "5"));
        }

        // A-85: the server's sockets are the user's, and for the user alone.
        Assert.True(FileStatus.TryOfPath(InOpen("r1"), out FileStatus status));
        Assert.Equal((TestUser.Id, 0b110_000_000), ((int)status.Uid, (int)status.Mode));
    }

    [Fact]
    public async Task Our_server_connects_to_Unix_sockets_as_the_user_A85()
    {
        await using TestSshd sshd = await StartAsync("ours");
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(InOpen("target")));
        listening.Listen();
        File.SetUnixFileMode(InOpen("target"), (UnixFileMode)0b111_111_111);
        int port = FreePort.Take();
        await using BackgroundSsh ssh = await StartAsync("stock", sshd, "-L", $"{port}:{InOpen("target")}");
        using Socket connected = await ssh.ConnectAsync(AtPort(port));
        using Socket accepted = await listening.AcceptAsync();
        Assert.Equal(TestUser.Id, (int)PeerCredentials.Of(accepted).Uid);
    }

    [Theory]
    [InlineData("AllowStreamLocalForwarding no", false, false)]
    [InlineData("AllowStreamLocalForwarding local", true, false)]
    [InlineData("AllowStreamLocalForwarding remote", false, true)]
    [InlineData("AllowStreamLocalForwarding yes", true, true)]
    [InlineData("DisableForwarding yes", false, false)]
    [InlineData("PermitOpen 127.0.0.1:80", false, true)]
    [InlineData("PermitListen 127.0.0.1:80", true, true)]
    public async Task Both_servers_permit_Unix_sockets_by_the_same_keywords_A82(string setting, bool isLocalAllowed, bool isRemoteAllowed)
    {
        using TalkingServer target = TalkingServer.AtPath(InOpen("target"));
        File.SetUnixFileMode(InOpen("target"), (UnixFileMode)0b111_111_111);
        foreach (string server in new[] { "stock", "ours" })
        {
            await using TestSshd sshd = await StartAsync(server, setting);
            int port = FreePort.Take();
            await using (BackgroundSsh ssh = await StartAsync("stock", sshd, "-L", $"{port}:{InOpen("target")}"))
            {
                Assert.Equal((server, isLocalAllowed ? "said: hello" : ""), (server, await AskOrBeRefusedAsync(ssh, port)));
            }

            RunResult remote = await sshd.StockSshAsync("echo on", null, "-o", "ExitOnForwardFailure=yes", "-R", $"{InOpen(server)}:127.0.0.1:9");
            Assert.Equal((server, isRemoteAllowed ? "on\n" : ""), (server, remote.Output));
        }
    }

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    [InlineData("clientspecified")]
    public async Task Both_servers_listen_at_the_same_addresses_for_GatewayPorts_A85(string setting)
    {
        foreach (string asked in new[] { "", "*:", "127.0.0.1:", "localhost:", "[::1]:" })
        {
            var listening = new List<string>();
            foreach (string server in new[] { "stock", "ours" })
            {
                await using TestSshd sshd = await StartAsync(server, $"GatewayPorts {setting}");
                int port = FreePort.Take();
                string list = $"cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == \"0A\" && $2 ~ /:{port:X4}$/ {{ sub(/:.*/, \"\", $2); print $2 }}' | sort";
                listening.Add((await sshd.StockSshAsync(list, null, "-o", "ExitOnForwardFailure=yes", "-R", $"{asked}{port}:127.0.0.1:9")).Ends().Output);
            }

            Assert.NotEqual("", listening[0]);
            Assert.Equal(listening[0], listening[1]);
        }
    }

    [Theory]
    [InlineData("any", true)]
    [InlineData("none", false)]
    [InlineData("127.0.0.1:{0}", true)]
    [InlineData("127.0.0.1:1", false)]
    public async Task A_remote_dynamic_forward_goes_where_PermitRemoteOpen_says(string permitted, bool isAllowed)
    {
        await using TestSshd sshd = await StartAsync("stock");
        using TalkingServer target = TalkingServer.AtPort();
        int port = FreePort.Take();
        string setting = string.Format(CultureInfo.InvariantCulture, permitted, target.Port);
        await using BackgroundSsh ssh = await StartAsync("ours", sshd, "-o", $"PermitRemoteOpen={setting}", "-R", Text(port));
        using Socket socket = await ssh.ConnectAsync(AtPort(port));
        Assert.Equal(isAllowed ? "0500" + "05000001000000000000" : "0500" + "05020001000000000000", await AskSocksAsync(socket, $"050100050100017f000001{target.Port:x4}", 12));
    }

    private static Task<BackgroundSsh> StartAsync(string client, TestSshd sshd, params string[] flags) =>
        StartAsync(client == "ours" ? Requires.PublishedTool("ssh") : "ssh", sshd, flags, "-N");

    private static async Task<BackgroundSsh> StartAsync(string program, TestSshd sshd, string[] flags, string none) =>
        BackgroundSsh.Start(program, [.. await sshd.ClientArgumentsAsync(), none, "-o", "ExitOnForwardFailure=yes", .. flags, sshd.Destination]);

    private static async Task<TestSshd> StartAsync(string server, params string[] settings) =>
        server == "ours" ? await OurSshd.StartAsync(settings) : await StockSshd.StartAsync(settings);

    private static IPEndPoint AtPort(int port) => new(IPAddress.Loopback, port);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    // A connection that is refused ends, or is reset when its bytes were on their way.
    private static async Task<string> AskOrBeRefusedAsync(BackgroundSsh ssh, int port)
    {
        try
        {
            return await ssh.AskAsync(AtPort(port), "hello");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<string> ThroughSocksAsync(BackgroundSsh ssh, int proxy, string request, int replyLength, string question)
    {
        using Socket socket = await ssh.ConnectAsync(AtPort(proxy));
        string reply = await AskSocksAsync(socket, request, replyLength);
        Assert.StartsWith(replyLength == 8 ? "005A" : "0500" + "0500", reply, StringComparison.Ordinal);
        return await TalkingServer.AskAsync(socket, question);
    }

    private static async Task<string> AskSocksAsync(Socket socket, string request, int replyLength)
    {
        await socket.SendAsync(Convert.FromHexString(request));
        byte[] reply = new byte[replyLength];
        await new NetworkStream(socket).ReadExactlyAsync(reply);
        return Convert.ToHexString(reply);
    }

    private string InOpen(string name) => Path.Join(_directory[OpenToAll], name);
}
