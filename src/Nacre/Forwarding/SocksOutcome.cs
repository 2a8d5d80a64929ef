namespace Nacre.Forwarding;

/// <summary>What a SOCKS client is told of its request: the reply codes of RFC 1928 6.</summary>
internal enum SocksOutcome : byte
{
    Succeeded = 0,
    GeneralFailure = 1,
    NotAllowed = 2,
    HostUnreachable = 4,
    ConnectionRefused = 5,
    CommandNotSupported = 7,
    AddressTypeNotSupported = 8,
}
