using System.Net.Sockets;
using System.Text;
using Nacre.Tests.Interop;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>What a service tells the one who started it, as that one hears it.</summary>
public sealed class ServiceNoticeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_state_is_one_datagram_to_the_named_socket(bool isAbstract)
    {
        using var directory = new TemporaryDirectory();
        string name = directory["notify"];
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name));
        var notice = ServiceNotice.To(isAbstract ? "@" + name : name);

        notice.Ready("Serves.");
        notice.Reloading();
        notice.Stopping("Ends.");

        Assert.True(notice.IsOn);
        Assert.Equal("READY=1\nSTATUS=Serves.\n", Heard(manager));
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+\n$", Heard(manager));
        Assert.Equal("STOPPING=1\nSTATUS=Ends.\n", Heard(manager));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("/")]
    [InlineData("relative")]
    [InlineData("vsock:2:1234")]
    [InlineData("/nowhere/that/is")]
    public void Nothing_is_told_where_nobody_listens(string? name)
    {
        var notice = ServiceNotice.To(name);

        notice.Ready("Serves.");

        Assert.Equal(name is ['/', _, ..], notice.IsOn);
    }

    [Fact]
    public void A_name_that_is_too_long_for_a_socket_is_nobody() => Assert.False(ServiceNotice.To("/" + new string('x', 108)).IsOn);

    private static string Heard(Socket manager)
    {
        byte[] room = new byte[4096];
        return Encoding.UTF8.GetString(room, 0, manager.Receive(room));
    }
}
