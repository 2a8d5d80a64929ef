namespace Nacre.Protocol.Algorithms;

/// <summary>A way to sign with a key: host keys in the key exchange, user keys in authentication.</summary>
/// <param name="Name">The name of the algorithm.</param>
/// <param name="KeyType">The name in the blobs of the keys that it takes (RFC 8332 3: rsa-sha2-256 signs with keys of type ssh-rsa).</param>
/// <param name="SignatureName">The name in the signature blobs; that of a certificate's algorithm is the one of its key's.</param>
/// <param name="IsDefault">True when it is offered unless someone chooses otherwise.</param>
/// <param name="IsLegacy">True for what is kept for old machines only.</param>
internal sealed record HostKeyAlgorithm(string Name, string KeyType, string SignatureName, bool IsDefault = true, bool IsLegacy = false)
    : Algorithm(Name, IsLegacy)
{
    /// <summary>True for keys that an authority has signed.</summary>
    public bool IsCertificate => Name != SignatureName;
}
