using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms;

/// <summary>A way to agree on the shared secret and the exchange hash.</summary>
/// <param name="Name">The name that goes on the wire.</param>
/// <param name="Hash">The hash of the exchange hash and of the key derivation (RFC 4253 7.2).</param>
/// <param name="Create">Makes the method of one exchange; null for group exchange, whose method is made when the group is known.</param>
/// <param name="IsLegacy">True for what is kept for old machines only.</param>
internal sealed record KeyExchangeAlgorithm(string Name, HashAlgorithmName Hash, Func<IRandomSource, KeyExchangeMethod>? Create, bool IsLegacy = false)
    : Algorithm(Name, IsLegacy)
{
    public bool IsClientDefault { get; init; }

    public bool IsServerDefault { get; init; }

    /// <summary>True when a quantum computer that comes later does not open what is recorded today.</summary>
    public bool IsPostQuantum { get; init; }

    /// <summary>True when the server computes its part in less time than it takes to have another thread do it.</summary>
    public bool IsQuick { get; init; }

    /// <summary>True when the server sends the group first (RFC 4419); see <see cref="KeyExchanges.GroupExchange"/>.</summary>
    public bool IsGroupExchange => Create is null;
}
