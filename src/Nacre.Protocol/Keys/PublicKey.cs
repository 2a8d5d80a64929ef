namespace Nacre.Protocol.Keys;

/// <summary>A public key as SSH knows it: a type name and a blob (RFC 4253 6.6).</summary>
public abstract class PublicKey : IEquatable<PublicKey>
{
    private protected PublicKey(string type, ReadOnlyMemory<byte> blob) => (Type, Blob) = (type, blob);

    /// <summary>The name at the start of the blob, such as ssh-ed25519 or ssh-rsa.</summary>
    public string Type { get; }

    /// <summary>The key in the form that goes on the wire.</summary>
    public ReadOnlyMemory<byte> Blob { get; }

    /// <summary>The size that people compare: bits of the modulus or of the curve.</summary>
    public abstract int Bits { get; }

    /// <summary>The signature algorithms that this key can verify, strongest first; for RSA these do not include ssh-rsa with SHA-1.</summary>
    public abstract IReadOnlyList<string> SignatureAlgorithms { get; }

    /// <summary>Verifies a signature in the form that goes on the wire.</summary>
    /// <param name="algorithm">The algorithm agreed on; a signature by another one is false, also of the same key.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The algorithm's name and the blob.</param>
    /// <returns>True only when the signature is the key's, over that data, by that algorithm. A malformed signature is false, never an exception.</returns>
    public abstract bool Verify(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && Blob.Span.SequenceEqual(other.Blob.Span);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public sealed override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Blob.Span);
        return hash.ToHashCode();
    }

    /// <summary>The form of authorized_keys and .pub files without a comment: type, space, base64.</summary>
    public sealed override string ToString() => $"{Type} {Convert.ToBase64String(Blob.Span)}";
}
