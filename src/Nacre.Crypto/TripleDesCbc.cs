namespace Nacre.Crypto;

/// <summary>Three-key Triple DES in cipher block chaining mode without padding, for machines that know nothing better.</summary>
internal sealed class TripleDesCbc : IDisposable
{
    public const int BlockSize = 8;
    public const int KeySize = 24;

    private readonly CipherStream stream;

    public TripleDesCbc(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, CipherDirection direction)
    {
        if (key.Length != KeySize || iv.Length != BlockSize)
            throw new ArgumentException("Triple DES takes a key of 24 bytes and a chaining value of 8");
        stream = new CipherStream(LibCrypto.EVP_des_ede3_cbc(), key, iv, direction);
    }

    /// <summary>Works through whole blocks; in place or without overlap.</summary>
    public void Apply(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length % BlockSize != 0)
            throw new ArgumentException("CBC works on whole blocks of 8 bytes", nameof(input));
        stream.Apply(input, output);
    }

    /// <summary>The chaining value that comes next.</summary>
    public void WriteIv(Span<byte> iv) => stream.WriteIv(iv);

    public void Dispose() => stream.Dispose();
}
