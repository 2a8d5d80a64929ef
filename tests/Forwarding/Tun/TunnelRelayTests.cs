using System.Threading.Channels;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Tests.Connection;
using Nacre.Unix;
using SshChannel = Nacre.Protocol.Connection.Channel;

namespace Nacre.Tests.Forwarding.Tun;

public sealed class TunnelRelayTests
{
    private static readonly byte[] Ip4 = [0x45, 0, 0, 20, 1, 2, 3];
    private static readonly byte[] Ip6 = [0x60, 9, 8, 7];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_message_is_one_packet_however_small_and_many_they_are()
    {
        var peer = new ScriptedPeer();
        SshChannel channel = peer.OpenFromHere(service: new TestService { TakesDatagrams = true });
        var device = new FakeDevice();
        Task relay = TunnelRelay.RunAsync(channel, device, TunnelMode.PointToPoint);

        peer.SendData(channel, [0, 0, 0, 2, .. Ip4]);
        peer.SendData(channel, [0, 0, 0, 24, .. Ip6]);
        peer.SendData(channel, [0, 0, 0, 2, .. Ip4]);

        Assert.Equal(Ip4, await device.Written.ReadAsync(Ct));
        Assert.Equal(Ip6, await device.Written.ReadAsync(Ct));
        Assert.Equal(Ip4, await device.Written.ReadAsync(Ct));
        peer.SendClose(channel);
        await relay.WaitAsync(Ct);
        Assert.True(device.IsDisposed);
    }

    public static TheoryData<string> NoPackets => ["00", "00000002", "0000000265", "0000001845", "0000000A45", "0000000205", "FFFFFFFF45"];

    [Theory]
    [MemberData(nameof(NoPackets))]
    public async Task What_is_no_packet_of_the_family_before_it_is_dropped(string message)
    {
        var peer = new ScriptedPeer();
        SshChannel channel = peer.OpenFromHere(service: new TestService { TakesDatagrams = true });
        var device = new FakeDevice();
        Task relay = TunnelRelay.RunAsync(channel, device, TunnelMode.PointToPoint);

        peer.SendData(channel, Convert.FromHexString(message));
        peer.SendData(channel, [0, 0, 0, 2, .. Ip4]);

        Assert.Equal(Ip4, await device.Written.ReadAsync(Ct));
        peer.SendClose(channel);
        await relay.WaitAsync(Ct);
    }

    [Fact]
    public async Task Frames_go_as_they_are()
    {
        var peer = new ScriptedPeer();
        SshChannel channel = peer.OpenFromHere(service: new TestService { TakesDatagrams = true });
        var device = new FakeDevice();
        Task relay = TunnelRelay.RunAsync(channel, device, TunnelMode.Ethernet);

        peer.SendData(channel, "a frame"u8);
        peer.SendData(channel, "b"u8);

        Assert.Equal("a frame"u8.ToArray(), await device.Written.ReadAsync(Ct));
        Assert.Equal("b"u8.ToArray(), await device.Written.ReadAsync(Ct));
        peer.SendClose(channel);
        await relay.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_packet_that_the_interface_does_not_take_is_dropped_and_the_next_one_goes()
    {
        var peer = new ScriptedPeer();
        SshChannel channel = peer.OpenFromHere(service: new TestService { TakesDatagrams = true });
        var device = new FakeDevice { Refuses = 1 };
        Task relay = TunnelRelay.RunAsync(channel, device, TunnelMode.Ethernet);

        peer.SendData(channel, "refused"u8);
        peer.SendData(channel, "taken"u8);

        Assert.Equal("taken"u8.ToArray(), await device.Written.ReadAsync(Ct));
        peer.SendClose(channel);
        await relay.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_packet_for_which_the_window_has_no_room_is_dropped_and_never_split()
    {
        var peer = new ScriptedPeer();
        SshChannel channel = peer.OpenFromHere(window: 30, service: new TestService { TakesDatagrams = true });
        var device = new FakeDevice();
        Task relay = TunnelRelay.RunAsync(channel, device, TunnelMode.PointToPoint);

        byte[] large = new byte[27];
        large[0] = 0x45;
        await device.SendAsync(large);
        await device.SendAsync([0x55, 1]); // no IP
        await device.SendAsync(Ip4);
        await device.SendAsync(Ip6);

        using (Packet packet = peer.Expect(MessageNumber.ChannelData)) Assert.Equal([0, 0, 0, 2, .. Ip4], Message.Read<ChannelData>(packet.Payload).Data.ToArray());
        using (Packet packet = peer.Expect(MessageNumber.ChannelData)) Assert.Equal([0, 0, 0, 24, .. Ip6], Message.Read<ChannelData>(packet.Payload).Data.ToArray());
        peer.ExpectNothing();
        peer.SendClose(channel);
        await relay.WaitAsync(Ct);
    }

    /// <summary>A network interface of a test, which shows what was written to it.</summary>
    private sealed class FakeDevice : StreamWithoutPosition
    {
        private readonly Channel<byte[]> _written = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
        private readonly Channel<byte[]> _packets = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
        private readonly SemaphoreSlim _reads = new(0);

        public ChannelReader<byte[]> Written => _written.Reader;

        public int Refuses { get; set; }

        public bool IsDisposed { get; private set; }

        public override bool CanRead => true;

        public override bool CanWrite => true;

        /// <summary>Has a packet be read, and waits until the reader comes for the next.</summary>
        public async Task SendAsync(byte[] packet)
        {
            await _reads.WaitAsync(Ct);
            _packets.Writer.TryWrite(packet);
            await _reads.WaitAsync(Ct);
            _reads.Release();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _reads.Release();
            if (!await _packets.Reader.WaitToReadAsync(cancellationToken)) return 0;
            byte[] packet = await _packets.Reader.ReadAsync(cancellationToken);
            packet.CopyTo(buffer);
            return packet.Length;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Refuses-- > 0) throw new UnixException(Errno.EIO, "write to a test");
            _written.Writer.TryWrite(buffer.ToArray());
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            _packets.Writer.TryComplete();
            base.Dispose(disposing);
        }
    }
}
