using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A public key as SSH knows it: a type name and a blob (RFC 4253 6.6).</summary>
/// <remarks>
/// An instance exists only for a key that makes sense: right lengths, a point on its curve, a modulus of a size that can be computed with.
/// A <see cref="Certificate"/> is one as well; whoever decides about keys alone compares <see cref="PlainKey"/>.
/// </remarks>
public abstract class PublicKey : IEquatable<PublicKey>
{
    private protected PublicKey(string type, ReadOnlyMemory<byte> blob) => (Type, Blob) = (type, blob);

    /// <summary>The name at the start of the blob, such as ssh-ed25519 or ssh-rsa.</summary>
    public string Type { get; }

    /// <summary>The type as people are told it: ED25519, ECDSA or RSA, with -SK behind it for keys that a security key keeps, and -CERT for certificates.</summary>
    public abstract string ShortType { get; }

    /// <summary>The key in the form that goes on the wire.</summary>
    public ReadOnlyMemory<byte> Blob { get; }

    /// <summary>The size that people compare: bits of the modulus or of the curve.</summary>
    public abstract int Bits { get; }

    /// <summary>The key that makes the signatures: the one in a certificate, and any other key itself.</summary>
    public virtual PublicKey PlainKey => this;

    /// <summary>The signature algorithms that this key can verify, strongest first; for RSA these do not include ssh-rsa with SHA-1.</summary>
    public abstract IReadOnlyList<string> SignatureAlgorithms { get; }

    /// <summary>The fingerprint with SHA-256, such as <c>SHA256:</c> and 43 characters; that of a certificate is the one of the key in it.</summary>
    public string Fingerprint => FingerprintBy(FingerprintHash.Sha256);

    /// <summary>Reads a key in the form that goes on the wire, all of it.</summary>
    /// <param name="blob">The bytes, from wherever they come.</param>
    /// <exception cref="KeyFormatException">The bytes are not a key, or one of a type that is not supported.</exception>
    public static PublicKey Parse(ReadOnlySpan<byte> blob)
    {
        try
        {
            ReadOnlySpan<byte> type = default;
            new FieldReader(blob).Text(ref type, NameList.MaxNameLength);
            return CertificateFields.IsCertificateType(type) ? Certificate.Read(blob) : ReadPlain(type, blob);
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"The public key is damaged: {broken.Message}", broken);
        }
    }

    /// <summary>Reads a key in the form that goes on the wire; false where <see cref="Parse"/> would throw.</summary>
    /// <param name="blob">The bytes, from wherever they come.</param>
    /// <param name="key">The key.</param>
    public static bool TryParse(ReadOnlySpan<byte> blob, [NotNullWhen(true)] out PublicKey? key)
    {
        try
        {
            key = Parse(blob);
            return true;
        }
        catch (KeyFormatException)
        {
            key = null;
            return false;
        }
    }

    /// <summary>Tells whether signatures by an algorithm can be this key's; also true of ssh-rsa for RSA keys.</summary>
    /// <param name="algorithm">The name of a signature algorithm.</param>
    public bool Supports(string algorithm) => KeyAlgorithm.Find(algorithm, Type) is not null;

    /// <summary>Verifies a signature in the form that goes on the wire.</summary>
    /// <param name="algorithm">The algorithm agreed on; a signature by another one is false, also of the same key.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The algorithm's name and the blob.</param>
    /// <returns>True only when the signature is the key's, over that data, by that algorithm. A malformed signature is false, never an exception.</returns>
    /// <remarks>A signature by a security key that nobody has touched is false; the other overload leaves that to its caller.</remarks>
    public bool Verify(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Verify(algorithm, data, signature, out SecurityKeyAttestation? attestation) && attestation is not { IsUserPresent: false };

    /// <summary>Verifies a signature in the form that goes on the wire, and tells what a security key attests by it.</summary>
    /// <param name="algorithm">The algorithm agreed on; a signature by another one is false, also of the same key.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The algorithm's name, the blob, and what else the algorithm has.</param>
    /// <param name="attestation">What the security key says about the person who had it sign; null for other keys, and where the result is false.</param>
    /// <returns>As for the other overload, whether or not somebody has touched the security key.</returns>
    public bool Verify(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, out SecurityKeyAttestation? attestation)
    {
        attestation = null;
        if (KeyAlgorithm.Find(algorithm, Type) is not KeyAlgorithm row) return false;
        try
        {
            return VerifySignature(row, data, signature, out attestation);
        }
        catch (Exception failure) when (failure is SshViolationException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The fingerprint: the name of the hash, a colon and the hash of the blob.</summary>
    /// <param name="hash">Which hash.</param>
    public string FingerprintBy(FingerprintHash hash) => KeyFingerprint.Of(this, hash);

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

    /// <summary>Reads a key that is no certificate. What it throws is for <see cref="Parse"/>.</summary>
    internal static PublicKey ReadPlain(ReadOnlySpan<byte> type, ReadOnlySpan<byte> blob)
    {
        if (type.SequenceEqual("ssh-ed25519"u8)) return Ed25519PublicKey.Read(blob);
        if (type.SequenceEqual("ssh-rsa"u8)) return RsaPublicKey.Read(blob);
        if (EcdsaCurve.OfKeyType(type) is EcdsaCurve curve) return EcdsaPublicKey.Read(curve, blob);
        if (SecurityPublicKey.IsType(type)) return SecurityPublicKey.Read(blob);
        throw KeyFormatException.Unsupported($"Keys of the type \"{Printable.Escape(type)}\" are not supported.");
    }

    /// <summary>Verifies a signature whose algorithm is to be one of this key's. What it throws is for <see cref="Verify(string, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>.</summary>
    internal virtual bool VerifySignature(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, out SecurityKeyAttestation? attestation)
    {
        attestation = null;
        SignatureFields fields = Message.ReadRecord<SignatureFields>(signature);
        return Ascii.Equals(fields.Algorithm, algorithm.SignatureName) && VerifyBlob(algorithm, data, fields.Blob);
    }

    /// <summary>Verifies the blob of a signature, whose algorithm is one of this key's.</summary>
    internal abstract bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob);
}
