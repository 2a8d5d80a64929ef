using System.Net;
using System.Net.Sockets;
using Nacre.Forwarding;

namespace Nacre.Tests.Forwarding;

public sealed class TcpEndpointTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connecting_comes_from_the_address_that_is_asked_for()
    {
        using Socket listening = Listen();
        using Socket socket = await ConnectAsync("127.0.0.1", listening, new DialOptions { BindAddress = "127.0.0.2" });
        using Socket accepted = await listening.AcceptAsync(Ct);
        Assert.Equal(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)accepted.RemoteEndPoint!).Address);
        Assert.True(socket.NoDelay);
    }

    [Fact]
    public async Task Connecting_tries_the_addresses_of_the_family_only()
    {
        using Socket listening = Listen();
        var tried = new List<AddressFamily>();
        var options = new DialOptions { Family = AddressFamily.InterNetwork, OnTrying = address => tried.Add(address.AddressFamily) };
        using Socket socket = await ConnectAsync("localhost", listening, options);
        Assert.Equal([AddressFamily.InterNetwork], tried);
    }

    [Fact]
    public async Task Connecting_goes_through_the_addresses_as_often_as_asked_and_tells_what_went_wrong_last()
    {
        int port;
        using (Socket listening = Listen()) port = ((IPEndPoint)listening.LocalEndPoint!).Port;
        int tries = 0;
        var options = new DialOptions { Attempts = 3, Pause = TimeSpan.Zero, OnTrying = _ => tries++ };
        SocketException error = await Assert.ThrowsAsync<SocketException>(() => new TcpEndpoint("127.0.0.1", port).ConnectAsync(options, Ct));
        Assert.Equal((SocketError.ConnectionRefused, 3), (error.SocketErrorCode, tries));
    }

    [Fact]
    public async Task An_address_that_does_not_answer_in_time_is_a_timeout_and_not_a_cancellation()
    {
        // A queue of one that is full answers nobody.
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(0);
        var options = new DialOptions { Timeout = TimeSpan.FromMilliseconds(200) };
        var sockets = new List<Socket>();
        try
        {
            SocketException error = await Assert.ThrowsAsync<SocketException>(async () =>
            {
                while (sockets.Count < 16) sockets.Add(await ConnectAsync("127.0.0.1", listening, options));
            });
            Assert.Equal(SocketError.TimedOut, error.SocketErrorCode);
        }
        finally
        {
            foreach (Socket socket in sockets) socket.Dispose();
        }
    }

    [Fact]
    public async Task A_port_that_this_process_listens_on_already_is_not_shared()
    {
        IReadOnlyList<Socket> first = await new TcpEndpoint("127.0.0.1", 0).ListenAsync(null, Ct);
        using Socket listening = first[0];

        SocketException taken = await Assert.ThrowsAsync<SocketException>(() => new TcpEndpoint("127.0.0.1", ((IPEndPoint)listening.LocalEndPoint!).Port).ListenAsync(null, Ct));
        Assert.Equal(SocketError.AddressAlreadyInUse, taken.SocketErrorCode);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static Task<Socket> ConnectAsync(string host, Socket listening, DialOptions options) =>
        new TcpEndpoint(host, ((IPEndPoint)listening.LocalEndPoint!).Port).ConnectAsync(options, Ct);
}
