using Nacre.Config.Values;
using Nacre.Protocol.Mux;
using Nacre.Tools.Ssh.Mux;

namespace Nacre.Tests.Mux;

public sealed class ForwardFieldsTests
{
    [Theory]
    [InlineData("8080:web:80", (uint)MuxForwardKind.Local)]
    [InlineData("*:8080:[::1]:80", (uint)MuxForwardKind.Local)]
    [InlineData("/run/a:/run/b", (uint)MuxForwardKind.Local)]
    [InlineData("/run/a:web:80", (uint)MuxForwardKind.Local)]
    [InlineData("0:web:80", (uint)MuxForwardKind.Remote)]
    [InlineData("localhost:8080", (uint)MuxForwardKind.Remote)]
    [InlineData("1080", (uint)MuxForwardKind.Dynamic)]
    public void A_forward_comes_back_as_it_went(string text, uint kind)
    {
        Forward forward = Parse(text, (MuxForwardKind)kind);
        Assert.True(ForwardFields.TryRead(ForwardFields.Of((MuxForwardKind)kind, forward), out Forward? read));
        Assert.Equal(forward, read);
    }

    [Fact]
    public void Socks_is_named_as_OpenSSH_names_it() => Assert.Equal(("", 1080u, "socks", 0u), FieldsOf("1080", MuxForwardKind.Dynamic));

    [Fact]
    public void A_path_stands_where_a_host_would_with_a_port_of_its_own() =>
        Assert.Equal(("/a", MuxPort.UnixSocket, "/b", MuxPort.UnixSocket), FieldsOf("/a:/b", MuxForwardKind.Local));

    [Theory]
    [InlineData(0u, "", 80u, "web", 80u)]
    [InlineData(4u, "", 80u, "web", 80u)]
    [InlineData((uint)MuxForwardKind.Local, "", 0u, "web", 80u)]
    [InlineData((uint)MuxForwardKind.Local, "", 65536u, "web", 80u)]
    [InlineData((uint)MuxForwardKind.Local, "", 80u, "web", 65536u)]
    [InlineData((uint)MuxForwardKind.Local, "", 80u, "web", 0u)]
    [InlineData((uint)MuxForwardKind.Local, "", 80u, "", 80u)]
    [InlineData((uint)MuxForwardKind.Local, "", MuxPort.UnixSocket, "web", 80u)]
    [InlineData((uint)MuxForwardKind.Dynamic, "/run/a", MuxPort.UnixSocket, "socks", 0u)]
    [InlineData((uint)MuxForwardKind.Dynamic, "", 80u, "web", 80u)]
    public void What_makes_no_forward_is_refused(uint kind, string listen, uint listenPort, string connect, uint connectPort) =>
        Assert.False(ForwardFields.TryRead(Fields(kind, listen, listenPort, connect, connectPort), out _));

    [Theory]
    [InlineData(ForwardEnd.MaxPath - 1, true)]
    [InlineData(ForwardEnd.MaxPath, false)]
    public void A_path_is_as_long_as_that_of_a_socket_may_be(int length, bool isGood) =>
        Assert.Equal(isGood, ForwardFields.TryRead(Fields((uint)MuxForwardKind.Local, new string('a', length), MuxPort.UnixSocket, "web", 80), out _));

    private static Forward Parse(string text, MuxForwardKind kind)
    {
        Forward? forward = null;
        bool isGood = kind switch
        {
            MuxForwardKind.Remote => Forward.TryParseRemote(text, out forward),
            MuxForwardKind.Dynamic => Forward.TryParseDynamic(text, out forward),
            _ => Forward.TryParseLocal(text, out forward),
        };
        Assert.True(isGood);
        return forward!;
    }

    private static (string, uint, string, uint) FieldsOf(string text, MuxForwardKind kind)
    {
        MuxForward fields = ForwardFields.Of(kind, Parse(text, kind));
        return (Text(fields.ListenHost), fields.ListenPort, Text(fields.ConnectHost), fields.ConnectPort);
    }

    private static MuxForward Fields(uint kind, string listen, uint listenPort, string connect, uint connectPort) =>
        new() { Kind = kind, ListenHost = Utf8(listen), ListenPort = listenPort, ConnectHost = Utf8(connect), ConnectPort = connectPort };

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
