using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tests.Pair;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Forwarding.X11;

public sealed class X11ForwardingTests : IDisposable
{
    // Not where sshd of this machine makes its displays.
    private const int Offset = 300;

    private static readonly byte[] TrueCookie = Convert.FromHexString("00112233445566778899aabbccddeeff");

    private readonly FakeDisplay _display = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _display.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_at_the_server_reaches_the_display_which_sees_the_true_cookie_where_the_server_knows_a_false_one(bool isBigEndian)
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = Lent() }, Ct);
        Assert.True(process.HasDisplay);
        SessionDisplay there = (await server.NextSessionAsync(Ct)).Display!;
        Assert.Equal($"localhost:{NumberOf(there)}.0", there.Name);
        Assert.Equal($"unix:{NumberOf(there)}.0", there.AuthorityName);
        Assert.NotEqual(Convert.ToHexStringLower(TrueCookie), there.Cookie);
        Assert.Equal(TrueCookie.Length * 2, there.Cookie.Length);

        using Socket xClient = await ConnectAsync(there);
        byte[] message = X11Message.Setup(there.Protocol, Convert.FromHexString(there.Cookie), isBigEndian);
        await xClient.SendAsync(message.AsMemory(0, 15), Ct);
        await xClient.SendAsync(message.AsMemory(15), Ct);
        await xClient.SendAsync("and more"u8.ToArray(), Ct);
        using Socket seen = await _display.AcceptAsync(Ct);
        byte[] expected = [.. X11Message.Setup(X11Forwarding.CookieProtocol, TrueCookie, isBigEndian), .. "and more"u8];
        Assert.Equal(expected, await ReadAsync(seen, expected.Length));
        await seen.SendAsync("welcome"u8.ToArray(), Ct);
        Assert.Equal("welcome"u8.ToArray(), await ReadAsync(xClient, 7));
    }

    [Fact]
    public async Task A_display_stays_lent_when_its_description_is_disposed_of_and_cookies_are_wiped_with_the_connection()
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        X11Forwarding lent = Lent();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = lent }, Ct);
        SessionDisplay there = (await server.NextSessionAsync(Ct)).Display!;
        lent.Dispose();

        using Socket xClient = await ConnectAsync(there);
        await xClient.SendAsync(X11Message.Setup(there.Protocol, Convert.FromHexString(there.Cookie)), Ct);
        using Socket seen = await _display.AcceptAsync(Ct);
        byte[] expected = X11Message.Setup(X11Forwarding.CookieProtocol, TrueCookie);
        Assert.Equal(expected, await ReadAsync(seen, expected.Length));

        using X11Forwarding other = Lent();
        X11Grant grant = client.Loans.Display.Lend(other);
        await client.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => grant.FalseCookie.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => grant.Replace(new byte[16]));
    }

    [Theory]
    [InlineData("MIT-MAGIC-COOKIE-1", "00000000000000000000000000000000")]
    [InlineData("MIT-MAGIC-COOKIE-1", "00112233445566778899aabbccddeeff")]
    [InlineData("MIT-MAGIC-COOKIE-1", "")]
    [InlineData("XDM-AUTHORIZATION-1", null)]
    [InlineData("", null)]
    public async Task A_client_that_shows_another_cookie_is_cut_off_and_never_reaches_the_display(string protocol, string? cookie)
    {
        var warnings = new List<string>();
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync(options => options with { Warn = warnings.Add });
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = Lent() }, Ct);
        SessionDisplay there = (await server.NextSessionAsync(Ct)).Display!;

        using Socket xClient = await ConnectAsync(there);
        await xClient.SendAsync(X11Message.Setup(protocol, Convert.FromHexString(cookie ?? there.Cookie)), Ct);

        Assert.Empty(await ReadAsync(xClient, 1));
        Assert.Equal("X11 connection rejected because of wrong authentication.", Assert.Single(warnings));
        Assert.False(_display.HasVisitors);
    }

    [Fact]
    public async Task After_the_timeout_no_client_is_let_through_neither_new_nor_one_that_waited()
    {
        var time = new ManualTime();
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync(options => options with { Time = time });
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = Lent(TimeSpan.FromMinutes(20)) }, Ct);
        SessionDisplay there = (await server.NextSessionAsync(Ct)).Display!;
        byte[] message = X11Message.Setup(there.Protocol, Convert.FromHexString(there.Cookie));

        time.Pass(TimeSpan.FromMinutes(20) - TimeSpan.FromTicks(1));
        using Socket early = await ConnectAsync(there);
        await early.SendAsync(message, Ct);
        using Socket seen = await _display.AcceptAsync(Ct);
        Assert.Equal(message.Length, (await ReadAsync(seen, message.Length)).Length);
        using Socket waiting = await ConnectAsync(there);
        await waiting.SendAsync(message.AsMemory(0, 1), Ct);
        while (client.Multiplexer.ChannelCount < 3) await Task.Yield();

        time.Pass(TimeSpan.FromTicks(1));
        await waiting.SendAsync(message.AsMemory(1), Ct);
        Assert.Empty(await ReadAsync(waiting, 1));
        using Socket late = await ConnectAsync(there);
        Assert.Empty(await ReadAsync(late, 1));
        Assert.False(_display.HasVisitors);
    }

    [Fact]
    public async Task A_single_connection_is_one()
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = Lent(isSingle: true) }, Ct);
        SessionDisplay there = (await server.NextSessionAsync(Ct)).Display!;
        using Socket first = await ConnectAsync(there);
        await first.SendAsync(X11Message.Setup(there.Protocol, Convert.FromHexString(there.Cookie)), Ct);
        using Socket seen = await _display.AcceptAsync(Ct);

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket second = await ConnectAsync(there);
            if ((await ReadAsync(second, 1)).Length == 0) throw new SocketException((int)SocketError.ConnectionRefused);
        });
        await first.SendAsync("still there"u8.ToArray(), Ct);
        Assert.EndsWith("still there", System.Text.Encoding.ASCII.GetString(await ReadAsync(seen, 48 + 11)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_display_goes_with_its_session_and_its_number_is_free_again()
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        int port;
        await using (RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = Lent() }, Ct))
        {
            port = PortOf((await server.NextSessionAsync(Ct)).Display!);
            await process.Input.CompleteAsync();
            await process.WaitForExitAsync(Ct);
        }

        while (IsTaken(port)) await Task.Yield();
        Assert.False(IsTaken(port));
    }

    [Fact]
    public async Task A_number_that_is_taken_at_one_address_is_left_alone_at_all()
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess first = await client.RunAsync("echo", new RunOptions { Display = Lent() }, Ct);
        int taken = NumberOf((await server.NextSessionAsync(Ct)).Display!);
        using var squatter = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        int squatted = taken + 1;
        while (!TryBind(squatter, X11Display.FirstPort + squatted)) squatted++;

        await using RemoteProcess second = await client.RunAsync("echo", new RunOptions { Display = Lent() }, Ct);

        Assert.NotInRange(NumberOf((await server.NextSessionAsync(Ct)).Display!), taken, squatted);
    }

    [Fact]
    public async Task A_server_that_does_not_take_the_display_says_so_and_the_session_goes_on()
    {
        var server = new LendingServer();
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Display = Lent() }, Ct);

        Assert.False(process.HasDisplay);
        Assert.Null((await server.NextSessionAsync(Ct)).Display);
    }

    [Theory]
    [InlineData("MIT-MAGIC-COOKIE-1", "00ff", true)]
    [InlineData("", "00ff", false)]
    [InlineData("MIT-MAGIC-COOKIE-1", "", false)]
    [InlineData("MIT-MAGIC-COOKIE-1", "00ff\nsource /etc/shadow", false)]
    [InlineData("MIT\r\nquit", "00ff", false)]
    [InlineData("MIT-MAGIC-COOKIE-1", "00 ff", false)]
    [InlineData("-f", "00ff", false)]
    [InlineData("MIT;", "00ff", false)]
    public async Task What_is_no_word_of_xauth_is_refused_A29(string protocol, string cookie, bool isTaken)
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();

        Assert.Equal(isTaken, await RequestAsync(client, protocol, cookie));
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public async Task A_cookie_may_be_as_long_as_its_limit_and_no_longer(int length, bool isTaken)
    {
        var server = new LendingServer { Display = new X11Listening { DisplayOffset = Offset } };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();

        Assert.Equal(isTaken, await RequestAsync(client, "MIT-MAGIC-COOKIE-1", new string('a', length)));
    }

    [Fact]
    public void A_server_that_was_lent_no_display_gets_none_and_its_user_is_warned_once()
    {
        var warnings = new List<string>();
        var loan = new X11Loan(TimeProvider.System, warnings.Add);
        var open = new X11Open { OriginatorAddress = "127.0.0.1"u8, OriginatorPort = 1 };
        var offer = new ChannelOffer(X11Open.RecordName, Message.WriteRecord(ref open));

        for (int i = 0; i < 3; i++) Assert.Equal(OpenFailureReason.AdministrativelyProhibited, loan.Answer(offer).Reason);

        Assert.StartsWith("Warning: ssh server tried X11 forwarding.", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private static async Task<bool> RequestAsync(SshClient client, string protocol, string cookie)
    {
        Channel channel = await OpenAsync();
        await using (channel) return await AskAsync(channel);

        Task<Channel> OpenAsync()
        {
            var session = default(SessionOpen);
            return client.Multiplexer.OpenAsync(ref session, service: null, acceptsErrorData: false, Ct);
        }

        Task<bool> AskAsync(Channel opened)
        {
            var request = new X11Request { AuthenticationProtocol = System.Text.Encoding.ASCII.GetBytes(protocol), AuthenticationCookie = System.Text.Encoding.ASCII.GetBytes(cookie) };
            return opened.RequestAsync(ref request, Ct);
        }
    }

    private static Task<LoopbackPair> StartAsync(LendingServer server) => LoopbackPair.StartAsync(options => options with { Forwarding = server, Sessions = server });

    private X11Forwarding Lent(TimeSpan timeout = default, bool isSingle = false) =>
        new($"127.0.0.1:{_display.Number}", TrueCookie) { Timeout = timeout, IsSingleConnection = isSingle };

    private static int NumberOf(SessionDisplay display) => int.Parse(display.Name.Split(':')[1].Split('.')[0], CultureInfo.InvariantCulture);

    private static int PortOf(SessionDisplay display) => X11Display.FirstPort + NumberOf(display);

    private static async Task<Socket> ConnectAsync(SessionDisplay display)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, PortOf(display)), Ct);
        return socket;
    }

    private static bool IsTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return !TryBind(socket, port);
    }

    private static bool TryBind(Socket socket, int port)
    {
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // As much as was asked for, or what there was before the end.
    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        int read = 0;
        try
        {
            while (read < length && await socket.ReceiveAsync(bytes.AsMemory(read), Ct) is > 0 and int count) read += count;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Cut off with something unread.
        }

        return bytes[..read];
    }

    /// <summary>A display that takes connections and says nothing by itself.</summary>
    private sealed class FakeDisplay : IDisposable
    {
        private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public FakeDisplay()
        {
            for (Number = Interop.FreePort.Take() - X11Display.FirstPort; !TryBind(_listening, X11Display.FirstPort + Number); Number++)
            {
                // Somebody was quicker.
            }
        }

        public int Number { get; }

        public bool HasVisitors => _listening.Poll(0, SelectMode.SelectRead);

        public ValueTask<Socket> AcceptAsync(CancellationToken ct) => _listening.AcceptAsync(ct);

        public void Dispose() => _listening.Dispose();
    }
}
