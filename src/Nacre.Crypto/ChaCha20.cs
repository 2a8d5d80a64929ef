using System.Buffers.Binary;

namespace Nacre.Crypto;

/// <summary>
/// The ChaCha20 key stream under one key. Bernstein's original has a 64-bit block counter and a 64-bit nonce, RFC 8439 a 32-bit
/// counter and a 96-bit nonce; both are the same sixteen bytes of state, and here they are Bernstein's.
/// </summary>
internal sealed class ChaCha20 : IDisposable
{
    public const int KeySize = 32;
    public const int NonceSize = 8;

    private const int PositionSize = 16;

    private readonly CipherStream stream;

    public ChaCha20(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("a ChaCha20 key has 32 bytes", nameof(key));
        Span<byte> start = stackalloc byte[PositionSize];
        start.Clear();
        stream = new CipherStream(LibCrypto.EVP_chacha20(), key, start, CipherDirection.Encrypt);
    }

    /// <summary>Applies the original cipher from the start of block <paramref name="counter"/>; in place or without overlap.</summary>
    /// <param name="counter">The number of the first block of 64 bytes.</param>
    /// <param name="nonce">The eight bytes of the nonce as they stand in the state.</param>
    /// <param name="input">The bytes to encrypt or decrypt.</param>
    /// <param name="output">At least as long as the input.</param>
    public void Apply(ulong counter, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> position = stackalloc byte[PositionSize];
        BinaryPrimitives.WriteUInt64LittleEndian(position, counter);
        nonce[..NonceSize].CopyTo(position[8..]);
        stream.Restart(position);
        stream.Apply(input, output);
    }

    /// <summary>Goes on from where the last call ended.</summary>
    public void Continue(ReadOnlySpan<byte> input, Span<byte> output) => stream.Apply(input, output);

    public void Dispose() => stream.Dispose();
}
