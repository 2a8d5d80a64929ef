using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>Says by which reason code of RFC 4253 11.1 a peer learns of its violation.</summary>
internal static class DisconnectReasons
{
    public static DisconnectReason Of(Violation violation) => violation switch
    {
        Violation.MacMismatch => DisconnectReason.MacError,
        Violation.BadCompression => DisconnectReason.CompressionError,
        Violation.ServiceNotAvailable => DisconnectReason.ServiceNotAvailable,
        Violation.VersionNotSupported => DisconnectReason.ProtocolVersionNotSupported,
        Violation.NoCommonAlgorithm or Violation.BadKeyExchangeValue or Violation.BadHostKeySignature => DisconnectReason.KeyExchangeFailed,
        Violation.BadHostKey or Violation.HostKeyChangedOnRekey => DisconnectReason.HostKeyNotVerifiable,
        Violation.TooManyAuthenticationAttempts => DisconnectReason.NoMoreAuthMethodsAvailable,
        Violation.ConnectionLost or Violation.PeerSilent => DisconnectReason.ConnectionLost,
        _ => DisconnectReason.ProtocolError,
    };
}
