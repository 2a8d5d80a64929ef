using System.Text;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>
/// The transport protocol of one connection (RFC 4253), pushed by whoever owns its stream: bytes from the peer go in by
/// <see cref="ReceiveAsync"/>, bytes for the peer come out by <see cref="Fill"/>.
/// </summary>
/// <remarks>
/// <see cref="ReceiveAsync"/> belongs to the reader and <see cref="Fill"/> to the writer; each is called by one at a time. What goes
/// wrong is thrown from <see cref="ReceiveAsync"/> after a DISCONNECT that says so has been queued; the owner then lets the writer drain,
/// closes the stream and calls <see cref="Close"/>.
/// </remarks>
internal sealed class SecureTransport : IStreamTransport
{
    private readonly Identification _identification;
    private readonly KeyExchange _exchange;
    private readonly ExtensionNegotiation _extensions;
    private readonly Func<ITransport, IPacketSink> _createService;
    private IPacketSink? _service;
    private byte[] _sessionId = [];
    private ReadOnlyMemory<byte> _hostKey;
    private ReadOnlyMemory<byte> _hostKeySignature;
    private ReadOnlyMemory<byte> _unsentText;
    private TimeSpan _now;
    private TimeSpan _keysSince;
    private readonly bool _isResumed;
    private volatile bool _isClosed;

    /// <summary>Creates the transport; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">What to offer and whom to trust.</param>
    /// <param name="createService">Makes the authentication protocol of this role once keys are in use.</param>
    public SecureTransport(TransportOptions options, Func<ITransport, IPacketSink> createService)
    {
        Options = options;
        _createService = createService;
        _identification = new Identification(options.IsClient);
        _exchange = options.IsClient ? new KeyExchangeClient(this) : new KeyExchangeServer(this);
        _extensions = new ExtensionNegotiation(options);
        Router = new PacketRouter(options.IsClient);
        Inbound = new InboundCodec(options.Pool) { MaxTotal = options.IsClient ? int.MaxValue : PacketLimits.MaxBeforeLogin };
        Outbound = new OutboundCodec(options.Random);
        Outbox = new Outbox { IsLent = options.IsPrompt };
    }

    /// <summary>Goes on at a server where another process has stopped, and starts with the connection protocol.</summary>
    /// <param name="options">What to offer when keys are exchanged again. The identification is the snapshot's.</param>
    /// <param name="snapshot">Where to go on; stays the caller's.</param>
    /// <param name="createService">Makes the connection protocol.</param>
    public SecureTransport(TransportOptions options, TransportSnapshot snapshot, Func<ITransport, IPacketSink> createService)
        : this(options with { Identification = Encoding.ASCII.GetString(snapshot.Fields.OurIdentification) }, createService)
    {
        TransportFields fields = snapshot.Fields;
        NegotiatedAlgorithms negotiated = fields.Check();
        _isResumed = true;
        (_sessionId, _hostKey) = (fields.SessionId.ToArray(), fields.HostKey.ToArray());
        _keysSince = -TimeSpan.FromMilliseconds(fields.KeysAgeMs);
        _identification.Resume(Encoding.ASCII.GetString(fields.PeerIdentification));
        _extensions.Resume(fields.PeerAnswersPing);
        _exchange.Resume(negotiated, fields.IsStrict);
        Inbound.Resume(InboundKeys.Create(negotiated.ClientToServer, fields.Inbound.CopyKeys(), fields.IsStrict, keepsKeys: false), in fields.Inbound);
        Outbound.Resume(OutboundKeys.Create(negotiated.ServerToClient, fields.Outbound.CopyKeys(), fields.IsStrict, keepsKeys: false), in fields.Outbound);
    }

    public TransportOptions Options { get; }

    public PacketRouter Router { get; }

    public InboundCodec Inbound { get; }

    public OutboundCodec Outbound { get; }

    public Outbox Outbox { get; }

    public bool IsClient => Options.IsClient;

    public ReadOnlyMemory<byte> SessionId => _sessionId;

    public ReadOnlyMemory<byte> HostKey => _hostKey;

    public ReadOnlyMemory<byte> HostKeySignature => _hostKeySignature;

    public string PeerIdentification => _identification.Peer ?? "";

    public IReadOnlyList<string>? ServerSignatureAlgorithms => _extensions.ServerSignatureAlgorithms;

    public bool PeerBindsToHost => _extensions.PeerBindsToHost;

    public bool PeerTakesAgent => _extensions.PeerTakesAgent;

    public bool PeerAnswersPing => _extensions.PeerAnswersPing;

    public PacketPool Pool => Options.Pool;

    public RekeyPolicy Rekey => Options.Rekey;

    /// <summary>True from USERAUTH_SUCCESS on.</summary>
    public bool IsAuthenticated { get; private set; }

    /// <summary>How many key exchanges were completed here.</summary>
    public int KeyExchanges { get; private set; }

    /// <summary>True once nothing more is processed.</summary>
    public bool IsClosed => _isClosed;

    public bool IsFrozen { get; private set; }

    /// <summary>What the last key exchange agreed on; null before the first.</summary>
    public NegotiatedAlgorithms? Negotiated => _exchange.Negotiated;

    public bool IsPeerStranger => !IsClient && !IsAuthenticated;

    /// <summary>The whole length of the packet that is under way, when known: a buffer smaller than this cannot take it.</summary>
    public int AwaitedLength => Inbound.Awaited;

    public Func<ValueTask>? BeforeThought { get; set; }

    /// <summary>Queues the identification and, as nothing forbids it, KEXINIT behind it (RFC 4253 4.2).</summary>
    public void Start()
    {
        if (_isResumed)
        {
            EnterConnection(_createService(this));
            return;
        }

        _unsentText = Encoding.ASCII.GetBytes(Options.Identification + "\r\n");
        Options.Trace.Write(1, $"Local version string {Options.Identification}");
        _exchange.Start();
    }

    /// <summary>Processes all whole packets that the bytes start with and returns how many bytes that took; the rest must come again.</summary>
    public async ValueTask<int> ReceiveAsync(ReadOnlyMemory<byte> inbound, CancellationToken ct)
    {
        int used = 0;
        try
        {
            if (_identification.Peer is null) used = ReadIdentification(inbound.Span);
            if (_identification.Peer is null) return used;
            while (!_isClosed && used < inbound.Length && Inbound.TryRead(inbound.Span[used..], out int consumed) is { } packet)
            {
                used += consumed;
                if (BeforeThought is { } wait && TakesThought(packet.Number)) await wait().ConfigureAwait(false);
                await RouteAsync(packet, ct).ConfigureAwait(false);
                if (IsRekeyDue(Inbound.BytesSinceKeys, Inbound.PacketsSinceKeys, _exchange.InboundLimit)) RequestRekey();
                if (HoldsTooMuch) throw new SshViolationException(Violation.TooMuchPending, "The peer makes us answer and does not read.");
            }

            return used;
        }
        catch (SshViolationException violation)
        {
            Fail(violation);
            throw;
        }
        catch (HostKeyNotTrustedException untrusted)
        {
            Disconnect(DisconnectReason.HostKeyNotVerifiable, untrusted.Message);
            throw;
        }
        catch (ClientRefusedException refused)
        {
            Disconnect(DisconnectReason.HostNotAllowedToConnect, refused.Message);
            throw;
        }
        catch (Exception error) when (error is not SshDisconnectedException)
        {
            Disconnect(DisconnectReason.ByApplication, "The connection ended after an internal failure.");
            throw;
        }
    }

    /// <summary>Seals what waits into the output, as much as fits, and returns the bytes written; 0 when nothing waits.</summary>
    public int Fill(Span<byte> output)
    {
        int written = TakeText(output);
        while (_unsentText.IsEmpty && Outbox.TryTake(Outbound, output.Length - written, out OutboxItem item))
        {
            bool isLast = item.Packet.Number == MessageNumber.Disconnect;
            if (Options.Trace.IsOn(3)) Options.Trace.Write(3, $"send packet: type {(byte)item.Packet.Number} ({MessageTable.NameOf(item.Packet.Number)})");
            written += Outbound.Seal(item, output[written..]);
            if (isLast) break;
            if (IsRekeyDue(Outbound.BytesSinceKeys, Outbound.PacketsSinceKeys, _exchange.OutboundLimit)) RequestRekey();
        }

        return written;
    }

    /// <summary>Waits until there may be something to fill; false when the connection is over and all is drained.</summary>
    public ValueTask<bool> WaitToFillAsync() => _unsentText.IsEmpty ? Outbox.WaitAsync() : ValueTask.FromResult(true);

    /// <summary>What is still to be sent, in plain text and after all else, once there is nothing more to fill: the peer speaks no SSH.</summary>
    public ReadOnlyMemory<byte> Parting { get; private set; }

    /// <summary>Tells the time that passed since the connection began; keys that are too old are replaced.</summary>
    public void OnTick(TimeSpan sinceStart)
    {
        _now = sinceStart;
        if (Options.Rekey.IsDue(_now - _keysSince)) RequestRekey();
    }

    /// <summary>Starts a key exchange unless one is under way or it is not time for one.</summary>
    public void RequestRekey()
    {
        // OpenSSH's server answers none before authentication, and there is little to protect by then.
        if (IsAuthenticated && !_isClosed) _exchange.Start();
    }

    public void Post<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct => Outbox.Post(Message.Write(Pool, ref message), isUrgent: false);

    public void Post(Packet packet, bool isUrgent = false) => Outbox.Post(packet, isUrgent);

    public ValueTask WhenRoomAsync(CancellationToken ct) => Outbox.WhenRoomAsync(ct);

    public void EnterAuthentication() => Router.Phase = Phase.Authentication;

    public void EnterConnection(IPacketSink service)
    {
        _service = service;
        IsAuthenticated = true;
        Router.Phase = Phase.Connection;
        Router.PermitMethodMessages([]);
        Inbound.MaxTotal = int.MaxValue;
        Inbound.StartDelayedCompression();
        if (IsClient) Outbound.StartDelayedCompression();
    }

    /// <summary>The user is authenticated and another process goes on: nothing more is processed, and what is queued goes out. For the reader alone.</summary>
    public void Freeze()
    {
        (IsFrozen, _isClosed) = (true, true);
        Outbox.Freeze();
    }

    /// <summary>Says how another process goes on, once all has been sent that was queued before <see cref="Freeze"/>.</summary>
    /// <param name="unprocessed">What has been read from the network behind the last packet that was processed.</param>
    public TransportSnapshot Snapshot(ReadOnlySpan<byte> unprocessed)
    {
        if (!IsFrozen || !_exchange.IsIdle || Outbox.QueuedBytes > 0) throw new InvalidOperationException("A snapshot is taken of a transport that is frozen and has nothing to send.");
        var fields = new TransportFields
        {
            Form = TransportFields.PresentForm,
            SessionId = _sessionId,
            HostKey = _hostKey.Span,
            OurIdentification = Encoding.ASCII.GetBytes(Options.Identification),
            PeerIdentification = Encoding.ASCII.GetBytes(PeerIdentification),
            KeyExchange = Encoding.ASCII.GetBytes(Negotiated!.KeyExchange.Name),
            HostKeyAlgorithm = Encoding.ASCII.GetBytes(Negotiated.HostKey.Name),
            IsStrict = _exchange.IsStrict,
            PeerAnswersPing = PeerAnswersPing,
            KeysAgeMs = (ulong)(_now - _keysSince).TotalMilliseconds,
            Inbound = Inbound.Describe(Negotiated.ClientToServer),
            Outbound = Outbound.Describe(Negotiated.ServerToClient),
            Unprocessed = unprocessed,
        };
        return TransportSnapshot.Of(ref fields);
    }

    public void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers) => Router.PermitMethodMessages(numbers);

    public void Disconnect(DisconnectReason reason, string description)
    {
        var message = new Disconnect { ReasonCode = (uint)reason, Description = Encoding.UTF8.GetBytes(description) };
        Outbox.PostLast(Message.Write(Pool, ref message), isAgreed: reason == DisconnectReason.ByApplication);
        _isClosed = true;
        Router.Phase = Phase.Closed;
    }

    /// <summary>The stream is gone: tells the service, once, and frees what is held.</summary>
    public void Close(Exception? error)
    {
        _isClosed = true;
        Outbox.Close();
        _service?.OnClosed(error);
        _service = null;
    }

    /// <summary>Wipes the keys; neither reader nor writer may be at work any more.</summary>
    public void Dispose()
    {
        Outbox.Dispose();
        _exchange.Dispose();
        Inbound.Dispose();
        Outbound.Dispose();
    }

    internal void SetSessionId(byte[] exchangeHash) => _sessionId = exchangeHash;

    internal void SetHostKey(ReadOnlyMemory<byte> blob, ReadOnlyMemory<byte> signature) => (_hostKey, _hostKeySignature) = (blob, signature);

    /// <summary>Our NEWKEYS is queued. With the first, what may follow at once does: EXT_INFO, and the client's service request.</summary>
    internal void OnNewKeysSent(bool isFirst)
    {
        if (!isFirst) return;
        if (!IsClient && _exchange.PeerWantsExtInfo) Outbox.PostTransport(_extensions.Compose());
        _service = _createService(this);
    }

    /// <summary>The peer's NEWKEYS is in: both directions have new keys.</summary>
    internal void OnKeysInUse()
    {
        _keysSince = _now;
        KeyExchanges++;
    }

    private bool HoldsTooMuch => IsPeerStranger
        ? Outbox.HeldBytes > Outbox.MaxHeldBeforeLogin
        : Outbox.HeldBytes > Outbox.MaxHeld && Outbox.HeldBytes > Outbox.MaxHeld + (_service?.HeldAllowance ?? 0);

    private bool TakesThought(MessageNumber number)
    {
        if (!Options.IsPrompt) return !MessageTable.IsFlow(number);
        return (byte)number is >= MessageTable.FirstKeyExchangeNumber and <= MessageTable.LastKeyExchangeNumber && _exchange.Negotiated is not { KeyExchange.IsQuick: true };
    }

    // RFC 4344 3.2: a cipher has a limit of its own, whatever is configured.
    private bool IsRekeyDue(long bytes, long packets, long cipherLimit) => bytes >= cipherLimit || Options.Rekey.IsDue(bytes, packets);

    private int ReadIdentification(ReadOnlySpan<byte> inbound)
    {
        int used = _identification.Read(inbound);
        if (_identification.Peer is { } peer)
        {
            if (Options.Trace.IsOn(1)) Options.Trace.Write(1, $"Remote protocol version {Describe(peer)}");
            Options.Steps?.OnStep($"identification: {Printable.Escape(peer)}");
        }

        return used;
    }

    // RFC 4253 4.2: "SSH-protoversion-softwareversion SP comments"
    private static string Describe(string identification)
    {
        string[] parts = identification.Split('-', 3);
        return $"{Printable.Escape(parts[1])}, remote software version {Printable.Escape(parts[^1])}";
    }

    private int TakeText(Span<byte> output)
    {
        int length = Math.Min(_unsentText.Length, output.Length);
        _unsentText.Span[..length].CopyTo(output);
        _unsentText = _unsentText[length..];
        return length;
    }

    private ValueTask RouteAsync(Packet packet, CancellationToken ct)
    {
        MessageNumber number = packet.Number;
        if (Options.Trace.IsOn(3)) Options.Trace.Write(3, $"receive packet: type {(byte)number} ({MessageTable.NameOf(number)})");
        if (_exchange.TakesAsWrongGuess(number))
        {
            packet.Dispose();
            return ValueTask.CompletedTask;
        }

        switch (Router.Judge(number))
        {
            case PacketRouter.Permission.Unknown:
                return AnswerUnimplemented(packet);
            case PacketRouter.Permission.Refused:
                packet.Dispose();
                throw new SshViolationException(Violation.UnexpectedMessage, $"{MessageTable.NameOf(number)} is not expected now.");
        }

        if (number >= MessageNumber.UserauthRequest && number < MessageNumber.Ping) return ToServiceAsync(packet, ct);
        return HandleAsync(packet, ct);
    }

    private ValueTask ToServiceAsync(Packet packet, CancellationToken ct)
    {
        // Passwords and answers to prompts are in these; the buffer is wiped before it is used again.
        packet.IsSensitive = packet.Number < MessageNumber.GlobalRequest;
        return _service!.OnPacketAsync(packet, ct);
    }

    private async ValueTask HandleAsync(Packet packet, CancellationToken ct)
    {
        if (packet.Number is MessageNumber.ServiceRequest or MessageNumber.ServiceAccept)
        {
            await _service!.OnPacketAsync(packet, ct).ConfigureAwait(false);
            return;
        }

        using (packet)
        {
            switch (packet.Number)
            {
                case MessageNumber.Disconnect:
                    OnDisconnect(packet);
                    break;
                case MessageNumber.Ignore:
                    break;
                case MessageNumber.Unimplemented:
                    _ = Message.Read<Unimplemented>(packet.Payload);
                    break;
                case MessageNumber.Debug:
                    OnDebug(packet);
                    break;
                case MessageNumber.ExtInfo:
                    Options.Trace.Write(1, "SSH2_MSG_EXT_INFO received");
                    _extensions.Take(packet.Payload, isFirst: _exchange.Completed == 1 && Inbound.PacketsSinceKeys == 1, Router.Phase);
                    break;
                case MessageNumber.KexInit:
                    Options.Trace.Write(1, "SSH2_MSG_KEXINIT received");
                    _exchange.OnInit(packet);
                    Options.Steps?.OnStep("key exchange: the peer's proposal");
                    break;
                case MessageNumber.NewKeys:
                    _exchange.OnNewKeys(packet);
                    Options.Steps?.OnStep("key exchange: new keys in use");
                    break;
                case MessageNumber.Ping:
                    OnPing(packet);
                    break;
                case MessageNumber.Pong:
                    break;
                default:
                    packet.IsSensitive = true;
                    await _exchange.OnMethodMessageAsync(packet, ct).ConfigureAwait(false);
                    break;
            }
        }
    }

    // RFC 4253 11.4: unknown messages are answered in order, with the sequence number that they came under.
    private ValueTask AnswerUnimplemented(Packet packet)
    {
        var answer = new Unimplemented { Sequence = packet.Sequence };
        packet.Dispose();
        Outbox.PostTransport(Message.Write(Pool, ref answer));
        return ValueTask.CompletedTask;
    }

    // RFC 4253 11.1: nothing is processed or sent after it.
    private void OnDisconnect(Packet packet)
    {
        Disconnect message = Message.Read<Disconnect>(packet.Payload);
        _isClosed = true;
        Router.Phase = Phase.Closed;
        Outbox.Dispose();
        throw new SshDisconnectedException(message.ReasonCode, Printable.Escape(message.Description));
    }

    private void OnDebug(Packet packet)
    {
        Debug message = Message.Read<Debug>(packet.Payload);
        if (Options.Trace.IsOn(1)) Options.Trace.Write(message.AlwaysDisplay ? 1 : 2, $"Remote: {Printable.Escape(message.Text)}");
    }

    private void OnPing(Packet packet)
    {
        var pong = new Pong { Data = Message.Read<Ping>(packet.Payload).Data };
        Post(ref pong);
    }

    private void Fail(SshViolationException violation)
    {
        // Before both have identified themselves there are no packets to say it with.
        if (_identification.Peer is null)
        {
            if (!IsClient && violation.Violation == Violation.BadIdentification) Parting = Encoding.ASCII.GetBytes(Identification.InvalidReply);
            _isClosed = true;
            Outbox.Close();
            return;
        }

        Disconnect(DisconnectReasons.Of(violation.Violation), violation.Message);
    }
}
