using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Config.Values;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Operations;

namespace Nacre.Tests.Tools.Sshd.Operations;

/// <summary>Connections of proxies, and of those who only say that they are: over sockets of the loopback interface.</summary>
public sealed class ProxiedClientsTests : IDisposable
{
    private const string Header = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 22\r\n";

    private readonly Socket _proxy;
    private readonly Socket _accepted;
    private readonly StringWriter _told = new();
    private readonly SshdLog _log;

    public ProxiedClientsTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _proxy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _proxy.Connect(listener.LocalEndPoint!);
        _accepted = listener.Accept();
        _log = SshdLog.To(LogLevel.Info, _told);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _proxy.Dispose();
        _accepted.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.0/8,2001:db8::/32", "10.255.1.2", true)]
    [InlineData("10.0.0.0/8,2001:db8::/32", "2001:db8::9", true)]
    [InlineData("10.0.0.0/8,2001:db8::/32", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8,2001:db8::/32", "::1", false)]
    [InlineData("", "127.0.0.1", false)]
    public void Only_named_networks_are_proxies(string networks, string address, bool isOne) =>
        Assert.Equal(isOne, new ProxiedClients(networks).Includes(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.0/8,::1", true)]
    [InlineData("", false)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("10.0.0.1/8", false)]
    [InlineData("proxy.example", false)]
    [InlineData("10.0.0.1,,10.0.0.2", false)]
    [InlineData("*", false)]
    public void Networks_are_addresses_and_nothing_else(string networks, bool areNetworks) => Assert.Equal(areNetworks, ProxiedClients.AreNetworks(networks));

    [Fact]
    public async Task A_header_is_read_to_its_end_and_no_further()
    {
        _proxy.Send(Encoding.ASCII.GetBytes(Header + "SSH-2.0-x\r\n"));

        Accepted accepted = Assert.IsType<Accepted>(await IdentifyAsync("127.0.0.1"));

        Assert.Equal((IPEndPoint.Parse("192.0.2.1:56324"), IPEndPoint.Parse("198.51.100.7:22")), (accepted.Remote, accepted.Local));
        Assert.Equal("SSH-2.0-x\r\n", await RestAsync());
    }

    [Fact]
    public async Task A_header_may_come_byte_by_byte()
    {
        Task<Accepted?> identified = IdentifyAsync("127.0.0.1");
        foreach (byte each in Encoding.ASCII.GetBytes(Header)) _proxy.Send([each]);

        Assert.Equal(IPEndPoint.Parse("192.0.2.1:56324"), (await identified)?.Remote);
    }

    [Fact]
    public async Task A_header_of_version_2_is_read_to_its_end_and_no_further()
    {
        _proxy.Send([.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 15, 192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0, 22, 4, 0, 0, .. "SSH-2.0-x\r\n"u8]);

        Assert.Equal(IPEndPoint.Parse("192.0.2.1:56324"), (await IdentifyAsync("127.0.0.1"))?.Remote);
        Assert.Equal("SSH-2.0-x\r\n", await RestAsync());
    }

    [Fact]
    public async Task A_proxy_that_speaks_for_itself_has_its_own_address()
    {
        _proxy.Send("PROXY UNKNOWN\r\n"u8);

        Assert.Equal(_proxy.LocalEndPoint, (await IdentifyAsync("127.0.0.1"))?.Remote);
    }

    [Fact]
    public async Task What_somebody_else_says_of_themselves_is_not_even_read()
    {
        _proxy.Send(Encoding.ASCII.GetBytes(Header));

        Assert.Equal(_proxy.LocalEndPoint, (await IdentifyAsync("127.0.0.2,10.0.0.0/8"))?.Remote);
        Assert.Equal(Header, await RestAsync());
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n", "does not begin with a header")]
    [InlineData("PROXY TCP4 192.0.2.1", "ended before its header")]
    [InlineData("PROXY", "ended before its header")]
    [InlineData("PROXY TCP4 \e[2J 198.51.100.7 56324 22\r\n", "no line of text")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n!\u0011\u007f\u007f", "at most 4096 are taken")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c1234", "ended before its header")]
    public async Task A_proxy_that_does_not_say_who_it_is_for_is_not_let_in(string sent, string reason)
    {
        _proxy.Send(Encoding.Latin1.GetBytes(sent));
        _proxy.Shutdown(SocketShutdown.Send);

        Assert.Null(await IdentifyAsync("127.0.0.1"));

        Assert.StartsWith("Connection from the proxy 127.0.0.1 port ", _told.ToString(), StringComparison.Ordinal);
        Assert.Contains(reason, _told.ToString(), StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => _accepted.Send([1]));
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_read_beyond_its_limit()
    {
        _proxy.Send(Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 4096)));

        Assert.Null(await IdentifyAsync("127.0.0.1"));
        Assert.Contains("longer than 107 bytes", _told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_says_nothing_has_no_longer_than_a_login()
    {
        _proxy.Send("PROXY TCP4 192.0.2.1"u8);

        Assert.Null(await new ProxiedClients("127.0.0.1").IdentifyAsync(_accepted, TimeSpan.FromMilliseconds(1), _log));
        Assert.Contains("header of the PROXY protocol does not come", _told.ToString(), StringComparison.Ordinal);
    }

    private Task<Accepted?> IdentifyAsync(string networks) => new ProxiedClients(networks).IdentifyAsync(_accepted, TimeSpan.Zero, _log);

    private async Task<string> RestAsync()
    {
        _proxy.Shutdown(SocketShutdown.Send);
        using var rest = new MemoryStream();
        await new NetworkStream(_accepted).CopyToAsync(rest, Ct);
        return Encoding.ASCII.GetString(rest.ToArray());
    }
}
