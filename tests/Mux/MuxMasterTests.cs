using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Mux;
using Nacre.Tests.Config;
using Nacre.Tests.Forwarding;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;
using Nacre.Tools.Ssh.Mux;
using Nacre.Unix;

namespace Nacre.Tests.Mux;

/// <summary>A master in this process, its connection to a server of the library, and clients that keep to the rules or do not.</summary>
public sealed class MuxMasterTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private LoopbackPair _pair = null!;
    private SshClient _client = null!;
    private ForwardSet _forwards = null!;
    private MuxMaster _master = null!;

    private string ControlPath => _directory["control"];

    public async ValueTask InitializeAsync()
    {
        _pair = await LoopbackPair.StartAsync();
        _client = await _pair.ConnectAsync();
        ClientConfig config = ConfigBed.GoodClient($"ControlMaster yes\nControlPath {ControlPath}\nSendEnv SENT_*\n");
        var trace = new ErrorTrace(LogLevel.Quiet, TextWriter.Null);
        _forwards = new ForwardSet(_client, config, trace);
        _master = MuxMaster.TryStart(_client, config, _forwards, trace)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _master.DisposeAsync();
        await _forwards.DisposeAsync();
        await _client.DisposeAsync();
        await _pair.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void The_socket_is_its_owners_alone() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ControlPath));

    [Fact]
    public void A_client_hears_that_the_master_lives_and_which_process_it_is()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        Assert.Equal(Environment.ProcessId, new MasterClient(link).CheckAlive());
        Assert.True(link.HasInfo);
    }

    [Fact]
    public async Task A_session_gets_its_input_and_gives_its_output_and_status()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        (SafeFileHandle theirInput, SafeFileHandle input) = Descriptors.CreatePipe();
        (SafeFileHandle output, SafeFileHandle theirOutput) = Descriptors.CreatePipe();
        uint session;
        using (theirInput)
        using (theirOutput) session = new MasterClient(link).OpenSession(new PassengerRequest { Command = "echo" }, theirInput, theirOutput, theirOutput);

        await using (var writer = new DescriptorStream(input)) await writer.WriteAsync("given"u8.ToArray());
        await using var reader = new DescriptorStream(output);
        var received = new MemoryStream();
        await reader.CopyToAsync(received);

        Assert.Equal("given", Encoding.UTF8.GetString(received.ToArray()));
        Assert.Equal(0, Ride(link, session).Wait(static () => { }));
    }

    [Fact]
    public void A_failing_programs_status_is_the_clients()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        Assert.Equal(42, Ride(link, OpenOnNull(link, "fail 42")).Wait(static () => { }));
    }

    [Fact]
    public void A_program_that_a_signal_ended_gives_no_status()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        Assert.Equal(255, Ride(link, OpenOnNull(link, "kill TERM")).Wait(static () => { }));
    }

    [Fact]
    public async Task The_session_ends_with_its_client()
    {
        (SafeFileHandle theirInput, SafeFileHandle input) = Descriptors.CreatePipe();
        using (input)
        {
            using (MasterLink link = MasterLink.Connect(ControlPath))
            {
                using (theirInput)
                using (SafeFileHandle nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write)) new MasterClient(link).OpenSession(new PassengerRequest { Command = "echo" }, theirInput, nowhere, nowhere);
                Assert.Equal(1, _client.Multiplexer.ChannelCount);
            }

            await _client.Multiplexer.WhenNoChannels().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public void A_forward_is_there_once_however_often_it_is_asked_for_and_goes_when_it_is_cancelled()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        var client = new MasterClient(link);
        Forward forward = Parse($"{_directory["listen"]}:127.0.0.1:{_pair.Port}");

        Assert.Null(client.OpenForward(MuxForwardKind.Local, forward));
        Assert.Null(client.OpenForward(MuxForwardKind.Local, forward));
        Assert.Single(_forwards.Active);
        client.CloseForward(MuxForwardKind.Local, forward);
        Assert.Empty(_forwards.Active);
        Assert.Equal("port not forwarded", Assert.Throws<MuxRefusal>(() => client.CloseForward(MuxForwardKind.Local, forward)).Message);
    }

    [Fact]
    public void The_port_that_the_server_chose_is_told_each_time()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        var client = new MasterClient(link);
        Assert.True(Forward.TryParseRemote($"127.0.0.1:0:127.0.0.1:{_pair.Port}", out Forward? forward));

        int? first = client.OpenForward(MuxForwardKind.Remote, forward!);

        Assert.InRange(first!.Value, 1, 65535);
        Assert.Equal(first, client.OpenForward(MuxForwardKind.Remote, forward!));
    }

    [Fact]
    public void It_tells_of_its_connection_and_its_channels()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        var client = new MasterClient(link);
        Assert.Contains($"pid {Environment.ProcessId}", client.ReadInfo("connection"), StringComparison.Ordinal);
        Assert.StartsWith("The following connections are open:", client.ReadInfo("channels"), StringComparison.Ordinal);
        Assert.Equal("unknown info request", Assert.Throws<MuxRefusal>(() => client.ReadInfo("passwords")).Message);
    }

    [Fact]
    public void After_stop_nobody_connects_and_the_socket_is_gone()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        new MasterClient(link).StopListening();
        Assert.False(File.Exists(ControlPath));
        Assert.Equal(Environment.ProcessId, new MasterClient(link).CheckAlive());
    }

    [Fact]
    public async Task Exit_completes_the_masters_termination()
    {
        using MasterLink link = MasterLink.Connect(ControlPath);
        new MasterClient(link).Terminate();
        await _master.Terminated.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Over_a_proxy_sessions_are_as_over_a_connection_of_ones_own()
    {
        await using SshClient client = ConnectByProxy();
        byte[] data = new byte[5_000_000];
        new Random(3).NextBytes(data);
        await using (RemoteProcess echo = await client.RunAsync("echo"))
        {
            Task writing = WriteAsync(echo, data);
            var received = new MemoryStream();
            await echo.Output.CopyToAsync(received);
            await writing;
            Assert.True(data.AsSpan().SequenceEqual(received.ToArray()));
            Assert.Equal(0u, (await echo.WaitForExitAsync()).Status);
        }

        await using RemoteProcess failing = await client.RunAsync("fail 42");
        var error = new MemoryStream();
        await failing.Error.CopyToAsync(error);
        Assert.Equal(("failing\n", 42u), (Encoding.UTF8.GetString(error.ToArray()), (await failing.WaitForExitAsync()).Status));
        await Assert.ThrowsAsync<Nacre.Protocol.Wire.SshException>(() => client.OpenSubsystemAsync("none"));
    }

    [Fact]
    public async Task Channels_over_a_proxy_end_with_it()
    {
        await using (SshClient client = ConnectByProxy())
        {
            await using RemoteProcess echo = await client.RunAsync("echo");
            Assert.Equal(1, _client.Multiplexer.ChannelCount);
        }

        await _client.Multiplexer.WhenNoChannels().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_the_server_refuses_is_refused_over_a_proxy_too()
    {
        await using SshClient client = ConnectByProxy();
        using TalkingServer taken = TalkingServer.AtPort();
        await Assert.ThrowsAsync<Nacre.Protocol.Connection.ChannelOpenFailedException>(() => client.OpenConnectionAsync(new TcpEndpoint("127.0.0.1", FreePort.Take()), default));
        await Assert.ThrowsAsync<Nacre.Protocol.Wire.SshException>(() => client.ForwardRemoteAsync($"127.0.0.1:{taken.Port}", "127.0.0.1:1"));
        await Assert.ThrowsAsync<Nacre.Protocol.Wire.SshException>(() => client.ForwardRemoteAsync(_directory["no"] + "/where", "127.0.0.1:1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Remote_forwards_over_a_proxy_lead_to_the_process_that_asked_for_each(bool listensAtPath)
    {
        using TalkingServer server = TalkingServer.AtPort();
        using var greeter = new Greeter("for the other");
        await using SshClient one = ConnectByProxy(), other = ConnectByProxy();
        await using RemoteForward first = await one.ForwardRemoteAsync(listensAtPath ? _directory["first"] : "127.0.0.1:0", $"127.0.0.1:{server.Port}");
        await using RemoteForward second = await other.ForwardRemoteAsync(listensAtPath ? _directory["second"] : "127.0.0.1:0", $"127.0.0.1:{greeter.Port}");

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal($"said: {i}", await TalkingServer.AskAsync(EndPointOf(first.Listening), $"{i}"));
            Assert.Equal("for the other", await TalkingServer.AskAsync(EndPointOf(second.Listening), ""));
        }

        await first.DisposeAsync();
        await Assert.ThrowsAnyAsync<SocketException>(() => TalkingServer.ConnectAsync(EndPointOf(first.Listening)));
        Assert.Equal("for the other", await TalkingServer.AskAsync(EndPointOf(second.Listening), ""));
    }

    [Fact]
    public async Task Over_a_proxy_without_replies_a_forward_is_taken_as_granted_and_one_that_needs_a_reply_is_refused()
    {
        using TalkingServer server = TalkingServer.AtPort();
        int port = FreePort.Take();
        await using SshClient client = ConnectByProxy(hasReplies: false);
        await using RemoteForward forward = await client.ForwardRemoteAsync($"127.0.0.1:{port}", $"127.0.0.1:{server.Port}");

        // Only the server knows when it listens.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await IsOpenAsync(EndPointOf(forward.Listening))) await Task.Delay(10, limit.Token);
        Assert.Equal("said: here", await TalkingServer.AskAsync(EndPointOf(forward.Listening), "here"));
        await Assert.ThrowsAsync<Nacre.Protocol.Wire.SshException>(() => client.ForwardRemoteAsync("127.0.0.1:0", "127.0.0.1:1"));
        await Assert.ThrowsAsync<Nacre.Protocol.Wire.SshException>(() => client.ForwardRemoteAsync(_directory["far"], "127.0.0.1:1"));
        await forward.DisposeAsync();
        while (await IsOpenAsync(EndPointOf(forward.Listening))) await Task.Delay(10, limit.Token);
    }

    [Fact]
    public async Task A_remote_forward_over_a_proxy_ends_with_the_process_that_asked_for_it()
    {
        EndPoint listening;
        await using (SshClient client = ConnectByProxy())
        {
            RemoteForward forward = await client.ForwardRemoteAsync("127.0.0.1:0", "127.0.0.1:1");
            listening = EndPointOf(forward.Listening);
            (await TalkingServer.ConnectAsync(listening)).Dispose();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await IsOpenAsync(listening)) await Task.Delay(10, limit.Token);
    }

    [Fact]
    public async Task A_session_over_a_proxy_is_lent_nothing_that_its_master_does_not_lend()
    {
        await using SshClient client = ConnectByProxy();
        using X11Forwarding display = X11Forwarding.WithoutCookie(":0");
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { AgentSocket = _directory["agent"], Display = display });
        Assert.False(process.HasAgent);
        Assert.False(process.HasDisplay);
    }

    [Fact]
    public void A_second_master_finds_the_socket_taken() =>
        Assert.Null(MuxMaster.TryStart(_client, _master.Config, _forwards, _master.Trace));

    [Fact]
    public async Task A_master_leaves_when_its_last_user_has_gone_and_it_takes_no_more()
    {
        Task holding = _master.HoldAsync(staysUnused: true);
        using (MasterLink link = MasterLink.Connect(ControlPath)) new MasterClient(link).StopListening();
        await holding.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("00040001")]
    [InlineData("ffffffff")]
    [InlineData("00000004" + "10000004")]
    [InlineData("00000008" + "00000001" + "00000003")]
    [InlineData("00000008" + "00000001" + "00000004" + "00000008" + "00000001" + "00000004")]
    [InlineData("00000008" + "00000001" + "00000004" + "00000004" + "10000004")]
    [InlineData("00000008" + "00000001" + "00000004" + "0000000c" + "10000002" + "00000000" + "000000ff")]
    [InlineData("00000008" + "00000001" + "00000004" + "00000008" + "10000006" + "00000000")]
    public void A_client_that_breaks_the_rules_is_let_go_and_the_master_goes_on(string hex)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(ControlPath));
        socket.Send(Convert.FromHexString(hex));
        byte[] buffer = new byte[4096];
        int count;
        do
        {
            count = Receive(socket, buffer);
        }
        while (count > 0);

        using MasterLink link = MasterLink.Connect(ControlPath);
        Assert.Equal(Environment.ProcessId, new MasterClient(link).CheckAlive());
    }

    [Fact]
    public void A_session_whose_descriptors_do_not_come_is_refused()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(ControlPath));
        var hello = new MuxHello { Version = MuxMessage.Version };
        var session = new MuxNewSession { RequestId = 5, Command = "echo"u8, EscapeCharacter = MuxNewSession.NoEscape };
        socket.Send([.. MuxMessage.Write(ref hello), .. MuxMessage.Write(ref session), 0, 0, 0]);

        var received = new List<byte>();
        byte[] buffer = new byte[4096];
        for (int count; (count = Receive(socket, buffer)) > 0;) received.AddRange(buffer.AsSpan(0, count));

        Assert.Contains("did not receive file descriptors", Encoding.UTF8.GetString([.. received]), StringComparison.Ordinal);
        Assert.Equal(0, _client.Multiplexer.ChannelCount);
    }

    [Fact]
    public void A_request_that_is_not_known_is_refused_and_the_next_one_answered()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(ControlPath));
        var hello = new MuxHello { Version = MuxMessage.Version };
        var alive = new MuxAliveCheck { RequestId = 2 };
        socket.Send([.. MuxMessage.Write(ref hello), 0, 0, 0, 8, 0x1f, 0, 0, 0, 0, 0, 0, 1, .. MuxMessage.Write(ref alive)]);

        Assert.Equal(MuxMessageType.Hello, MuxMessage.TypeOf(ReadMessage(socket)));
        Assert.Equal(MuxMessageType.Failure, MuxMessage.TypeOf(ReadMessage(socket)));
        byte[] answer = ReadMessage(socket);
        Assert.Equal((MuxMessageType.Alive, 2u), (MuxMessage.TypeOf(answer), MuxMessage.RequestIdOf(answer)));
    }

    private static async Task<bool> IsOpenAsync(EndPoint endpoint)
    {
        try
        {
            (await TalkingServer.ConnectAsync(endpoint)).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static EndPoint EndPointOf(SocketEndpoint listening) => listening.Path is { } path ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, listening.Port);

    private static async Task WriteAsync(RemoteProcess process, byte[] data)
    {
        await process.Input.WriteAsync(data);
        await process.Input.CompleteAsync();
    }

    private SshClient ConnectByProxy(bool hasReplies = true)
    {
        MasterLink link = MasterLink.Connect(ControlPath);
        new MasterClient(link).BecomeProxy();
        return SshClient.OverProxy(new NetworkStream(link.Socket, ownsSocket: true), TimeProvider.System, hasReplies && link.HasReplies);
    }

    private static PassengerRide Ride(MasterLink link, uint session) => new(link, new ErrorTrace(LogLevel.Quiet, TextWriter.Null)) { MasterPid = 0, Session = session };

    private static uint OpenOnNull(MasterLink link, string command)
    {
        using SafeFileHandle input = File.OpenHandle("/dev/null"), output = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        return new MasterClient(link).OpenSession(new PassengerRequest { Command = command }, input, output, output);
    }

    private static Forward Parse(string text)
    {
        Assert.True(Forward.TryParseLocal(text, out Forward? forward));
        return forward!;
    }

    private static byte[] ReadMessage(Socket socket)
    {
        byte[] header = new byte[MuxMessage.HeaderLength];
        Fill(socket, header);
        byte[] message = new byte[MuxMessage.ReadLength(header)];
        Fill(socket, message);
        return message;
    }

    private static void Fill(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[socket.Receive(bytes)..];
    }

    // Who closes with bytes unread resets the connection, which is an end as well.
    private static int Receive(Socket socket, byte[] buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return 0;
        }
    }
}
