using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

/// <summary>One multiplexer and, at the other end, a test that says each message by hand.</summary>
internal sealed class ScriptedPeer
{
    public ScriptedPeer(bool isClient = false, ConnectionSettings? settings = null, TestPolicy? policy = null, string identification = "SSH-2.0-Fake")
    {
        Pool = new PacketPool();
        Transport = new FakeTransport(Pool, isClient) { PeerIdentification = identification };
        Policy = policy ?? new TestPolicy();
        Multiplexer = new Multiplexer(Transport, Policy, settings ?? ConnectionSettings.Default);
    }

    public PacketPool Pool { get; }

    public FakeTransport Transport { get; }

    public TestPolicy Policy { get; }

    public Multiplexer Multiplexer { get; }

    /// <summary>The multiplexer receives a message.</summary>
    public void Send<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct => Send(Message.Write(Pool, ref message));

    public void Send(Packet packet)
    {
        ValueTask done = Multiplexer.OnPacketAsync(packet, CancellationToken.None);
        Assert.True(done.IsCompletedSuccessfully, "The reader had to wait.");
        Multiplexer.FlushWakeups();
    }

    public Violation SendWrong<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct
    {
        Packet packet = Message.Write(Pool, ref message);
        return Assert.Throws<SshViolationException>(() => Send(packet)).Violation;
    }

    /// <summary>The next packet that the multiplexer sends, which must be this one; the test disposes of it.</summary>
    public Packet Expect(MessageNumber number)
    {
        Assert.True(Transport.TryTake(out Packet? packet), $"{number} was expected and nothing was sent.");
        Assert.Equal(number, packet.Number);
        return packet;
    }

    public void ExpectOnly(params MessageNumber[] numbers)
    {
        foreach (MessageNumber number in numbers) Expect(number).Dispose();
        ExpectNothing();
    }

    public void ExpectNothing() => Assert.False(Transport.TryTake(out Packet? packet), $"{packet?.Number} was sent.");

    /// <summary>The peer opens a session, as its channel 40 and up, and the multiplexer accepts it.</summary>
    public Channel OpenFromPeer(uint senderChannel = 40, uint window = 1 << 20, uint maximumPacket = 32768)
    {
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = senderChannel, InitialWindowSize = window, MaximumPacketSize = maximumPacket };
        Send(ref open);
        Expect(MessageNumber.ChannelOpenConfirmation).Dispose();
        return Policy.Opened[^1];
    }

    /// <summary>The multiplexer opens a session, and the peer confirms it as its channel 70 and up.</summary>
    public Channel OpenFromHere(uint senderChannel = 70, uint window = 1 << 20, uint maximumPacket = 32768, TestService? service = null, bool acceptsErrorData = false)
    {
        var fields = default(SessionOpen);
        Task<Channel> opening = Multiplexer.OpenAsync(ref fields, service, acceptsErrorData, CancellationToken.None);
        uint id;
        using (Packet packet = Expect(MessageNumber.ChannelOpen)) id = Message.Read<ChannelOpen>(packet.Payload).SenderChannel;
        var confirmation = new ChannelOpenConfirmation { RecipientChannel = id, SenderChannel = senderChannel, InitialWindowSize = window, MaximumPacketSize = maximumPacket };
        Send(ref confirmation);
        return opening.GetAwaiter().GetResult();
    }

    public void SendData(Channel channel, ReadOnlySpan<byte> bytes)
    {
        var data = new ChannelData { RecipientChannel = channel.LocalId, Data = bytes };
        Send(ref data);
    }

    public void SendError(Channel channel, uint type, ReadOnlySpan<byte> bytes)
    {
        var data = new ChannelExtendedData { RecipientChannel = channel.LocalId, DataTypeCode = type, Data = bytes };
        Send(ref data);
    }

    public void SendEof(Channel channel)
    {
        var eof = new ChannelEof { RecipientChannel = channel.LocalId };
        Send(ref eof);
    }

    public void SendClose(Channel channel)
    {
        var close = new ChannelClose { RecipientChannel = channel.LocalId };
        Send(ref close);
    }

    public void SendAdjust(Channel channel, uint bytes)
    {
        var adjust = new ChannelWindowAdjust { RecipientChannel = channel.LocalId, BytesToAdd = bytes };
        Send(ref adjust);
    }

    public void SendRequest(Channel channel, string name, bool wantReply)
    {
        var request = new ChannelRequest { RecipientChannel = channel.LocalId, RequestType = System.Text.Encoding.ASCII.GetBytes(name), WantReply = wantReply };
        Send(ref request);
    }
}
