namespace Nacre.Crypto;

/// <summary>AES in cipher block chaining mode (NIST SP 800-38A) without padding; the chain goes on from call to call.</summary>
internal sealed class AesCbc : IDisposable
{
    public const int BlockSize = 16;

    private readonly CipherStream stream;

    /// <param name="key">16, 24 or 32 bytes.</param>
    /// <param name="iv">16 bytes.</param>
    /// <param name="direction">The one direction in which the object works.</param>
    public AesCbc(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, CipherDirection direction)
    {
        if (iv.Length != BlockSize)
            throw new ArgumentException("an AES chaining value has 16 bytes", nameof(iv));
        nint cipher = key.Length switch
        {
            16 => LibCrypto.EVP_aes_128_cbc(),
            24 => LibCrypto.EVP_aes_192_cbc(),
            32 => LibCrypto.EVP_aes_256_cbc(),
            _ => throw new ArgumentException("an AES key has 16, 24 or 32 bytes", nameof(key)),
        };
        stream = new CipherStream(cipher, key, iv, direction);
    }

    /// <summary>Works through whole blocks; in place or without overlap.</summary>
    public void Apply(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length % BlockSize != 0)
            throw new ArgumentException("CBC works on whole blocks of 16 bytes", nameof(input));
        stream.Apply(input, output);
    }

    /// <summary>The chaining value that comes next.</summary>
    public void WriteIv(Span<byte> iv) => stream.WriteIv(iv);

    public void Dispose() => stream.Dispose();
}
