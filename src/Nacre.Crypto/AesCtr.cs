namespace Nacre.Crypto;

/// <summary>AES in counter mode (NIST SP 800-38A): a key stream that goes on from call to call; encryption and decryption are the same.</summary>
internal sealed class AesCtr : IDisposable
{
    public const int BlockSize = 16;

    private readonly CipherStream stream;

    /// <param name="key">16, 24 or 32 bytes.</param>
    /// <param name="counter">The first counter block, 16 bytes, big-endian.</param>
    public AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter)
    {
        if (counter.Length != BlockSize)
            throw new ArgumentException("an AES counter block has 16 bytes", nameof(counter));
        nint cipher = key.Length switch
        {
            16 => LibCrypto.EVP_aes_128_ctr(),
            24 => LibCrypto.EVP_aes_192_ctr(),
            32 => LibCrypto.EVP_aes_256_ctr(),
            _ => throw new ArgumentException("an AES key has 16, 24 or 32 bytes", nameof(key)),
        };
        stream = new CipherStream(cipher, key, counter, CipherDirection.Encrypt);
    }

    public void Apply(ReadOnlySpan<byte> input, Span<byte> output) => stream.Apply(input, output);

    /// <summary>The counter block that comes next.</summary>
    public void WriteIv(Span<byte> iv) => stream.WriteIv(iv);

    public void Dispose() => stream.Dispose();
}
