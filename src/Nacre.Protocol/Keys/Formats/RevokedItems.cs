using Nacre.Crypto;


namespace Nacre.Protocol.Keys.Formats;

/// <summary>All that a revocation list revokes: keys, their hashes, and certificates by authority.</summary>
internal sealed class RevokedItems
{
    public HashSet<byte[]> Keys { get; } = new(ByteSequences.Instance);

    public HashSet<byte[]> Sha1Hashes { get; } = new(ByteSequences.Instance);

    public HashSet<byte[]> Sha256Hashes { get; } = new(ByteSequences.Instance);

    /// <summary>By the authority's blob, in the order in which they came; the empty one stands for every authority.</summary>
    public OrderedDictionary<byte[], RevokedCertificates> Certificates { get; } = new(ByteSequences.Instance);

    public RevokedCertificates CertificatesOf(ReadOnlySpan<byte> authority)
    {
        byte[] blob = authority.ToArray();
        if (!Certificates.TryGetValue(blob, out RevokedCertificates? revoked)) Certificates.Add(blob, revoked = new RevokedCertificates());
        return revoked;
    }

    /// <summary>True when a key, the authority that certified it, or the certificate itself is here. The serial numbers must have been sorted.</summary>
    public bool Contains(PublicKey key)
    {
        if (ContainsPlain(key.PlainKey)) return true;
        return key is Certificate certificate
            && (ContainsPlain(certificate.SignatureKey) || IsRevoked(certificate, certificate.SignatureKey.Blob.ToArray()) || IsRevoked(certificate, []));
    }

    public void Add(RevokedItems others)
    {
        Keys.UnionWith(others.Keys);
        Sha1Hashes.UnionWith(others.Sha1Hashes);
        Sha256Hashes.UnionWith(others.Sha256Hashes);
        foreach ((byte[] authority, RevokedCertificates certificates) in others.Certificates) CertificatesOf(authority).Add(certificates);
    }

    private bool IsRevoked(Certificate certificate, byte[] authority) =>
        Certificates.TryGetValue(authority, out RevokedCertificates? revoked) && revoked.Contains(certificate);

    private bool ContainsPlain(PublicKey key)
    {
        ReadOnlySpan<byte> blob = key.Blob.Span;
        return (Keys.Count > 0 && Keys.Contains(blob.ToArray()))
            || (Sha256Hashes.Count > 0 && Sha256Hashes.Contains(Digest.Sha256(blob)))
            || (Sha1Hashes.Count > 0 && Sha1Hashes.Contains(Digest.Sha1(blob)));
    }
}
