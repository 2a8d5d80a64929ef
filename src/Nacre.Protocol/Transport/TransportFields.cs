using System.Text;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>What a <see cref="TransportSnapshot"/> holds, field by field.</summary>
internal ref struct TransportFields : IRecord<TransportFields>
{
    /// <summary>The form below. A snapshot passes between two processes of one installation, of which one may have been replaced in between.</summary>
    public const uint PresentForm = 1;

    /// <summary>More bytes than this have not been read from the network and left unprocessed: several packets of the largest size.</summary>
    public const int MaxUnprocessed = 4 * PacketLimits.MaxPacketLength;

    /// <summary>No hash of a key exchange is longer.</summary>
    public const int MaxSessionId = 64;

    /// <summary>A host certificate with many names fits.</summary>
    public const int MaxHostKey = 64 * 1024;

    public uint Form;
    public ReadOnlySpan<byte> SessionId;
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> OurIdentification;
    public ReadOnlySpan<byte> PeerIdentification;
    public ReadOnlySpan<byte> KeyExchange;
    public ReadOnlySpan<byte> HostKeyAlgorithm;
    public bool IsStrict;
    public bool PeerAnswersPing;

    /// <summary>How long ago the keys were exchanged.</summary>
    public ulong KeysAgeMs;

    public DirectionFields Inbound;
    public DirectionFields Outbound;

    /// <summary>What has been read from the network, from a packet's first byte on, and is still sealed.</summary>
    public ReadOnlySpan<byte> Unprocessed;

    public static void Fields<V>(ref V visit, ref TransportFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Form);
        visit.String(ref message.SessionId, MaxSessionId);
        visit.String(ref message.HostKey, MaxHostKey);
        visit.Text(ref message.OurIdentification, Identification.MaxLength);
        visit.Text(ref message.PeerIdentification, Identification.MaxLength);
        visit.Text(ref message.KeyExchange, NameList.MaxNameLength);
        visit.Text(ref message.HostKeyAlgorithm, NameList.MaxNameLength);
        visit.Boolean(ref message.IsStrict);
        visit.Boolean(ref message.PeerAnswersPing);
        visit.UInt64(ref message.KeysAgeMs);
        DirectionFields.Fields(ref visit, ref message.Inbound);
        DirectionFields.Fields(ref visit, ref message.Outbound);
        visit.String(ref message.Unprocessed, MaxUnprocessed);
    }

    /// <summary>The algorithms in use, when all fields fit together; a violation says which do not.</summary>
    public readonly NegotiatedAlgorithms Check()
    {
        if (Form != PresentForm) throw Misfit($"it has the form {Form}, where this version of the program knows {PresentForm}; restart the server after an upgrade");
        KeyExchangeAlgorithm exchange = DirectionFields.Find(AlgorithmCatalog.KeyExchanges, KeyExchange);
        HostKeyAlgorithm algorithm = DirectionFields.Find(AlgorithmCatalog.HostKeys, HostKeyAlgorithm);
        if (SessionId.IsEmpty) throw Misfit("it has no session identifier");
        if (!PublicKey.TryParse(HostKey, out PublicKey? key) || key.Type != algorithm.KeyType) throw Misfit("its host key is not of the algorithm's type");
        CheckIdentification(OurIdentification);
        CheckIdentification(PeerIdentification);
        if (KeysAgeMs > (ulong)TimeSpan.MaxValue.TotalMilliseconds / 2) throw Misfit("its keys are older than time");
        DirectionAlgorithms inbound = Inbound.Check();
        return new NegotiatedAlgorithms(exchange, algorithm, inbound, Outbound.Check(), IsOurGuessWrong: false, IsPeerGuessWrong: false);
    }

    // The same rules as for one that comes from the network.
    private static void CheckIdentification(ReadOnlySpan<byte> text)
    {
        var identification = new Identification(isClient: false);
        byte[] line = [.. text, (byte)'\n'];
        if (identification.Read(line) != line.Length || identification.Peer != Encoding.ASCII.GetString(text)) throw Misfit("an identification is not one");
    }

    private static SshViolationException Misfit(string what) => new(Violation.FieldMalformed, what);
}
