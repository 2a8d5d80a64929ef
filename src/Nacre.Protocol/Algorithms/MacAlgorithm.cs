using Nacre.Protocol.Algorithms.Macs;

namespace Nacre.Protocol.Algorithms;

/// <summary>Makes the authenticator of one direction from its key.</summary>
internal delegate PacketMac PacketMacFactory(ReadOnlySpan<byte> key);

/// <summary>A way to authenticate packets, for the ciphers that do not do so themselves.</summary>
/// <param name="Name">The name that goes on the wire.</param>
/// <param name="KeyLength">Bytes of key taken from the key derivation.</param>
/// <param name="TagLength">Bytes that it adds to each packet.</param>
/// <param name="Create">Makes the authenticator of one direction.</param>
/// <param name="IsDefault">True when it is offered unless someone chooses otherwise.</param>
/// <param name="IsLegacy">True for what is kept for old machines only.</param>
internal sealed record MacAlgorithm(
    string Name, int KeyLength, int TagLength, PacketMacFactory Create, bool IsDefault = true, bool IsLegacy = false)
    : Algorithm(Name, IsLegacy)
{
    /// <summary>True when the tag is over the ciphertext, with the length in the clear (OpenSSH's PROTOCOL, 1.5).</summary>
    public bool IsEtm => Name.EndsWith("-etm@openssh.com", StringComparison.Ordinal);
}
