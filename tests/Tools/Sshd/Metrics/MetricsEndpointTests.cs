using System.Net.Sockets;
using System.Text;
using Nacre.Config.Values;
using Nacre.Tests.Config;
using Nacre.Tests.Interop;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Metrics;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd.Metrics;

public sealed class MetricsEndpointTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _told = new();
    private readonly SshdLog _log;
    private readonly MetricsPlace _place;
    private readonly MetricsEndpoint _endpoint;

    public MetricsEndpointTests()
    {
        Assert.True(MetricsPlace.TryParse(_directory["metrics"], out MetricsPlace? place));
        _place = place!;
        _log = SshdLog.To(LogLevel.Info, _told);
        _endpoint = new MetricsEndpoint(() => "figure 1\n", _log);
    }

    public async ValueTask InitializeAsync() => await _endpoint.ListenAsync(_place);

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        _log.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Figures_are_given_to_whoever_asks_for_them() => Assert.Equal(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 9\r\nConnection: close\r\n\r\nfigure 1\n",
        await AskAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    [Theory]
    [InlineData("HEAD /metrics HTTP/1.1\r\n\r\n", "200 OK")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("GET /metrics/../etc/passwd HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "405 Method Not Allowed")]
    [InlineData("GET /metrics\r\n\r\n", "400 Bad Request")]
    [InlineData("SSH-2.0-x\r\n\r\n", "400 Bad Request")]
    public async Task Nothing_else_is_answered(string request, string status)
    {
        string answer = await AskAsync(request);
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MetricsEndpoint.MaxRequest, "200 OK")]
    [InlineData(MetricsEndpoint.MaxRequest + 1, "431 Request Header Fields Too Large")]
    public async Task A_request_has_a_longest_length(int length, string status)
    {
        const string begin = "GET /metrics HTTP/1.1\r\nX: ", end = "\r\n\r\n";
        string request = begin + new string('x', length - begin.Length - end.Length) + end;
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", await AskAsync(request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_is_its_owners_alone_and_goes_with_the_server()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_place.Path!));
        await _endpoint.DisposeAsync();
        Assert.False(File.Exists(_place.Path));
    }

    [Fact]
    public async Task Another_place_takes_over_from_the_first()
    {
        Assert.True(MetricsPlace.TryParse(_directory["other"], out MetricsPlace? other));
        await _endpoint.ListenAsync(other);
        Assert.False(File.Exists(_place.Path));
        Assert.EndsWith("figure 1\n", await AskAsync("GET /metrics HTTP/1.1\r\n\r\n", other), StringComparison.Ordinal);
        await _endpoint.ListenAsync(null);
        Assert.False(File.Exists(other!.Path));
    }

    [Fact]
    public async Task A_socket_that_was_left_is_replaced_and_nothing_else_is()
    {
        Assert.True(MetricsPlace.TryParse(_directory["left"], out MetricsPlace? left));
        UnixSocket.Listen(left!.Path!, 0b110_000_000, replaces: false, rights: null).Dispose();
        Assert.True(MetricsPlace.TryParse(_directory.Write("file", "kept"), out MetricsPlace? file));

        await _endpoint.ListenAsync(left);
        Assert.EndsWith("figure 1\n", await AskAsync("GET /metrics HTTP/1.1\r\n\r\n", left), StringComparison.Ordinal);
        await _endpoint.ListenAsync(file);
        Assert.Equal("kept", await File.ReadAllTextAsync(file!.Path!, TestContext.Current.CancellationToken));
        Assert.Contains($"Cannot listen for metrics on {file.Path}: ", _told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:9100")]
    [InlineData("[::1]:9100")]
    [InlineData("/run/sshd.metrics")]
    public void Only_this_machine_can_ask(string place) => Assert.Equal(place, ConfigBed.GoodServer($"MetricsListen {place}\n").MetricsListen?.ToString());

    [Theory]
    [InlineData("0.0.0.0:9100")]
    [InlineData("192.0.2.1:9100")]
    [InlineData("127.0.0.1")]
    [InlineData("metrics")]
    public void No_other_machine_can(string place) => Assert.Contains("is neither an address of this machine alone", Assert.Single(ConfigBed.ServerComplaints($"MetricsListen {place}")), StringComparison.Ordinal);

    private async Task<string> AskAsync(string request, MetricsPlace? place = null)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync((place ?? _place).EndPoint);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var answer = new StringBuilder();
        byte[] part = new byte[4096];
        for (int read; (read = await socket.ReceiveAsync(part)) > 0;) answer.Append(Encoding.ASCII.GetString(part, 0, read));
        return answer.ToString();
    }
}
