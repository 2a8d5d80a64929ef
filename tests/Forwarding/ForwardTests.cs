using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Client;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Forwarding;

/// <summary>The library's forwards, with both ends ours.</summary>
public sealed class ForwardTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_local_forward_leads_from_a_port_or_a_path_to_a_port_or_a_path(bool listensAtPath, bool leadsToPath)
    {
        using TalkingServer server = leadsToPath ? TalkingServer.AtPath(_directory["there"]) : TalkingServer.AtPort();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        string target = leadsToPath ? _directory["there"] : $"127.0.0.1:{server.Port}";
        await using LocalForward forward = await client.ForwardLocalAsync(listensAtPath ? _directory["here"] : "127.0.0.1:0", target);
        Assert.Equal("said: hello", await TalkingServer.AskAsync(EndPointOf(forward.Listening), "hello"));
        Assert.Equal(target, forward.Target.ToString());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_remote_forward_leads_from_a_port_or_a_path_to_a_port_or_a_path(bool listensAtPath, bool leadsToPath)
    {
        using TalkingServer server = leadsToPath ? TalkingServer.AtPath(_directory["here"]) : TalkingServer.AtPort();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        string target = leadsToPath ? _directory["here"] : $"127.0.0.1:{server.Port}";
        RemoteForward forward = await client.ForwardRemoteAsync(listensAtPath ? _directory["there"] : "127.0.0.1:0", target);
        EndPoint listening = EndPointOf(forward.Listening);
        Assert.Equal("said: hello", await TalkingServer.AskAsync(listening, "hello"));
        await forward.DisposeAsync();
        await Assert.ThrowsAnyAsync<SocketException>(() => TalkingServer.AskAsync(listening, "again"));
        Assert.False(File.Exists(_directory["there"]));
    }

    [Fact]
    public async Task A_socket_of_ours_is_for_its_owner_alone_and_goes_with_its_forward()
    {
        string path = _directory["socket"];
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using (await client.ForwardLocalAsync(path, "127.0.0.1:9"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

            // nothing is taken over unless that is asked for.
            await Assert.ThrowsAnyAsync<IOException>(() => client.ForwardLocalAsync(path, "127.0.0.1:9"));
            const UnixFileMode all = (UnixFileMode)0b111_111_111;
            var options = new ForwardOptions { ReplacesSocket = true, SocketMode = all };
            await using LocalForward second = await client.ForwardLocalAsync(path, "127.0.0.1:9", options);
            Assert.Equal(all, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_socket_that_replaced_ours_stays_when_our_forward_ends()
    {
        string path = _directory["socket"];
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        LocalForward first = await client.ForwardLocalAsync(path, "127.0.0.1:9");
        await using LocalForward second = await client.ForwardLocalAsync(path, "127.0.0.1:9", new ForwardOptions { ReplacesSocket = true });
        await first.DisposeAsync();
        Assert.True(File.Exists(path));
    }

    [Theory]
    [InlineData(107, true)]
    [InlineData(108, false)]
    public async Task The_path_of_a_socket_has_a_longest_length(int length, bool isGood)
    {
        string path = _directory[new string('s', length - _directory.Path.Length - 1)];
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        if (!isGood)
        {
            await Assert.ThrowsAsync<FormatException>(() => client.ForwardLocalAsync(path, "127.0.0.1:9"));
            return;
        }

        await using LocalForward forward = await client.ForwardLocalAsync(path, "127.0.0.1:9");
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task A_server_permits_Unix_sockets_only_by_its_policy_A82()
    {
        using TalkingServer server = TalkingServer.AtPath(_directory["there"]);
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = new TcpOnly() });
        await using SshClient client = await pair.ConnectAsync();
        var failures = new System.Collections.Concurrent.BlockingCollection<Exception>();
        await using LocalForward forward = await client.ForwardLocalAsync("127.0.0.1:0", _directory["there"], new ForwardOptions { OnFailure = failures.Add });
        using (await TalkingServer.ConnectAsync(EndPointOf(forward.Listening))) Assert.Equal("open failed: administratively prohibited: open failed", failures.Take(Ct).Message);
        await Assert.ThrowsAsync<SshException>(() => client.ForwardRemoteAsync(_directory["remote"], "127.0.0.1:9"));
        Assert.False(File.Exists(_directory["remote"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_leads_to_a_port_or_a_path_at_the_servers_side(bool leadsToPath)
    {
        EndPoint there = leadsToPath ? new UnixDomainSocketEndPoint(_directory["there"]) : new IPEndPoint(IPAddress.Loopback, 0);
        using var listening = new Socket(there.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(there);
        listening.Listen();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        Stream stream = await client.OpenStreamAsync(leadsToPath ? _directory["there"] : listening.LocalEndPoint!.ToString()!, Ct);
        using Socket accepted = await listening.AcceptAsync(Ct);
        byte[] received = new byte[5];
        await stream.WriteAsync("hello"u8.ToArray(), Ct);
        await new NetworkStream(accepted).ReadExactlyAsync(received, Ct);
        Assert.Equal("hello", Encoding.UTF8.GetString(received));
        await accepted.SendAsync("world"u8.ToArray(), Ct);
        await stream.ReadExactlyAsync(received, Ct);
        Assert.Equal("world", Encoding.UTF8.GetString(received));
        await stream.DisposeAsync();
        Assert.Equal(0, await accepted.ReceiveAsync(received, Ct));

        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => client.OpenStreamAsync(_directory["nowhere"], Ct));
        await Assert.ThrowsAsync<FormatException>(() => client.OpenStreamAsync("nothing", Ct));
    }

    [Fact]
    public async Task A_dynamic_forward_leads_where_its_SOCKS_clients_say()
    {
        using TalkingServer server = TalkingServer.AtPort();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using LocalForward proxy = await client.ForwardDynamicAsync("127.0.0.1:0");
        Assert.Null(proxy.Target);
        EndPoint here = EndPointOf(proxy.Listening);
        Assert.Equal("said: by four", await ThroughSocksAsync(here, "0401" + Hex(server.Port) + "7f00000100", "005A000000000000", "by four"));
        Assert.Equal("said: by four a", await ThroughSocksAsync(here, "0401" + Hex(server.Port) + "0000000100" + LocalhostHex + "00", "005A000000000000", "by four a"));
        Assert.Equal("said: by five", await ThroughSocksAsync(here, "050100050100017f000001" + Hex(server.Port), "0500" + "05000001000000000000", "by five"));
        Assert.Equal("said: by name", await ThroughSocksAsync(here, "05010005010003" + "09" + LocalhostHex + Hex(server.Port), "0500" + "05000001000000000000", "by name"));
    }

    [Fact]
    public async Task A_SOCKS_client_is_told_that_nobody_answers()
    {
        int closed;
        using (TalkingServer gone = TalkingServer.AtPort()) closed = gone.Port;
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using LocalForward proxy = await client.ForwardDynamicAsync("127.0.0.1:0");
        Assert.Equal("", await ThroughSocksAsync(EndPointOf(proxy.Listening), "050100050100017f000001" + Hex(closed), "0500" + "05050001000000000000", ""));
    }

    [Fact]
    public async Task A_remote_dynamic_forward_leads_where_its_SOCKS_clients_may_go()
    {
        using TalkingServer permitted = TalkingServer.AtPort();
        using TalkingServer forbidden = TalkingServer.AtPort();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        var failures = new System.Collections.Concurrent.BlockingCollection<Exception>();
        var options = new ForwardOptions { PermitsTarget = target => target.Port == permitted.Port, OnFailure = failures.Add };
        await using RemoteForward proxy = await client.ForwardRemoteDynamicAsync("127.0.0.1:0", options);
        EndPoint there = EndPointOf(proxy.Listening);
        Assert.Equal("said: this", await ThroughSocksAsync(there, "050100050100017f000001" + Hex(permitted.Port), "0500" + "05000001000000000000", "this"));
        Assert.Equal("", await ThroughSocksAsync(there, "050100050100017f000001" + Hex(forbidden.Port), "0500" + "05020001000000000000", ""));
        Assert.Contains("is not permitted", failures.Take(Ct).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Ten_thousand_connections_pass_through_one_forward_and_leave_nothing_behind_A65()
    {
        const int atOnce = 100, rounds = 100;
        using TalkingServer server = TalkingServer.AtPort();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using LocalForward forward = await client.ForwardLocalAsync(_directory["here"], $"127.0.0.1:{server.Port}");
        EndPoint here = EndPointOf(forward.Listening);
        for (int round = 0; round < rounds; round++)
        {
            string[] answers = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(i => TalkingServer.AskAsync(here, $"{round}/{i}")));
            Assert.Equal(Enumerable.Range(0, atOnce).Select(i => $"said: {round}/{i}"), answers);
        }

        for (int i = 0; i < 1000 && client.Multiplexer.ChannelCount > 0; i++) await client.Multiplexer.SendKeepAliveAsync(Ct);
        Assert.Equal(0, client.Multiplexer.ChannelCount);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_forward_holds_thousands_of_connections_at_once()
    {
        const int count = 3000;
        using TalkingServer server = TalkingServer.AtPort();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Connection = options.Connection with { MaximumChannels = count } });
        await using SshClient client = await pair.ConnectAsync();
        await using LocalForward forward = await client.ForwardLocalAsync("127.0.0.1:0", $"127.0.0.1:{server.Port}");
        var sockets = new List<Socket>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                Socket socket = await TalkingServer.ConnectAsync(EndPointOf(forward.Listening));
                sockets.Add(socket);
                await socket.SendAsync("held"u8.ToArray());
            }

            for (int i = 0; i < count; i++) Assert.Equal($"said: held {i}", await TalkingServer.AskAsync(sockets[i], $" {i}"));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_connection_that_nobody_reads_does_not_stop_the_others_L04()
    {
        const int more = 64 * 1024 * 1024;
        using var source = new TcpListener(IPAddress.Loopback, 0);
        source.Start();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using LocalForward forward = await client.ForwardLocalAsync("127.0.0.1:0", source.LocalEndpoint.ToString()!);
        using Socket stalled = await TalkingServer.ConnectAsync(EndPointOf(forward.Listening));
        using Socket stalledSource = await source.AcceptSocketAsync(Ct);
        using var stop = new CancellationTokenSource();
        Task flood = FloodAsync(stalledSource, stop.Token);
        using Socket read = await TalkingServer.ConnectAsync(EndPointOf(forward.Listening));
        using Socket readSource = await source.AcceptSocketAsync(Ct);
        Task feed = FloodAsync(readSource, stop.Token);

        byte[] buffer = new byte[256 * 1024];
        for (long received = 0; received < more;) received += await read.ReceiveAsync(buffer, Ct);
        await stop.CancelAsync();
        await Task.WhenAll(flood, feed);
    }

    private const string LocalhostHex = "6C6F63616C686F7374";

    private static string Hex(int port) => port.ToString("x4", System.Globalization.CultureInfo.InvariantCulture);

    private static EndPoint EndPointOf(SocketEndpoint endpoint) =>
        endpoint.Path is { } path ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Parse(endpoint.Tcp.Host), endpoint.Port);

    private static async Task<string> ThroughSocksAsync(EndPoint proxy, string request, string reply, string question)
    {
        using Socket socket = await TalkingServer.ConnectAsync(proxy);
        await socket.SendAsync(Convert.FromHexString(request));
        byte[] replied = new byte[reply.Length / 2];
        await new NetworkStream(socket).ReadExactlyAsync(replied);
        Assert.Equal(reply, Convert.ToHexString(replied));
        return await TalkingServer.AskAsync(socket, question);
    }

    private static async Task FloodAsync(Socket socket, CancellationToken ct)
    {
        byte[] block = new byte[64 * 1024];
        try
        {
            while (true) await socket.SendAsync(block, ct);
        }
        catch (OperationCanceledException)
        {
            // It was enough.
        }
    }

    private sealed class TcpOnly : Nacre.Server.IForwardingPolicy
    {
        public bool MayConnect(Nacre.Protocol.Authentication.AuthenticatedUser user, TcpEndpoint target) => true;

        public TcpEndpoint? MayListen(Nacre.Protocol.Authentication.AuthenticatedUser user, TcpEndpoint listen) => listen;
    }
}
