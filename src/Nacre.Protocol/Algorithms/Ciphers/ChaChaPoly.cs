using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>
/// The keys of chacha20-poly1305@openssh.com in one direction and the uses that a packet makes of them (draft-ietf-sshm-chacha20-poly1305).
/// </summary>
/// <remarks>
/// K_2, the first 256 bits, encrypts the frame from block 1 on, and its block 0 is the Poly1305 key; K_1, the second 256 bits, encrypts the
/// length. The nonce of all is the sequence number, 64 bits in network byte order. The frame follows on block 0, so that it costs no second start.
/// </remarks>
internal sealed class ChaChaPoly : IDisposable
{
    public const int TagSize = Poly1305.TagSize;

    private const int ChaChaBlock = 64;

    private readonly ChaCha20 _frameCipher;
    private readonly ChaCha20 _lengthCipher;
    private readonly Poly1305 _poly = new();
    private readonly Secret _firstBlock = new(ChaChaBlock);

    public ChaChaPoly(ReadOnlySpan<byte> key)
    {
        _frameCipher = new ChaCha20(key[..ChaCha20.KeySize]);
        _lengthCipher = new ChaCha20(key[ChaCha20.KeySize..]);
    }

    public void ApplyToLength(uint sequence, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        _lengthCipher.Apply(0, nonce, input, output);
    }

    /// <summary>Starts a packet: makes its Poly1305 key.</summary>
    public void Begin(uint sequence)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        Span<byte> block = _firstBlock.Span;
        block.Clear();
        _frameCipher.Apply(0, nonce, block, block);
    }

    /// <summary>Encrypts or decrypts the frame of the packet that has begun, once.</summary>
    public void ApplyToFrame(ReadOnlySpan<byte> input, Span<byte> output) => _frameCipher.Continue(input, output);

    /// <summary>Writes the tag of the encrypted length and the encrypted frame of the packet that has begun.</summary>
    public void Authenticate(ReadOnlySpan<byte> ciphertext, Span<byte> tag) => _poly.Compute(_firstBlock.Span[..Poly1305.KeySize], ciphertext, tag);

    public void Dispose()
    {
        _frameCipher.Dispose();
        _lengthCipher.Dispose();
        _poly.Dispose();
        _firstBlock.Dispose();
    }
}
