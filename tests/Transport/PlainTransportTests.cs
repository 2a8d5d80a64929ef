using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Transport;

public sealed class PlainTransportTests
{
    private readonly PacketPool _pool = new();
    private readonly KeptPackets _kept = new();

    [Fact]
    public void A_message_is_framed_as_PROTOCOL_mux_says()
    {
        using PlainTransport transport = Create();
        var eof = new ChannelEof { RecipientChannel = 7 };
        transport.Post(ref eof);
        byte[] output = new byte[64];

        int length = transport.Fill(output);

        Assert.Equal([0, 0, 0, 6, 0, 96, 0, 0, 0, 7], output.AsSpan(0, length).ToArray());
        Assert.Equal(0, transport.Fill(output));
    }

    [Fact]
    public async Task Frames_are_taken_whole_however_they_come()
    {
        using PlainTransport transport = Create();
        byte[] two = [0, 0, 0, 6, 0, 96, 0, 0, 0, 7, 0, 0, 0, 6, 0, 97, 0, 0, 0, 8];

        for (int length = 0; length < 10; length++) Assert.Equal(0, await transport.ReceiveAsync(two.AsMemory(0, length), default));
        Assert.Equal(10, await transport.ReceiveAsync(two.AsMemory(0, 15), default));
        Assert.Equal(10, await transport.ReceiveAsync(two.AsMemory(10), default));

        Assert.Equal([MessageNumber.ChannelEof, MessageNumber.ChannelClose], _kept.Numbers);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(PacketLimits.MaxPacketLength + 1u)]
    [InlineData(uint.MaxValue)]
    public async Task A_length_out_of_range_ends_the_connection(uint length)
    {
        using PlainTransport transport = Create();
        byte[] header = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];

        SshViolationException violation = await Assert.ThrowsAsync<SshViolationException>(async () => await transport.ReceiveAsync(header, default));

        Assert.Equal((Violation.LengthOutOfRange, true), (violation.Violation, transport.IsClosed));
    }

    [Fact]
    public async Task The_longest_frame_is_taken()
    {
        using PlainTransport transport = Create();
        byte[] frame = new byte[4 + PacketLimits.MaxPacketLength];
        (frame[1], frame[5]) = (4, (byte)MessageNumber.ChannelData);
        Assert.Equal(frame.Length, await transport.ReceiveAsync(frame, default));
    }

    [Fact]
    public async Task Padding_is_a_violation()
    {
        using PlainTransport transport = Create();
        SshViolationException violation = await Assert.ThrowsAsync<SshViolationException>(async () => await transport.ReceiveAsync(new byte[] { 0, 0, 0, 6, 4, 96, 0, 0, 0, 7 }, default));
        Assert.Equal(Violation.BadPadding, violation.Violation);
    }

    [Theory]
    [InlineData((byte)MessageNumber.Disconnect)]
    [InlineData((byte)MessageNumber.KexInit)]
    [InlineData((byte)MessageNumber.NewKeys)]
    [InlineData((byte)MessageNumber.UserauthRequest)]
    [InlineData((byte)MessageNumber.UserauthSuccess)]
    [InlineData((byte)MessageNumber.Ping)]
    public async Task What_is_not_of_the_connection_protocol_is_a_violation(byte number)
    {
        using PlainTransport transport = Create();
        SshViolationException violation = await Assert.ThrowsAsync<SshViolationException>(async () => await transport.ReceiveAsync(new byte[] { 0, 0, 0, 2, 0, number }, default));
        Assert.Equal(Violation.UnexpectedMessage, violation.Violation);
        Assert.Empty(_kept.Numbers);
    }

    private PlainTransport Create() => new(isClient: false, _pool, _ => _kept);

    private sealed class KeptPackets : IPacketSink
    {
        public List<MessageNumber> Numbers { get; } = [];

        public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
        {
            Numbers.Add(packet.Number);
            packet.Dispose();
            return ValueTask.CompletedTask;
        }

        public void OnClosed(Exception? error)
        {
        }
    }
}
