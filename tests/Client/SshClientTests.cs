using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Client;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Client;

public sealed class SshClientTests
{
    [Fact]
    public async Task A_command_gives_its_output_and_status()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("say hello");
        Assert.Equal("hello", await ReadAllAsync(process.Output));
        Assert.Equal(0u, (await process.WaitForExitAsync()).Status);
    }

    [Fact]
    public async Task Standard_error_and_a_bad_status_come_through()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("fail 42");
        Assert.Equal("failing\n", await ReadAllAsync(process.Error));
        Assert.Equal(42u, (await process.WaitForExitAsync()).Status);
    }

    [Fact]
    public async Task A_signal_that_ended_the_program_is_told()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("kill TERM");
        ProcessExit exit = await process.WaitForExitAsync();
        Assert.Equal(("TERM", null), (exit.Signal, exit.Status));
    }

    [Fact]
    public async Task Sixty_four_megabytes_come_back_as_they_went_over_many_rekeys()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with { Rekey = new RekeyPolicy(4 << 20, 1L << 31, 0) });
        await using RemoteProcess process = await client.RunAsync("echo");
        byte[] sent = new byte[64 << 20];
        new Random(1).NextBytes(sent);
        Task writing = Task.Run(async () =>
        {
            for (int at = 0; at < sent.Length; at += 100_000) await process.Input.WriteAsync(sent.AsMemory(at, Math.Min(100_000, sent.Length - at)));
            await process.Input.CompleteAsync();
        });
        byte[] received = await ReadBytesAsync(process.Output);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received));
        Assert.Equal(0u, (await process.WaitForExitAsync()).Status);
    }

    [Fact]
    public async Task A_local_forward_reaches_a_host_at_the_far_side_and_half_closes()
    {
        using var web = new EchoOnEof();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using LocalForward forward = await client.ForwardLocalAsync("127.0.0.1:0", $"127.0.0.1:{web.Port}");
        Assert.Equal("said: ping", await TalkAsync(forward.Listening.Port, "ping"));
    }

    [Fact]
    public async Task A_remote_forward_reaches_a_host_at_the_near_side()
    {
        using var web = new EchoOnEof();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        RemoteForward forward = await client.ForwardRemoteAsync("127.0.0.1:0", $"127.0.0.1:{web.Port}");
        Assert.NotEqual(0, forward.Listening.Port);
        Assert.Equal("said: pong", await TalkAsync(forward.Listening.Port, "pong"));
        await forward.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(() => TalkAsync(forward.Listening.Port, "again"));
    }

    [Fact]
    public async Task A_remote_forward_that_nobody_waits_for_any_more_is_stopped_when_it_comes()
    {
        using var slow = new SlowListening();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = slow });
        await using SshClient client = await pair.ConnectAsync();
        int port;
        using (var free = new EchoOnEof()) port = free.Port;
        using var cancel = new CancellationTokenSource();
        Task<RemoteForward> forwarding = client.ForwardRemoteAsync($"127.0.0.1:{port}", "127.0.0.1:9", ct: cancel.Token);
        slow.WasAsked.Wait(Ct);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forwarding);
        slow.MayAnswer.Set();

        // The first cannot be had while the server still listens for the forgotten one.
        RemoteForward? again = null;
        for (int i = 0; i < 1000 && again is null; i++)
        {
            try
            {
                again = await client.ForwardRemoteAsync($"127.0.0.1:{port}", "127.0.0.1:9", ct: Ct);
            }
            catch (SshException)
            {
                await client.Multiplexer.SendKeepAliveAsync(Ct);
            }
        }

        Assert.NotNull(again);
        await again.DisposeAsync();
    }

    [Fact]
    public async Task A_forward_can_be_disposed_of_twice()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        LocalForward forward = await client.ForwardLocalAsync("127.0.0.1:0", "127.0.0.1:9");
        await forward.DisposeAsync();
        await forward.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(() => TalkAsync(forward.Listening.Port, "x"));
    }

    [Fact]
    public async Task A_server_that_was_disposed_of_listens_no_more()
    {
        LoopbackPair pair = await LoopbackPair.StartAsync();
        await pair.DisposeAsync();
        await pair.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), Ct));
    }

    [Fact]
    public async Task Without_a_policy_nothing_is_forwarded()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = null });
        await using SshClient client = await pair.ConnectAsync();
        await Assert.ThrowsAsync<SshException>(() => client.ForwardRemoteAsync("127.0.0.1:0", "127.0.0.1:9"));
        await using LocalForward forward = await client.ForwardLocalAsync("127.0.0.1:0", "127.0.0.1:9");
        Assert.Equal("", await TalkOrBeResetAsync(forward.Listening.Port, "x"));
    }

    [Fact]
    public async Task A_host_key_that_the_policy_refuses_ends_the_attempt()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await Assert.ThrowsAsync<HostKeyNotTrustedException>(
            () => pair.ConnectAsync(options => options with { HostKeyPolicy = new LoopbackPair.TrustOnly(LoopbackPair.UserKey.PublicKey) }));
    }

    [Fact]
    public async Task A_client_with_no_key_that_fits_is_told_what_the_server_would_take()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        AuthenticationFailedException error = await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => pair.ConnectAsync(options => options with { Identities = [] }));
        Assert.Contains("publickey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_subsystem_is_refused_and_the_connection_goes_on()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await Assert.ThrowsAsync<SshException>(() => client.OpenSubsystemAsync("nonesuch"));
        await using RemoteProcess process = await client.OpenSubsystemAsync("echo");
        await process.Input.CompleteAsync();
        Assert.Equal("", await ReadAllAsync(process.Output));
    }

    [Fact]
    public async Task When_the_server_goes_away_everything_ends_with_the_reason()
    {
        LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo");
        await pair.DisposeAsync();
        await Assert.ThrowsAnyAsync<SshException>(() => client.Completion);
        await Assert.ThrowsAnyAsync<SshException>(() => process.WaitForExitAsync());
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal static async Task<string> ReadAllAsync(PipeReader reader) => Encoding.UTF8.GetString(await ReadBytesAsync(reader));

    internal static async Task<byte[]> ReadBytesAsync(PipeReader reader)
    {
        using var all = new MemoryStream();
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer) all.Write(segment.Span);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return all.ToArray();
        }
    }

    // A connection that is closed before its bytes were read ends by a reset.
    private static async Task<string> TalkOrBeResetAsync(int port, string text)
    {
        try
        {
            return await TalkAsync(port, text);
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return "";
        }
    }

    private static async Task<string> TalkAsync(int port, string text)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        socket.Shutdown(SocketShutdown.Send);
        using var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all);
        }
        catch (IOException reset) when (reset.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // A refused forward closes its socket; whether it had read our bytes by then, and so ends or resets, is a race.
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>Lets a client listen after the test has said so, the first time.</summary>
    private sealed class SlowListening : IForwardingPolicy, IDisposable
    {
        public ManualResetEventSlim WasAsked { get; } = new();

        public ManualResetEventSlim MayAnswer { get; } = new();

        public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) => false;

        public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen)
        {
            WasAsked.Set();
            MayAnswer.Wait(Ct);
            return listen;
        }

        public void Dispose()
        {
            WasAsked.Dispose();
            MayAnswer.Dispose();
        }
    }

    /// <summary>Reads to the end, then answers: works only where half-closed connections do.</summary>
    private sealed class EchoOnEof : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public EchoOnEof()
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = ServeAsync();
        }

        public int Port { get; }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptSocketAsync();
                using var all = new MemoryStream();
                var stream = new NetworkStream(socket);
                await stream.CopyToAsync(all);
                await stream.WriteAsync(Encoding.UTF8.GetBytes("said: " + Encoding.UTF8.GetString(all.ToArray())));
                socket.Shutdown(SocketShutdown.Both);
            }
        }
    }
}
