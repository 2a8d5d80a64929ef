using System.Buffers.Binary;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// The connection protocol (RFC 4254) of one connection, for either end: routes packets to channels, opens channels and keeps global requests in order.
/// </summary>
/// <remarks>
/// Everything here completes at once for the reader: windows guarantee room for data, and what a policy thinks over goes on in a task of its own.
/// The role shows only in the <see cref="IConnectionPolicy"/>.
/// </remarks>
internal sealed class Multiplexer : IPacketSink
{
    private const long MessagesOfChannel = 4;

    private readonly ChannelTable _channels;
    private readonly WindowGrowth _growth;
    private readonly PendingBytes _pending;
    private readonly GlobalRequests _requests;
    private readonly GlobalReplies _replies;
    private readonly ChannelOffers _offers;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<ChannelInput> _wakeups = [];
    private Exception? _error;
    private SshViolationException? _failure;

    public Multiplexer(ITransport transport, IConnectionPolicy policy, ConnectionSettings settings)
    {
        Transport = transport;
        Settings = settings;
        MaximumPacket = Identification.IsOurs(transport.PeerIdentification) ? settings.MaximumPacketAmongUs : settings.MaximumPacket;
        _channels = new ChannelTable(settings.MaximumChannels);
        _growth = new WindowGrowth(settings.GrowthBudget);
        _pending = new PendingBytes(settings.PendingBudget);
        _requests = new GlobalRequests(this, policy);
        _replies = new GlobalReplies(transport);
        _offers = new ChannelOffers(this, policy, _channels, _pending);
        Ended = _ended.Token;
    }

    /// <summary>Channels that are open, being opened, or closed with data that nobody has read yet.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>How many channels there have been in all.</summary>
    public long ChannelsOpened => _channels.Added;

    /// <summary>The channels there are at this moment.</summary>
    public IReadOnlyList<Channel> Channels => _channels.ToArray();

    /// <summary>Each channel has its opening, its window, its EOF and its CLOSE to say, and all of them may at once.</summary>
    public long HeldAllowance => _channels.Most * MessagesOfChannel * PacketPool.SmallCapacity;

    /// <summary>Cancelled when the connection is over.</summary>
    public CancellationToken Ended { get; }

    /// <summary>The violation of the peer's for which the connection was ended while no reader was there to throw it.</summary>
    internal SshViolationException? Failure => Volatile.Read(ref _failure);

    internal ITransport Transport { get; }

    internal ConnectionSettings Settings { get; }

    /// <summary>The most data that a packet to us may carry.</summary>
    internal uint MaximumPacket { get; }

    /// <summary>Completes when there is no channel any more; once the connection has ended it may never do so.</summary>
    public Task WhenNoChannels() => _channels.WhenEmpty();

    /// <summary>Opens a channel of ours. Cancelling gives it up: if the peer opens it nevertheless, it is closed.</summary>
    /// <param name="fields">The channel type and its fields.</param>
    /// <param name="service">What answers the peer's requests on the channel; without one they are refused.</param>
    /// <param name="acceptsErrorData">True when extended data is wanted, which must then be read.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ChannelOpenFailedException">The peer refused, or there are too many channels.</exception>
    public Task<Channel> OpenAsync<T>(scoped ref T fields, IChannelService? service, bool acceptsErrorData, CancellationToken ct)
        where T : INamedRecord<T>, allows ref struct => OpenAsync(T.RecordName, Message.WriteRecord(ref fields), service, acceptsErrorData, ct);

    /// <summary>Opens a channel of a type that whoever asked for it knows, and of which nobody here reads the fields.</summary>
    public Task<Channel> OpenAsync(string type, byte[] fields, IChannelService? service, bool acceptsErrorData, CancellationToken ct)
    {
        if (ct.IsCancellationRequested) return Task.FromCanceled<Channel>(ct);
        var opening = new TaskCompletionSource<Channel>(TaskCreationOptions.RunContinuationsAsynchronously);
        var channel = new Channel(this, type, service, acceptsErrorData, opening);
        if (_error is { } error) return Task.FromException<Channel>(error);
        if (!_channels.TryAdd(channel))
        {
            return Task.FromException<Channel>(
                new ChannelOpenFailedException(OpenFailureReason.ResourceShortage, $"this connection has {Settings.MaximumChannels} channels already"));
        }

        // The connection may have ended while the channel entered the table, and then nobody else fails it.
        if (Volatile.Read(ref _error) is { } end) channel.OnConnectionClosed(end);
        var open = new ChannelOpen
        {
            ChannelType = System.Text.Encoding.ASCII.GetBytes(type),
            SenderChannel = channel.LocalId,
            InitialWindowSize = Settings.InitialWindow,
            MaximumPacketSize = MaximumPacket,
            TypeFields = fields,
        };
        Transport.Post(Message.Write(Transport.Pool, ref open), isUrgent: true);
        return WaitForOpenAsync(channel, opening.Task, ct);
    }

    /// <summary>Sends a global request and waits for its reply. Cancelling ends the wait, not the request.</summary>
    public Task<GlobalAnswer> RequestAsync<T>(scoped ref T fields, CancellationToken ct)
        where T : INamedRecord<T>, allows ref struct => RequestAsync(ref fields, new PendingReply(), ct);

    /// <summary>Sends a global request whose reply goes to this first, while the reader still stands at it.</summary>
    public Task<GlobalAnswer> RequestAsync<T>(scoped ref T fields, PendingReply reply, CancellationToken ct)
        where T : INamedRecord<T>, allows ref struct
    {
        _replies.Send(RequestPacket(ref fields, wantsReply: true), reply);
        return reply.Task.WaitAsync(ct);
    }

    /// <summary>Sends a global request that wants no reply.</summary>
    public void Notify<T>(scoped ref T fields)
        where T : INamedRecord<T>, allows ref struct => _replies.Send(RequestPacket(ref fields, wantsReply: false), null);

    /// <summary>Asks for a sign of life; any reply is one. The floor above, which has a clock, counts those that do not come.</summary>
    public Task SendKeepAliveAsync(CancellationToken ct)
    {
        var request = default(KeepAliveRequest);
        return RequestAsync(ref request, ct);
    }

    /// <summary>
    /// Wakes the consumers whose data came since the last call: once for all that one receive brought, when
    /// <see cref="ConnectionSettings.DefersWakeups"/> is set. The reader's.
    /// </summary>
    public void FlushWakeups()
    {
        foreach (ChannelInput input in _wakeups)
        {
            input.IsWakeDue = false;
            input.WakeIfReadable(mayRunHere: true);
        }

        _wakeups.Clear();
    }

    public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
    {
        if (packet.Number == MessageNumber.ChannelData) OnData(packet);
        else OnMessage(packet);
        return ValueTask.CompletedTask;
    }

    public void OnClosed(Exception? error)
    {
        Exception end = error ?? new SshException("The connection was closed.");
        if (Interlocked.CompareExchange(ref _error, end, null) is not null) return;
        FlushWakeups();
        _requests.End();
        _replies.End(end);
        foreach (Channel channel in _channels.ToArray()) channel.OnConnectionClosed(end);
        _ended.Cancel();
    }

    internal ReceiveWindow CreateReceiveWindow() => new(Settings.InitialWindow, Settings.MaximumWindow, _growth);

    internal void WakeLater(ChannelInput input)
    {
        if (input.IsWakeDue) return;
        input.IsWakeDue = true;
        _wakeups.Add(input);
    }

    internal void Release(Channel channel) => _channels.Remove(channel);

    /// <summary>A violation showed when no reader was there to end the connection for it.</summary>
    internal void Fail(SshViolationException violation)
    {
        Interlocked.CompareExchange(ref _failure, violation, null);
        Transport.Disconnect(DisconnectReason.ProtocolError, violation.Message);
    }

    private static async Task<Channel> WaitForOpenAsync(Channel channel, Task<Channel> opening, CancellationToken ct)
    {
        try
        {
            return await opening.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            channel.Abandon();
            throw;
        }
    }

    private static Packet RequestPacket<T>(PacketPool pool, scoped ref T fields, bool wantsReply)
        where T : INamedRecord<T>, allows ref struct
    {
        var request = new GlobalRequest
        {
            RequestName = System.Text.Encoding.ASCII.GetBytes(T.RecordName),
            WantReply = wantsReply,
            RequestFields = Message.WriteRecord(ref fields),
        };
        return Message.Write(pool, ref request);
    }

    private Packet RequestPacket<T>(scoped ref T fields, bool wantsReply)
        where T : INamedRecord<T>, allows ref struct => RequestPacket(Transport.Pool, ref fields, wantsReply);

    /// <summary>CHANNEL_DATA, by hand: this is what a connection spends its time on.</summary>
    private void OnData(Packet packet)
    {
        ReadOnlySpan<byte> payload = packet.Payload;
        if (payload.Length < ChannelData.HeaderLength
            || BinaryPrimitives.ReadUInt32BigEndian(payload[5..]) != (uint)(payload.Length - ChannelData.HeaderLength)
            || !_channels.TryFind(BinaryPrimitives.ReadUInt32BigEndian(payload[1..]), out Channel? channel)
            || channel.Stage != ChannelStage.Open
            || channel.IsPeerClosed)
        {
            OnBadData(packet);
            return;
        }

        packet.Narrow(ChannelData.HeaderLength, payload.Length - ChannelData.HeaderLength);
        channel.OnData(packet);
    }

    // Reading it the long way finds out which rule is broken.
    private void OnBadData(Packet packet)
    {
        try
        {
            ChannelData data = Message.Read<ChannelData>(packet.Payload);
            Find(data.RecipientChannel);
        }
        finally
        {
            packet.Dispose();
        }
    }

    private void OnMessage(Packet packet)
    {
        switch (packet.Number)
        {
            case MessageNumber.ChannelExtendedData: OnExtendedData(packet); break;
            case MessageNumber.ChannelRequest: OnChannelRequest(packet); break;
            case MessageNumber.GlobalRequest: OnGlobalRequest(packet); break;
            case MessageNumber.ChannelOpen: _offers.OnOpen(packet); break;
            default:
                using (packet) OnShortMessage(packet.Number, packet.Payload);
                break;
        }
    }

    // The messages of which nothing is kept.
    private void OnShortMessage(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        switch (number)
        {
            case MessageNumber.ChannelWindowAdjust: OnWindowAdjust(Message.Read<ChannelWindowAdjust>(payload)); break;
            case MessageNumber.ChannelEof: Find(Message.Read<ChannelEof>(payload).RecipientChannel).OnEof(); break;
            case MessageNumber.ChannelClose: Find(Message.Read<ChannelClose>(payload).RecipientChannel).OnClose(); break;
            case MessageNumber.ChannelSuccess: Find(Message.Read<ChannelSuccess>(payload).RecipientChannel).OnReply(true); break;
            case MessageNumber.ChannelFailure: Find(Message.Read<ChannelFailure>(payload).RecipientChannel).OnReply(false); break;
            case MessageNumber.RequestSuccess: _replies.OnReply(true, Message.Read<RequestSuccess>(payload).ResponseFields); break;
            case MessageNumber.RequestFailure: _replies.OnReply(false, default); break;
            case MessageNumber.ChannelOpenConfirmation: OnConfirmation(Message.Read<ChannelOpenConfirmation>(payload)); break;
            case MessageNumber.ChannelOpenFailure: OnFailure(Message.Read<ChannelOpenFailure>(payload)); break;

            // RFC 4252 5.1: "any further authentication requests received after that SHOULD be silently ignored"
            case MessageNumber.UserauthRequest: break;
            default: throw new SshViolationException(Violation.UnexpectedMessage, $"Message {(byte)number} is none of the connection protocol.");
        }
    }

    private void OnExtendedData(Packet packet)
    {
        Channel channel;
        uint type;
        try
        {
            ChannelExtendedData data = Message.Read<ChannelExtendedData>(packet.Payload);
            channel = Find(data.RecipientChannel);
            type = data.DataTypeCode;
            packet.Narrow(ChannelExtendedData.HeaderLength, data.Data.Length);
        }
        catch
        {
            packet.Dispose();
            throw;
        }

        channel.OnExtendedData(packet, type);
    }

    private void OnChannelRequest(Packet packet)
    {
        Channel channel;
        IncomingRequest incoming;
        try
        {
            ChannelRequest request = Message.Read<ChannelRequest>(packet.Payload);
            channel = Find(request.RecipientChannel);
            incoming = new IncomingRequest(packet, _pending, request.RequestType, request.WantReply, request.RequestFields.Length);
        }
        catch
        {
            packet.Dispose();
            throw;
        }

        channel.OnRequest(incoming);
    }

    private void OnGlobalRequest(Packet packet)
    {
        IncomingRequest incoming;
        try
        {
            GlobalRequest request = Message.Read<GlobalRequest>(packet.Payload);
            incoming = new IncomingRequest(packet, _pending, request.RequestName, request.WantReply, request.RequestFields.Length);
        }
        catch
        {
            packet.Dispose();
            throw;
        }

        _requests.Add(incoming);
    }

    private void OnWindowAdjust(ChannelWindowAdjust adjust)
    {
        // As OpenSSH does, one that comes for a channel which has just gone is let go: it asks for nothing.
        if (!_channels.TryFind(adjust.RecipientChannel, out _) && _channels.WasUsed(adjust.RecipientChannel)) return;
        Find(adjust.RecipientChannel).OnWindowAdjust(adjust.BytesToAdd);
    }

    private void OnConfirmation(ChannelOpenConfirmation confirmation)
    {
        Channel channel = FindAsked(confirmation.RecipientChannel);
        bool isWanted = channel.Open(confirmation.SenderChannel, confirmation.InitialWindowSize, confirmation.MaximumPacketSize);
        if (confirmation.MaximumPacketSize == 0)
        {
            channel.Drop();
            channel.CompleteOpening(new ChannelOpenFailedException(OpenFailureReason.ConnectFailed, "the peer allows packets of no size"));
            return;
        }

        if (!isWanted) channel.Drop();
        else channel.Service?.OnOpened(channel);
        channel.CompleteOpening(null);
    }

    private void OnFailure(ChannelOpenFailure failure)
    {
        Channel channel = FindAsked(failure.RecipientChannel);
        _channels.Remove(channel);
        channel.OnRefused(new ChannelOpenFailedException((OpenFailureReason)failure.ReasonCode, Printable.Escape(failure.Description)) { Channel = channel.LocalId });
    }

    private Channel FindAsked(uint id)
    {
        if (_channels.TryFind(id, out Channel? channel) && channel.Stage == ChannelStage.Asked) return channel;
        throw new SshViolationException(Violation.UnexpectedReply, $"The peer answers an opening of channel {id} that nobody asked for.");
    }

    private Channel Find(uint id)
    {
        if (_channels.TryFind(id, out Channel? channel))
        {
            if (channel.Stage == ChannelStage.Open && !channel.IsPeerClosed) return channel;
            if (channel.IsPeerClosed) throw new SshViolationException(Violation.MessageAfterClose, $"A message came for channel {id} after its CLOSE.");
        }
        else if (_channels.WasUsed(id))
        {
            throw new SshViolationException(Violation.MessageAfterClose, $"A message came for channel {id}, which is closed.");
        }

        throw new SshViolationException(Violation.UnknownChannel, $"A message came for channel {id}, which is not open.");
    }
}
