using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// UMAC (RFC 4418) with tags of 8 or 16 bytes under one key of 16: a fast universal hash, hidden by an AES block made from the nonce.
/// A call allocates nothing.
/// </summary>
internal sealed class Umac : IDisposable
{
    public const int KeySize = 16;

    private readonly UmacHash hash;
    private readonly CipherStream padCipher;
    private readonly Secret pad = new(KeySize);
    private ulong padNonce;

    public Umac(ReadOnlySpan<byte> key, int tagSize)
    {
        if (key.Length != KeySize || tagSize is not (8 or 16))
            throw new ArgumentException("UMAC takes a key of 16 bytes and gives tags of 8 or 16");
        TagSize = tagSize;
        using var derivation = new CipherStream(LibCrypto.EVP_aes_128_ecb(), key, default, CipherDirection.Encrypt);
        hash = new UmacHash(derivation, tagSize / UmacHash.StreamSize);
        using var padKey = new Secret(KeySize);
        Derive(derivation, 0, padKey.Span);
        padCipher = new CipherStream(LibCrypto.EVP_aes_128_ecb(), padKey.Span, default, CipherDirection.Encrypt);
        MakePad(0);
    }

    public int TagSize { get; }

    /// <summary>Writes the tag of a message of at most <see cref="UmacHash.MaxMessage"/> bytes; under one key each nonce serves one message.</summary>
    public void Compute(ulong nonce, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        if (tag.Length != TagSize)
            throw new ArgumentException("a UMAC tag has the size that was chosen for the key", nameof(tag));
        hash.Compute(message, tag);
        ReadOnlySpan<byte> mask = Pad(nonce);
        for (int i = 0; i < tag.Length; i++)
            tag[i] ^= mask[i];
    }

    public void Dispose()
    {
        hash.Dispose();
        padCipher.Dispose();
        pad.Dispose();
    }

    /// <summary>The key derivation function (3.2.1): AES blocks of an index and a counter.</summary>
    internal static void Derive(CipherStream cipher, byte index, Span<byte> output)
    {
        Span<byte> block = stackalloc byte[16];
        for (int counter = 1; !output.IsEmpty; counter++)
        {
            block.Clear();
            block[7] = index;
            BinaryPrimitives.WriteInt32BigEndian(block[12..], counter);
            cipher.Apply(block, block);
            int length = Math.Min(block.Length, output.Length);
            block[..length].CopyTo(output);
            output = output[length..];
        }
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>The pad derivation function (3.3.1): where a tag is half an AES block, two neighbouring nonces share one.</summary>
    private ReadOnlySpan<byte> Pad(ulong nonce)
    {
        ulong half = TagSize == 8 ? nonce & 1 : 0;
        if (padNonce != nonce - half)
            MakePad(nonce - half);
        return pad.Span.Slice((int)half * 8, TagSize);
    }

    private void MakePad(ulong nonce)
    {
        padNonce = nonce;
        pad.Span.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(pad.Span, nonce);
        padCipher.Apply(pad.Span, pad.Span);
    }
}
