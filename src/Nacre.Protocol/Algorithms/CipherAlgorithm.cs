namespace Nacre.Protocol.Algorithms;

/// <summary>How a cipher works on packets; what <see cref="Ciphers.PacketCiphers"/> composes by.</summary>
internal enum CipherConstruction
{
    /// <summary>AES-GCM with the length as associated data (RFC 5647).</summary>
    Gcm,

    /// <summary>OpenSSH's chacha20-poly1305, which encrypts the length too.</summary>
    ChaChaPoly,

    /// <summary>Counter mode (RFC 4344 4).</summary>
    Ctr,

    /// <summary>Cipher block chaining (RFC 4253 6.3).</summary>
    Cbc,
}

/// <summary>A way to encrypt packets.</summary>
/// <param name="Name">The name that goes on the wire.</param>
/// <param name="Construction">How it works on packets.</param>
/// <param name="KeyLength">Bytes of key taken from the key derivation.</param>
/// <param name="IvLength">Bytes of initial vector taken from the key derivation.</param>
/// <param name="BlockSize">The multiple that packets are padded to.</param>
/// <param name="IsDefault">True when it is offered unless someone chooses otherwise.</param>
/// <param name="IsLegacy">True for what is kept for old machines only.</param>
internal sealed record CipherAlgorithm(
    string Name, CipherConstruction Construction, int KeyLength, int IvLength, int BlockSize, bool IsDefault = true, bool IsLegacy = false)
    : Algorithm(Name, IsLegacy)
{
    /// <summary>True when the cipher authenticates packets itself and the negotiated MAC is not used.</summary>
    public bool IsAead => Construction is CipherConstruction.Gcm or CipherConstruction.ChaChaPoly;

    /// <summary>
    /// The most bytes to send under one key. RFC 4344 3.2: with blocks of L >= 128 bits, 2^(L/4) blocks; with shorter ones, a gibibyte. OpenSSH
    /// counts chacha20-poly1305 among the latter.
    /// </summary>
    public long MaxBytesPerKey => BlockSize >= 16 ? (1L << 32) * BlockSize : 1L << 30;
}
