namespace Nacre.Forwarding;

/// <summary>The versions of the SOCKS protocol, by the number that a request begins with.</summary>
internal enum SocksVersion : byte
{
    /// <summary>SOCKS4, and 4a, which names hosts.</summary>
    Four = 4,

    /// <summary>RFC 1928.</summary>
    Five = 5,
}
