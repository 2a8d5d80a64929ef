using Nacre.Crypto;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Transport;

/// <summary>What still goes out before the last packet of a connection.</summary>
public sealed class OutboxEndTests : IDisposable
{
    private readonly Outbox _outbox = new();
    private readonly OutboundCodec _codec = new(SystemRandom.Instance);

    public void Dispose()
    {
        _outbox.Dispose();
        _codec.Dispose();
    }

    [Fact]
    public void Whoever_gives_up_first_says_what_it_had_to_offer()
    {
        _outbox.PostKexInit(Of(MessageNumber.KexInit));
        _outbox.PostTransport(Of(MessageNumber.Ignore));
        _outbox.Post(Of(MessageNumber.ChannelData), isUrgent: false);

        _outbox.PostLast(Of(MessageNumber.Disconnect), isAgreed: false);

        Assert.Equal([MessageNumber.KexInit, MessageNumber.Disconnect], TakeAll());
        Assert.Equal(0, _outbox.QueuedBytes);
        Assert.Equal(0, _outbox.HeldBytes);
    }

    [Fact]
    public void Whoever_gives_up_later_says_nothing_else_any_more()
    {
        _outbox.PostTransport(Of(MessageNumber.Ignore));
        _outbox.PostKexInit(Of(MessageNumber.KexInit));

        _outbox.PostLast(Of(MessageNumber.Disconnect), isAgreed: false);

        Assert.Equal([MessageNumber.Disconnect], TakeAll());
        Assert.Equal(0, _outbox.HeldBytes);
    }

    [Fact]
    public void An_end_that_was_agreed_on_comes_after_all_that_waits()
    {
        _outbox.PostTransport(Of(MessageNumber.Ignore));
        _outbox.Post(Of(MessageNumber.ChannelData), isUrgent: false);

        _outbox.PostLast(Of(MessageNumber.Disconnect), isAgreed: true);

        Assert.Equal([MessageNumber.Ignore, MessageNumber.ChannelData, MessageNumber.Disconnect], TakeAll());
    }

    private List<MessageNumber> TakeAll()
    {
        List<MessageNumber> taken = [];
        while (_outbox.TryTake(_codec, PacketLimits.MaxPacketLength, out OutboxItem item))
        {
            taken.Add(item.Packet.Number);
            item.Dispose();
        }

        return taken;
    }

    private static Packet Of(MessageNumber number)
    {
        var ignore = new Ignore { Data = new byte[20] };
        Packet packet = Message.Write(new PacketPool(), ref ignore);
        packet.Payload[0] = (byte)number;
        return packet;
    }
}
