using System.Buffers.Binary;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>The frames of PROTOCOL.mux 9: messages of the connection protocol over a stream that is trusted already, with no keys, no padding and no key exchange.</summary>
/// <remarks>Who may connect is decided by whoever owns the stream; a peer keeps to the messages of the connection protocol, or it is cut off.</remarks>
internal sealed class PlainTransport : IStreamTransport
{
    private const int LengthBytes = 4;

    private readonly OutboundCodec _measure = new(SystemRandom.Instance);
    private readonly IPacketSink _service;
    private volatile bool _isClosed;

    /// <summary>Creates the transport.</summary>
    /// <param name="isClient">Which end this is.</param>
    /// <param name="pool">Lends packets.</param>
    /// <param name="createService">Makes the connection protocol.</param>
    public PlainTransport(bool isClient, PacketPool pool, Func<ITransport, IPacketSink> createService)
    {
        (IsClient, Pool) = (isClient, pool);
        _service = createService(this);
    }

    public bool IsClient { get; }

    public PacketPool Pool { get; }

    public Outbox Outbox { get; } = new();

    public bool IsClosed => _isClosed;

    public bool IsFrozen => false;

    public bool IsPeerStranger => false;

    public int AwaitedLength { get; private set; }

    public Func<ValueTask>? BeforeThought { get; set; }

    public RekeyPolicy Rekey { get; } = RekeyPolicy.Default with { Seconds = 0 };

    public NegotiatedAlgorithms? Negotiated => null;

    public ReadOnlyMemory<byte> Parting => default;

    public ReadOnlyMemory<byte> SessionId => default;

    public ReadOnlyMemory<byte> HostKey => default;

    public ReadOnlyMemory<byte> HostKeySignature => default;

    public string PeerIdentification => "";

    public IReadOnlyList<string>? ServerSignatureAlgorithms => null;

    public bool PeerBindsToHost => false;

    public bool PeerTakesAgent => false;

    public bool PeerAnswersPing => false;

    public void Start()
    {
    }

    public async ValueTask<int> ReceiveAsync(ReadOnlyMemory<byte> inbound, CancellationToken ct)
    {
        int used = 0;
        try
        {
            while (!_isClosed && TryRead(inbound.Span[used..], out int consumed) is { } packet)
            {
                used += consumed;
                if (BeforeThought is { } wait && !MessageTable.IsFlow(packet.Number)) await wait().ConfigureAwait(false);
                await RouteAsync(packet, ct).ConfigureAwait(false);
                if (Outbox.HeldBytes > Outbox.MaxHeld) throw new SshViolationException(Violation.TooMuchPending, "The peer makes us answer and does not read.");
            }

            return used;
        }
        catch (Exception error) when (error is not SshDisconnectedException)
        {
            Disconnect(DisconnectReason.ProtocolError, error.Message);
            throw;
        }
    }

    public int Fill(Span<byte> output)
    {
        int written = 0;

        // The bound of a packet with padding holds for one without.
        while (Outbox.TryTake(_measure, output.Length - written, out OutboxItem item))
        {
            using Packet packet = item.Packet;
            Span<byte> frame = output[written..];
            BinaryPrimitives.WriteInt32BigEndian(frame, packet.Length + 1);
            frame[LengthBytes] = 0;
            packet.Payload.CopyTo(frame[PacketLimits.HeaderLength..]);
            written += PacketLimits.HeaderLength + packet.Length;
            if (packet.Number == MessageNumber.Disconnect) break;
        }

        return written;
    }

    public ValueTask<bool> WaitToFillAsync() => Outbox.WaitAsync();

    public void OnTick(TimeSpan sinceStart)
    {
    }

    public void RequestRekey()
    {
    }

    public void Post<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct => Outbox.Post(Message.Write(Pool, ref message), isUrgent: false);

    public void Post(Packet packet, bool isUrgent = false) => Outbox.Post(packet, isUrgent);

    public ValueTask WhenRoomAsync(CancellationToken ct) => Outbox.WhenRoomAsync(ct);

    public void EnterAuthentication() => throw NoAuthentication();

    public void EnterConnection(IPacketSink service) => throw NoAuthentication();

    public void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers) => throw NoAuthentication();

    // The end of the stream says it all: neither end of OpenSSH's takes a DISCONNECT here.
    public void Disconnect(DisconnectReason reason, string description)
    {
        Outbox.Close();
        _isClosed = true;
    }

    public void Close(Exception? error)
    {
        _isClosed = true;
        Outbox.Close();
        _service.OnClosed(error);
    }

    public void Dispose()
    {
        Outbox.Dispose();
        _measure.Dispose();
    }

    private static InvalidOperationException NoAuthentication() => new("A connection in plain frames begins when the user is authenticated.");

    private Packet? TryRead(ReadOnlySpan<byte> inbound, out int consumed)
    {
        consumed = 0;
        if (inbound.Length < LengthBytes) return null;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(inbound);
        if (length is < 2 or > PacketLimits.MaxPacketLength) throw new SshViolationException(Violation.LengthOutOfRange, $"Bad packet length {length}.");
        AwaitedLength = LengthBytes + (int)length;
        if (inbound.Length < AwaitedLength) return null;
        if (inbound[LengthBytes] != 0) throw new SshViolationException(Violation.BadPadding, $"Corrupted padlen {inbound[LengthBytes]} on input.");
        Packet packet = Pool.Rent((int)length - 1);
        packet.SetPayload((int)length - 1);
        inbound[PacketLimits.HeaderLength..AwaitedLength].CopyTo(packet.Payload);
        (consumed, AwaitedLength) = (AwaitedLength, 0);
        return packet;
    }

    private ValueTask RouteAsync(Packet packet, CancellationToken ct)
    {
        if (packet.Number is >= MessageNumber.GlobalRequest and <= MessageNumber.ChannelFailure) return _service.OnPacketAsync(packet, ct);
        using (packet)
        {
            if (packet.Number != MessageNumber.Ignore) throw new SshViolationException(Violation.UnexpectedMessage, $"{MessageTable.NameOf(packet.Number)} is not expected now.");
        }

        return ValueTask.CompletedTask;
    }
}
