using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>
/// Runs one key exchange after another for a connection (RFC 4253 7): proposals, the method's messages, the exchange hash, new keys.
/// </summary>
/// <remarks>
/// <code>
///            our KEXINIT              peer's KEXINIT                 hash agreed, our NEWKEYS            peer's NEWKEYS
///   Idle ----------------> InitSent ----------------> Exchanging ----------------------> AwaitingNewKeys -------------> Idle
///     \________________________________________________^
///            the peer's KEXINIT came first; ours follows at once
/// </code>
/// Starting may come from any thread (a limit was reached while sending); all else belongs to the reader.
/// </remarks>
internal abstract class KeyExchange(SecureTransport transport) : IDisposable
{
    private const string StrictClient = "kex-strict-c-v00@openssh.com";
    private const string StrictServer = "kex-strict-s-v00@openssh.com";
    private const string ExtInfoClient = "ext-info-c";
    private const string ExtInfoServer = "ext-info-s";

    private readonly Lock _startLock = new();
    private volatile Stage _stage;
    private byte[]? _ourInit;
    private byte[]? _peerInit;
    private Phase _phaseAfter;
    private InboundKeys? _nextInbound;
    private bool _isGuessToBeDropped;

    /// <summary>How far the present exchange is.</summary>
    private enum Stage
    {
        Idle,
        InitSent,
        Exchanging,
        AwaitingNewKeys,
    }

    /// <summary>True when both sides asked for strict key exchange in their first KEXINIT.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>True when the peer wants EXT_INFO.</summary>
    public bool PeerWantsExtInfo { get; private set; }

    /// <summary>How many exchanges are done.</summary>
    public long Completed { get; private set; }

    /// <summary>True until the first exchange is done.</summary>
    public bool IsFirst => Completed == 0;

    /// <summary>True while no exchange is under way.</summary>
    public bool IsIdle => _stage == Stage.Idle;

    /// <summary>What the last exchange agreed on.</summary>
    public NegotiatedAlgorithms? Negotiated { get; private set; }

    /// <summary>The most bytes that the cipher of the direction out may protect with one key.</summary>
    public long OutboundLimit { get; private set; } = long.MaxValue;

    /// <summary>The most bytes that the cipher of the direction in may protect with one key.</summary>
    public long InboundLimit { get; private set; } = long.MaxValue;

    protected SecureTransport Transport => transport;

    protected TransportOptions Options => transport.Options;

    /// <summary>Sends our KEXINIT unless an exchange is under way already.</summary>
    public void Start()
    {
        lock (_startLock)
        {
            if (_stage != Stage.Idle) return;

            // First this: whoever posts may be the writer, who finds out at once that new keys are due.
            _stage = Stage.InitSent;
            SendInit();
        }
    }

    /// <summary>Goes on where another process has done at least one exchange.</summary>
    public void Resume(NegotiatedAlgorithms negotiated, bool isStrict)
    {
        (Negotiated, IsStrict, Completed) = (negotiated, isStrict, 1);
        (OutboundLimit, InboundLimit) = (Outbound(negotiated).Cipher.MaxBytesPerKey, Inbound(negotiated).Cipher.MaxBytesPerKey);
    }

    /// <summary>Takes the peer's KEXINIT.</summary>
    public void OnInit(Packet packet)
    {
        Start();
        _peerInit = packet.Payload.ToArray();
        KexInit theirs = Message.Read<KexInit>(packet.Payload);
        if (IsFirst) ReadMarkers(theirs.KexAlgorithms, packet.Sequence);

        KexInit ours = Message.Read<KexInit>(_ourInit);
        Negotiated = Negotiation.Negotiate(in ours, in theirs, Options.IsClient);
        _isGuessToBeDropped = Negotiated.IsPeerGuessWrong;
        TraceNegotiated(Negotiated);
        (OutboundLimit, InboundLimit) = (Outbound(Negotiated).Cipher.MaxBytesPerKey, Inbound(Negotiated).Cipher.MaxBytesPerKey);

        _phaseAfter = IsFirst ? Phase.Service : transport.Router.Phase;
        transport.Router.Phase = IsFirst && IsStrict ? Phase.StrictKeyExchange : Phase.KeyExchange;
        _stage = Stage.Exchanging;
        Begin(Negotiated);
    }

    /// <summary>
    /// RFC 4253 7.1: when the peer's guess was wrong, its next exchange packet "MUST be silently ignored"; exactly one is.
    /// </summary>
    public bool TakesAsWrongGuess(MessageNumber number)
    {
        bool isExchangeNumber = (byte)number is >= MessageTable.FirstKeyExchangeNumber and <= MessageTable.LastKeyExchangeNumber;
        if (!_isGuessToBeDropped || !isExchangeNumber) return false;
        _isGuessToBeDropped = false;
        return true;
    }

    /// <summary>Takes a message of the method in use.</summary>
    public abstract ValueTask OnMethodMessageAsync(Packet packet, CancellationToken ct);

    /// <summary>Takes the peer's NEWKEYS: what follows comes under the new keys.</summary>
    public void OnNewKeys(Packet packet)
    {
        if (_stage != Stage.AwaitingNewKeys || _nextInbound is null)
        {
            throw new SshViolationException(Violation.UnexpectedMessage, "NEWKEYS came before the exchange was done.");
        }

        _ = Message.Read<NewKeys>(packet.Payload);
        transport.Inbound.Switch(_nextInbound, transport.IsAuthenticated);
        _nextInbound = null;
        transport.Router.Phase = _phaseAfter;
        (_ourInit, _peerInit) = (null, null);
        Completed++;
        lock (_startLock) _stage = Stage.Idle;
        transport.Options.Trace.Write(1, "SSH2_MSG_NEWKEYS received");
        transport.OnKeysInUse();
    }

    public virtual void Dispose() => _nextInbound?.Dispose();

    /// <summary>Makes ready for the method: sends the first message when it is this role's, says which may arrive.</summary>
    protected abstract void Begin(NegotiatedAlgorithms negotiated);

    /// <summary>The client's share to send right behind KEXINIT, for the method it prefers; null to send none.</summary>
    protected virtual byte[]? Guess() => null;

    /// <summary>H of RFC 4253 8, RFC 5656 4 and, with the group's fields, RFC 4419 3.</summary>
    protected byte[] ComputeHash(ReadOnlySpan<byte> hostKey, GroupFields? group, ReadOnlySpan<byte> clientShare, ReadOnlySpan<byte> serverShare, Secret sharedSecret)
    {
        (byte[] clientInit, byte[] serverInit) = Options.IsClient ? (_ourInit!, _peerInit!) : (_peerInit!, _ourInit!);
        (string client, string server) = Options.IsClient
            ? (Options.Identification, transport.PeerIdentification)
            : (transport.PeerIdentification, Options.Identification);
        using var hash = Digest.Begin(Negotiated!.KeyExchange.Hash);
        hash.AppendString(System.Text.Encoding.ASCII.GetBytes(client));
        hash.AppendString(System.Text.Encoding.ASCII.GetBytes(server));
        hash.AppendString(clientInit);
        hash.AppendString(serverInit);
        hash.AppendString(hostKey);
        group?.AppendTo(hash);
        hash.AppendString(clientShare);
        hash.AppendString(serverShare);
        hash.AppendString(sharedSecret.Span);
        return hash.Finish();
    }

    /// <summary>Derives the keys, sends NEWKEYS and gets ready for the peer's.</summary>
    protected void TakeKeys(Secret sharedSecret, byte[] exchangeHash)
    {
        NegotiatedAlgorithms negotiated = Negotiated!;
        if (IsFirst) transport.SetSessionId(exchangeHash);
        var derivation = new KeyDerivation(negotiated.KeyExchange.Hash, sharedSecret, exchangeHash, transport.SessionId);
        (char ivOut, char keyOut, char macOut) = Options.IsClient ? ('A', 'C', 'E') : ('B', 'D', 'F');
        (char ivIn, char keyIn, char macIn) = Options.IsClient ? ('B', 'D', 'F') : ('A', 'C', 'E');

        DirectionAlgorithms outbound = Outbound(negotiated);
        DirectionKeys outboundKeys = DirectionKeys.Derive(derivation, outbound, ivOut, keyOut, macOut);
        var message = default(NewKeys);
        transport.Outbox.PostNewKeys(
            Message.Write(transport.Pool, ref message),
            OutboundKeys.Create(outbound, outboundKeys, resetsSequence: IsStrict, Options.KeepsKeys));

        DirectionAlgorithms inbound = Inbound(negotiated);
        DirectionKeys inboundKeys = DirectionKeys.Derive(derivation, inbound, ivIn, keyIn, macIn);
        _nextInbound = InboundKeys.Create(inbound, inboundKeys, resetsSequence: IsStrict, Options.KeepsKeys);
        transport.Router.PermitExchangeMessages([]);
        _stage = Stage.AwaitingNewKeys;
        Options.Trace.Write(1, "SSH2_MSG_NEWKEYS sent");
        Options.Trace.Write(1, "expecting SSH2_MSG_NEWKEYS");
        transport.OnNewKeysSent(IsFirst);
    }

    private DirectionAlgorithms Outbound(NegotiatedAlgorithms negotiated) => Options.IsClient ? negotiated.ClientToServer : negotiated.ServerToClient;

    private DirectionAlgorithms Inbound(NegotiatedAlgorithms negotiated) => Options.IsClient ? negotiated.ServerToClient : negotiated.ClientToServer;

    private void SendInit()
    {
        byte[]? guess = IsFirst && Options.SendsGuess ? Guess() : null;
        Span<byte> cookie = stackalloc byte[KexInit.CookieLength];
        Options.Random.Fill(cookie);
        AlgorithmSelection offered = Options.Algorithms;
        var init = new KexInit
        {
            Cookie = cookie,
            KexAlgorithms = NameList.Of(offered.KexAlgorithms.Concat(Markers())),
            ServerHostKeyAlgorithms = NameList.Of(offered.HostKeyAlgorithms),
            EncryptionClientToServer = NameList.Of(offered.Ciphers),
            EncryptionServerToClient = NameList.Of(offered.Ciphers),
            MacClientToServer = NameList.Of(offered.Macs),
            MacServerToClient = NameList.Of(offered.Macs),
            CompressionClientToServer = NameList.Of(offered.Compressions),
            CompressionServerToClient = NameList.Of(offered.Compressions),
            FirstKexPacketFollows = guess is not null,
        };
        Packet packet = Message.Write(transport.Pool, ref init);
        _ourInit = packet.Payload.ToArray();
        transport.Outbox.PostKexInit(packet);
        Options.Trace.Write(1, "SSH2_MSG_KEXINIT sent");
        if (guess is not null)
        {
            var share = new KexInitShare { ClientShare = guess };
            transport.Outbox.PostTransport(Message.Write(transport.Pool, ref share));
        }
    }

    // The markers stand in the first KEXINIT only.
    private IEnumerable<string> Markers()
    {
        if (!IsFirst) return [];
        return Options.IsClient ? [ExtInfoClient, StrictClient] : [ExtInfoServer, StrictServer];
    }

    private void ReadMarkers(NameList names, uint sequence)
    {
        PeerWantsExtInfo = names.Contains(System.Text.Encoding.ASCII.GetBytes(Options.IsClient ? ExtInfoServer : ExtInfoClient));
        IsStrict = names.Contains(System.Text.Encoding.ASCII.GetBytes(Options.IsClient ? StrictServer : StrictClient));
        if (!IsStrict) return;
        Options.Trace.Write(3, "will use strict KEX ordering");

        // draft-ietf-sshm-strict-kex: the first packet must be KEXINIT.
        if (sequence != 0)
        {
            throw new SshViolationException(Violation.UnexpectedMessage, "strict KEX violation: KEXINIT was not the first packet.");
        }
    }

    private void TraceNegotiated(NegotiatedAlgorithms negotiated)
    {
        if (!Options.Trace.IsOn(1)) return;
        Options.Trace.Write(1, $"kex: algorithm: {negotiated.KeyExchange.Name}");
        Options.Trace.Write(1, $"kex: host key algorithm: {negotiated.HostKey.Name}");
        DirectionAlgorithms serverToClient = negotiated.ServerToClient;
        DirectionAlgorithms clientToServer = negotiated.ClientToServer;
        Options.Trace.Write(1, $"kex: server->client {Describe(serverToClient)}");
        Options.Trace.Write(1, $"kex: client->server {Describe(clientToServer)}");

        static string Describe(DirectionAlgorithms direction) =>
            $"cipher: {direction.Cipher.Name} MAC: {direction.Mac?.Name ?? "<implicit>"} compression: {direction.Compression.Name}";
    }

    /// <summary>What diffie-hellman-group-exchange adds to the hash.</summary>
    protected sealed record GroupFields(uint Min, uint Preferred, uint Max, byte[] Prime, byte[] Generator)
    {
        public void AppendTo(Digest hash)
        {
            hash.AppendUInt32(Min);
            hash.AppendUInt32(Preferred);
            hash.AppendUInt32(Max);
            AppendMpint(hash, Prime);
            AppendMpint(hash, Generator);
        }

        private static void AppendMpint(Digest hash, byte[] magnitude)
        {
            byte[] contents = new byte[magnitude.Length + 1];
            int length = Mpint.WriteContents(magnitude, contents);
            hash.AppendString(contents.AsSpan(0, length));
        }
    }
}
