using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Tests.Pair;

namespace Nacre.Tests;

/// <summary>IPQoS: the mark is on the socket.</summary>
public sealed class TrafficClassTests
{
    [Fact]
    public async Task A_connection_marks_its_packets()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, pair.Port, TestContext.Current.CancellationToken);
        await using SshClient client = await SshClient.ConnectAsync(new NetworkStream(socket, ownsSocket: true), new SshDestination("tester", "127.0.0.1", pair.Port), pair.ClientOptions, TestContext.Current.CancellationToken);

        client.Connection.SetTrafficClass(0xb8);
        Assert.Equal(0xb8, socket.GetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService));

        client.Connection.SetTrafficClass(null);
        Assert.Equal(0xb8, socket.GetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService));
    }

    [Fact]
    public void IPv6_has_an_option_of_its_own()
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        byte[] mark = new byte[sizeof(int)];

        TrafficClass.Set(socket, 0x28);

        const int level = 41, option = 67;
        socket.GetRawSocketOption(level, option, mark);
        Assert.Equal(0x28, BitConverter.ToInt32(mark));
    }

    [Fact]
    public void A_socket_that_has_no_such_mark_stays_as_it_was()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        TrafficClass.Set(socket, 0x28);
        Assert.Equal(AddressFamily.Unix, socket.AddressFamily);
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_socket_that_its_connection_has_closed_already_is_left_alone(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        socket.Dispose();
        Assert.Null(Record.Exception(() => TrafficClass.Set(socket, 0x28)));
    }
}
