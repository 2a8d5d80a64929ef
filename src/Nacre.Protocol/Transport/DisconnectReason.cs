namespace Nacre.Protocol.Transport;

/// <summary>The reason codes of RFC 4253 11.1.</summary>
public enum DisconnectReason : uint
{
    /// <summary>The host is not allowed to connect.</summary>
    HostNotAllowedToConnect = 1,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 2,

    /// <summary>The key exchange failed.</summary>
    KeyExchangeFailed = 3,

    /// <summary>Reserved.</summary>
    Reserved = 4,

    /// <summary>A message authentication code was wrong.</summary>
    MacError = 5,

    /// <summary>Compressed data was damaged.</summary>
    CompressionError = 6,

    /// <summary>The service asked for is not available.</summary>
    ServiceNotAvailable = 7,

    /// <summary>The protocol version is not supported.</summary>
    ProtocolVersionNotSupported = 8,

    /// <summary>The host key could not be verified.</summary>
    HostKeyNotVerifiable = 9,

    /// <summary>The connection was lost.</summary>
    ConnectionLost = 10,

    /// <summary>The application ended the connection.</summary>
    ByApplication = 11,

    /// <summary>There are too many connections.</summary>
    TooManyConnections = 12,

    /// <summary>The user cancelled authentication.</summary>
    AuthCancelledByUser = 13,

    /// <summary>No authentication methods are left to try.</summary>
    NoMoreAuthMethodsAvailable = 14,

    /// <summary>The user name is not allowed.</summary>
    IllegalUserName = 15,
}
