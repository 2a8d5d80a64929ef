using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>What authentication and the connection protocol see of the transport below them.</summary>
/// <remarks>Posting is safe from any thread; everything else belongs to the reader.</remarks>
internal interface ITransport
{
    /// <summary>True at the client's end.</summary>
    bool IsClient { get; }

    /// <summary>The exchange hash of the first key exchange (RFC 4253 7.2); empty before it.</summary>
    ReadOnlyMemory<byte> SessionId { get; }

    /// <summary>The blob of the host key that this connection was made with.</summary>
    ReadOnlyMemory<byte> HostKey { get; }

    /// <summary>The server's signature over the session identifier, with which a third party can verify that the host took part.</summary>
    ReadOnlyMemory<byte> HostKeySignature { get; }

    /// <summary>The peer's identification string without CR LF, such as SSH-2.0-OpenSSH_9.2.</summary>
    string PeerIdentification { get; }

    /// <summary>The peer's server-sig-algs (RFC 8308 3.1); null when it sent none.</summary>
    IReadOnlyList<string>? ServerSignatureAlgorithms { get; }

    /// <summary>True when the server takes publickey-hostbound-v00@openssh.com.</summary>
    bool PeerBindsToHost { get; }

    /// <summary>True when the server takes the client's agent by the names of RFC 9987.</summary>
    bool PeerTakesAgent { get; }

    /// <summary>True when the peer answers ping@openssh.com.</summary>
    bool PeerAnswersPing { get; }

    /// <summary>Lends packets.</summary>
    PacketPool Pool { get; }

    /// <summary>Queues a message behind those already posted. During a key exchange it waits for the new keys.</summary>
    void Post<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct;

    /// <summary>Queues a packet whose payload is a whole message and takes it over.</summary>
    /// <param name="packet">The packet; its new owner disposes of it.</param>
    /// <param name="isUrgent">True for interactive traffic, which goes before bulk data that waits.</param>
    void Post(Packet packet, bool isUrgent = false);

    /// <summary>Waits until the bytes queued for sending are below the connection's budget; true at once in the usual case.</summary>
    ValueTask WhenRoomAsync(CancellationToken ct);

    /// <summary>The service ssh-userauth is agreed on: from now on the peer's messages are those of authentication.</summary>
    void EnterAuthentication();

    /// <summary>The peer is authenticated: from now on its messages are those of the connection protocol, and delayed compression starts.</summary>
    /// <param name="service">What takes over: the connection protocol.</param>
    void EnterConnection(IPacketSink service);

    /// <summary>Says which of the numbers 60 to 79 the peer may send now: those of the authentication method in use.</summary>
    void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers);

    /// <summary>Sends DISCONNECT and ends the connection; nothing is sent or processed after it (RFC 4253 11.1).</summary>
    void Disconnect(DisconnectReason reason, string description);
}
