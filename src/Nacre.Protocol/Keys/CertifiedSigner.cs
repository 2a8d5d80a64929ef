namespace Nacre.Protocol.Keys;

/// <summary>A signer that shows a certificate for its key: a host's that clients know by its authority, or a user's.</summary>
public sealed class CertifiedSigner : ISigner
{
    private readonly Certificate _certificate;
    private readonly ISigner _key;

    /// <summary>Joins a certificate and what signs with the key in it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="key">Signs; stays the caller's.</param>
    /// <exception cref="ArgumentException">The certificate is for another key.</exception>
    public CertifiedSigner(Certificate certificate, ISigner key)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        if (!certificate.PlainKey.Equals(key.PublicKey)) throw new ArgumentException("The certificate is for another key than the one that signs.", nameof(certificate));
        (_certificate, _key) = (certificate, key);
    }

    /// <summary>The certificate.</summary>
    public PublicKey PublicKey => _certificate;

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        KeyAlgorithm.Find(algorithm, _certificate.Type) is { } row
            ? _key.SignAsync(row.SignatureName, data, ct)
            : throw new ArgumentException($"A certificate of the type {_certificate.Type} does not sign with {algorithm}.", nameof(algorithm));
}
