using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>
/// The keys of chacha20-poly1305@openssh.com in one direction and the three uses that a packet makes of them (draft-ietf-sshm-chacha20-poly1305).
/// </summary>
/// <remarks>
/// K_2, the first 256 bits, encrypts the frame from block 1 on, and its block 0 is the Poly1305 key; K_1, the second 256 bits, encrypts the
/// length. The nonce of all is the sequence number, 64 bits in network byte order.
/// </remarks>
internal sealed class ChaChaPoly : IDisposable
{
    public const int TagSize = Poly1305.TagSize;

    private readonly ChaCha20 _frameCipher;
    private readonly ChaCha20 _lengthCipher;
    private readonly Poly1305 _poly = new();

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

    public void ApplyToFrame(uint sequence, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        _frameCipher.Apply(1, nonce, input, output);
    }

    /// <summary>Writes the tag of the encrypted length and the encrypted frame.</summary>
    public void Authenticate(uint sequence, ReadOnlySpan<byte> ciphertext, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        Span<byte> key = stackalloc byte[Poly1305.KeySize];
        key.Clear();
        _frameCipher.Apply(0, nonce, key, key);
        _poly.Compute(key, ciphertext, tag);
        CryptographicOperations.ZeroMemory(key);
    }

    public void Dispose()
    {
        _frameCipher.Dispose();
        _lengthCipher.Dispose();
        _poly.Dispose();
    }
}
