namespace Nacre.Protocol.Wire;

/// <summary>The limits that hold for packets of every kind.</summary>
internal static class PacketLimits
{
    /// <summary>The largest packet_length accepted. RFC 4253 6.1 requires 35000 in all; OpenSSH's limit is 256 KiB.</summary>
    public const int MaxPacketLength = 256 * 1024;

    /// <summary>
    /// The longest packet, with everything, that a server takes from a client that has not logged in. RFC 4253 6.1: "All implementations MUST be able
    /// to process packets with an uncompressed payload length of 32768 bytes or less and a total packet size of 35000 bytes or less".
    /// </summary>
    public const int MaxBeforeLogin = 35000;

    /// <summary>RFC 4253 6: "There MUST be at least four bytes of padding."</summary>
    public const int MinPadding = 4;

    /// <summary>The length field and the padding_length byte.</summary>
    public const int HeaderLength = 5;
}
