using System.Net;

namespace Nacre.Unix;

/// <summary>The plain form of addresses as a socket of both families shows them.</summary>
internal static class MappedAddress
{
    /// <summary>The IPv4 address that an IPv6 address stands for (RFC 4291 2.5.5.2); any other as it is.</summary>
    public static IPAddress Unmapped(this IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
