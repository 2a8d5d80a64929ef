using System.Net;
using System.Net.Sockets;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Tests.Connection;

namespace Nacre.Tests.Forwarding;

public sealed class SocketRelayTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A65_a_socket_at_which_nobody_speaks_is_not_kept_for_a_channel_that_the_peer_closed()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        (Socket near, Socket far) = await PairAsync();
        using (far)
        {
            Task relay = SocketRelay.RunAsync(channel, near);
            peer.SendData(channel, "last words"u8);
            peer.SendClose(channel);
            await relay.WaitAsync(TimeSpan.FromSeconds(20), Ct);

            byte[] received = new byte[100];
            Assert.Equal("last words"u8.ToArray(), received[..await far.ReceiveAsync(received, Ct)]);
            Assert.Equal(0, peer.Multiplexer.ChannelCount);
        }
    }

    private static async Task<(Socket Near, Socket Far)> PairAsync()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listening.LocalEndPoint!, Ct);
        return (near, await listening.AcceptAsync(Ct));
    }
}
