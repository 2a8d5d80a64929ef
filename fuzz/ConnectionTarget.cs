using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Fuzz;

/// <summary>
/// The connection protocol as a state machine: an input is a row of messages, each behind two bytes of length, to a multiplexer that has one
/// channel of its own opening and accepts what the peer opens. No message may do worse than end the connection, and no packet may be lost.
/// </summary>
internal static class ConnectionTarget
{
    public static FuzzTarget Create() => new("connection", Feed, Seeds())
    {
        AllocationAllowance = 2 << 20,
        AllocationPerByte = 2048,
    };

    private static void Feed(byte[] input)
    {
        var transport = new SilentTransport();
        var policy = new AcceptingPolicy();
        var multiplexer = new Multiplexer(transport, policy, new ConnectionSettings { InitialWindow = 1000, MaximumWindow = 4000, MaximumPacket = 400, MaximumChannels = 8 });
        var fields = default(SessionOpen);
        Task<Channel> opening = multiplexer.OpenAsync(ref fields, policy, acceptsErrorData: true, CancellationToken.None);
        try
        {
            for (ReadOnlySpan<byte> rest = input; rest.Length > 2;)
            {
                int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Length - 2);
                if (length > 0) Deliver(multiplexer, transport.Pool, rest.Slice(2, length));
                rest = rest[(2 + length)..];
                if (length % 2 == 0) policy.ReadAll();
            }
        }
        finally
        {
            multiplexer.OnClosed(null);
            _ = opening.Exception;
            policy.DropAll();
            if (transport.Pool.Outstanding != 0) throw new InvalidOperationException($"{transport.Pool.Outstanding} packets were lost");
        }
    }

    private static void Deliver(Multiplexer multiplexer, PacketPool pool, ReadOnlySpan<byte> payload)
    {
        Packet packet = pool.Rent(payload.Length);
        packet.SetPayload(payload.Length);
        payload.CopyTo(packet.Payload);
        ValueTask done = multiplexer.OnPacketAsync(packet, CancellationToken.None);
        if (!done.IsCompletedSuccessfully) throw new InvalidOperationException("the reader had to wait");
    }

    private static List<byte[]> Seeds()
    {
        var pool = new PacketPool();
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 7, InitialWindowSize = 1000, MaximumPacketSize = 100 };
        var confirmation = new ChannelOpenConfirmation { RecipientChannel = 0, SenderChannel = 3, InitialWindowSize = 5, MaximumPacketSize = 2 };
        var failure = new ChannelOpenFailure { RecipientChannel = 0, ReasonCode = 2, Description = "no"u8 };
        var data = new ChannelData { RecipientChannel = 1, Data = "some data"u8 };
        var error = new ChannelExtendedData { RecipientChannel = 0, DataTypeCode = 1, Data = "an error"u8 };
        var adjust = new ChannelWindowAdjust { RecipientChannel = 1, BytesToAdd = 0x7fffffff };
        var request = new ChannelRequest { RecipientChannel = 1, RequestType = "exec"u8, WantReply = true, RequestFields = [0, 0, 0, 1, 120] };
        var success = new ChannelSuccess { RecipientChannel = 0 };
        var eof = new ChannelEof { RecipientChannel = 1 };
        var close = new ChannelClose { RecipientChannel = 1 };
        var global = new GlobalRequest { RequestName = "tcpip-forward"u8, WantReply = true, RequestFields = [0, 0, 0, 0, 0, 0, 0, 22] };
        var reply = default(RequestFailure);
        return
        [
            [.. Frame(Message.Write(pool, ref open)), .. Frame(Message.Write(pool, ref data)), .. Frame(Message.Write(pool, ref close))],
            [
                .. Frame(Message.Write(pool, ref confirmation)), .. Frame(Message.Write(pool, ref open)), .. Frame(Message.Write(pool, ref data)),
                .. Frame(Message.Write(pool, ref error)), .. Frame(Message.Write(pool, ref adjust)), .. Frame(Message.Write(pool, ref request)),
                .. Frame(Message.Write(pool, ref success)), .. Frame(Message.Write(pool, ref eof)), .. Frame(Message.Write(pool, ref close)),
            ],
            [.. Frame(Message.Write(pool, ref failure)), .. Frame(Message.Write(pool, ref global)), .. Frame(Message.Write(pool, ref reply))],
        ];
    }

    private static byte[] Frame(Packet packet)
    {
        using (packet) return [(byte)(packet.Length >> 8), (byte)packet.Length, .. packet.Payload];
    }

    /// <summary>Accepts every channel and every other request, answers some of what it is asked with data.</summary>
    private sealed class AcceptingPolicy : IConnectionPolicy, IChannelService
    {
        private readonly List<Channel> _channels = [];
        private readonly List<Task> _writes = [];

        public ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct)
        {
            if (offer.Type == DirectTcpIpOpen.RecordName) _ = offer.Read<DirectTcpIpOpen>().Port;
            return ValueTask.FromResult(ChannelAnswer.Accept(this));
        }

        public ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct) =>
            ValueTask.FromResult(request.Name.Length % 2 == 0 ? GlobalAnswer.Failure : GlobalAnswer.Success(new byte[4]));

        public void OnOpened(Channel channel) => _channels.Add(channel);

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct)
        {
            if (request.Name == ExecRequest.RecordName) _ = request.Read<ExecRequest>().Command.Length;
            if (channel.Output.UnflushedBytes == 0) _writes.Add(channel.Output.WriteAsync(new byte[50], CancellationToken.None).AsTask());
            return ValueTask.FromResult(request.Name.Length % 2 == 0);
        }

        public void OnClosed(Channel channel, Exception? error)
        {
        }

        public void ReadAll()
        {
            foreach (Channel channel in _channels)
            {
                if (channel.Input.TryRead(out ReadResult result)) channel.Input.AdvanceTo(result.Buffer.GetPosition(result.Buffer.Length / 2), result.Buffer.End);
            }
        }

        public void DropAll()
        {
            foreach (Channel channel in _channels) channel.Drop();
            try
            {
                Task.WaitAll(_writes);
            }
            catch (AggregateException error) when (error.InnerExceptions.All(each => each is SshException))
            {
                // The connection ended under the writers, as it shall.
            }
        }
    }

    /// <summary>Sends to nowhere.</summary>
    private sealed class SilentTransport : ITransport
    {
        public bool IsClient => true;

        public ReadOnlyMemory<byte> SessionId => default;

        public ReadOnlyMemory<byte> HostKey => default;

        public ReadOnlyMemory<byte> HostKeySignature => default;

        public string PeerIdentification => "";

        public IReadOnlyList<string>? ServerSignatureAlgorithms => null;

        public bool PeerBindsToHost => false;

        public bool PeerTakesAgent => false;

        public bool PeerAnswersPing => false;

        public PacketPool Pool { get; } = new();

        public void Post<T>(scoped ref T message)
            where T : IMessage<T>, allows ref struct => Post(Message.Write(Pool, ref message));

        public void Post(Packet packet, bool isUrgent = false) => packet.Dispose();

        public ValueTask WhenRoomAsync(CancellationToken ct) => ValueTask.CompletedTask;

        public void EnterAuthentication()
        {
        }

        public void EnterConnection(IPacketSink service)
        {
        }

        public void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers)
        {
        }

        public void Disconnect(DisconnectReason reason, string description)
        {
        }
    }
}
