namespace Nacre.Protocol.Wire;

/// <summary>
/// Names every way in which a peer can break the protocol; each ends the connection with a DISCONNECT that says so.
/// </summary>
public enum Violation
{
    /// <summary>A message arrived that its sender may not send now (RFC 4253 7.1, RFC 4252 6, strict key exchange).</summary>
    UnexpectedMessage,

    /// <summary>A message ended before its fields did.</summary>
    MessageTruncated,

    /// <summary>A message went on after its last field.</summary>
    TrailingBytes,

    /// <summary>A field is longer than its named limit.</summary>
    FieldTooLong,

    /// <summary>A field's value is not one that the field may have.</summary>
    FieldMalformed,

    /// <summary>A name-list has an empty name, a name over 64 bytes or a character that names may not have (RFC 4251 5 and 6).</summary>
    NameListMalformed,

    /// <summary>A multiple-precision integer is negative or not in its shortest form (RFC 4251 5).</summary>
    MpintMalformed,

    /// <summary>The packet_length is below the minimum, above the limit or no multiple of the block size (RFC 4253 6).</summary>
    LengthOutOfRange,

    /// <summary>The padding_length is below four or does not leave room for a payload (RFC 4253 6).</summary>
    BadPadding,

    /// <summary>A packet's message authentication code or tag is wrong.</summary>
    MacMismatch,

    /// <summary>A packet has no payload.</summary>
    EmptyPayload,

    /// <summary>Compressed data is damaged or would grow past the packet limit.</summary>
    BadCompression,

    /// <summary>The identification string is missing, too long or malformed (RFC 4253 4.2).</summary>
    BadIdentification,

    /// <summary>The peer speaks no version that we do.</summary>
    VersionNotSupported,

    /// <summary>The two sides share no algorithm of some kind (RFC 4253 7.1).</summary>
    NoCommonAlgorithm,

    /// <summary>A key exchange value is outside of what its method allows.</summary>
    BadKeyExchangeValue,

    /// <summary>The server's signature on the exchange hash is wrong.</summary>
    BadHostKeySignature,

    /// <summary>The host key is not of the negotiated type, or is too weak or malformed.</summary>
    BadHostKey,

    /// <summary>The host key of a later key exchange is not the one of the first.</summary>
    HostKeyChangedOnRekey,

    /// <summary>The sequence number went round, or the peer let the hard limits of its keys pass, with no new keys (RFC 4344 3).</summary>
    RekeyOverdue,

    /// <summary>The peer asked for a service that is not offered (RFC 4253 10).</summary>
    ServiceNotAvailable,

    /// <summary>The peer changed the user or the service in the midst of authentication (RFC 4252 5).</summary>
    UserOrServiceChanged,

    /// <summary>The peer used up the authentication attempts that it had.</summary>
    TooManyAuthenticationAttempts,

    /// <summary>A message names a channel that is not open.</summary>
    UnknownChannel,

    /// <summary>Data came beyond the window or the maximum packet size of the channel (RFC 4254 5.2).</summary>
    WindowExceeded,

    /// <summary>A window adjustment would take the window past 2^32-1 (RFC 4254 5.2).</summary>
    WindowOverflow,

    /// <summary>A channel message came after the end that its sender had announced (RFC 4254 5.3).</summary>
    MessageAfterClose,

    /// <summary>A reply came that nothing had asked for.</summary>
    UnexpectedReply,

    /// <summary>The peer lets more wait than a connection may hold.</summary>
    TooMuchPending,

    /// <summary>The peer answered nothing for longer than the keepalive settings allow.</summary>
    PeerSilent,

    /// <summary>The stream ended where the protocol does not let it end.</summary>
    ConnectionLost,
}
