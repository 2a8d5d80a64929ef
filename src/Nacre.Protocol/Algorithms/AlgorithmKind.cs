namespace Nacre.Protocol.Algorithms;

/// <summary>What the two sides agree on in a key exchange (RFC 4253 7.1).</summary>
public enum AlgorithmKind
{
    /// <summary>How the shared secret is made.</summary>
    KeyExchange,

    /// <summary>How the server signs, and with which type of host key.</summary>
    HostKey,

    /// <summary>How packets are encrypted.</summary>
    Cipher,

    /// <summary>How packets are authenticated.</summary>
    Mac,

    /// <summary>How payloads are compressed.</summary>
    Compression,
}
