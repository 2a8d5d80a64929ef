using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys;

/// <summary>A private key in memory. Its numbers are kept where the collector does not copy them, and are erased on disposal.</summary>
/// <remarks>Several connections may sign with one object at once; whoever made it disposes of it when none does any more.</remarks>
public abstract class PrivateKey : ISigner, IDisposable
{
    /// <summary>The default size of RSA keys, and that of ssh-keygen.</summary>
    public const int DefaultRsaBits = 3072;

    /// <summary>The default curve of ECDSA keys.</summary>
    public const int DefaultEcdsaBits = 256;

    private protected PrivateKey()
    {
    }

    /// <inheritdoc/>
    public abstract PublicKey PublicKey { get; }

    /// <summary>What people call the key; kept in the OpenSSH format only.</summary>
    public string Comment
    {
        get => Encoding.UTF8.GetString(CommentBytes.Span);
        set => CommentBytes = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>The comment as it is stored, which need not be text.</summary>
    internal ReadOnlyMemory<byte> CommentBytes { get; set; }

    /// <summary>Makes a new Ed25519 key.</summary>
    public static PrivateKey GenerateEd25519() => Ed25519PrivateKey.Generate(SystemRandom.Instance);

    /// <summary>Makes a new ECDSA key.</summary>
    /// <param name="bits">256, 384 or 521.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no curve of that size.</exception>
    public static PrivateKey GenerateEcdsa(int bits = DefaultEcdsaBits)
    {
        foreach (EcdsaCurve curve in EcdsaCurve.All)
        {
            if (curve.Bits == bits) return EcdsaPrivateKey.Generate(curve);
        }

        throw new ArgumentOutOfRangeException(nameof(bits), bits, "ECDSA keys have 256, 384 or 521 bits.");
    }

    /// <summary>Makes a new RSA key; seconds of work for the larger ones.</summary>
    /// <param name="bits">1024 to 16384, a multiple of 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">RSA keys of that size are not made.</exception>
    public static PrivateKey GenerateRsa(int bits = DefaultRsaBits)
    {
        if (bits is < RsaPublicKey.MinBits or > RsaPublicKey.MaxBits || bits % 8 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"RSA keys have {RsaPublicKey.MinBits} to {RsaPublicKey.MaxBits} bits, a multiple of 8.");
        }

        return RsaPrivateKey.Generate(bits);
    }

    /// <summary>Signs data and returns the signature as it goes on the wire: the algorithm's name and its blob.</summary>
    /// <param name="algorithm">One that <see cref="PublicKey.Supports"/> is true of; ssh-rsa means SHA-1.</param>
    /// <param name="data">What to sign.</param>
    /// <exception cref="ArgumentException">The algorithm is not one of this key's type.</exception>
    public byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        KeyAlgorithm row = KeyAlgorithm.Find(algorithm, PublicKey.Type)
            ?? throw new ArgumentException($"A key of the type {PublicKey.Type} does not sign with {algorithm}.", nameof(algorithm));
        return SignatureFields.Write(algorithm, SignBlob(row, data));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new ValueTask<byte[]>(Sign(algorithm, data.Span));
    }

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        Erase();
        GC.SuppressFinalize(this);
    }

    /// <summary>The fields that the OpenSSH format and the agent protocol use for the key; the spans live as long as the key.</summary>
    internal abstract PrivateKeyFields ToFields();

    /// <summary>Writes the key as PKCS#8, or in the traditional form that RSA and ECDSA keys have (PKCS#1, SEC 1); false where the room is too small.</summary>
    internal abstract bool TryWriteDer(bool isPkcs8, Span<byte> destination, out int length);

    private protected abstract byte[] SignBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data);

    private protected abstract void Erase();
}
