using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// HMAC (RFC 2104) under one key, fed in pieces.
/// The digest states after the two key blocks are kept, so that a message starts and ends with a copy of a few words; libcrypto's own
/// HMAC allocates at both points, which costs more than the digest of a short packet.
/// </summary>
internal sealed unsafe class Hmac : IDisposable
{
    private const int StateSize = ShaState.Size;
    private const int LargestBlock = 128;

    private readonly ShaVariant variant;
    private readonly Secret states = new(3 * StateSize);

    private Hmac(ShaVariant variant, int blockSize, ReadOnlySpan<byte> key)
    {
        this.variant = variant;
        Size = ShaState.DigestSize(variant);
        Span<byte> block = stackalloc byte[LargestBlock];
        block.Clear();
        fixed (byte* inner = Inner, outer = Outer)
        {
            if (key.Length > blockSize)
                DigestKey(key, block, inner);
            else
                key.CopyTo(block);
            Absorb(inner, block[..blockSize], 0x36);
            Absorb(outer, block[..blockSize], 0x5c);
        }
        CryptographicOperations.ZeroMemory(block);
        Inner.CopyTo(Running);
    }

    /// <summary>The length of a tag in bytes.</summary>
    public int Size { get; }

    private Span<byte> Inner => states.Span[..StateSize];

    private Span<byte> Outer => states.Span.Slice(StateSize, StateSize);

    private Span<byte> Running => states.Span[(2 * StateSize)..];

    public static Hmac Sha1(ReadOnlySpan<byte> key) => new(ShaVariant.Sha1, 64, key);

    public static Hmac Sha256(ReadOnlySpan<byte> key) => new(ShaVariant.Sha256, 64, key);

    public static Hmac Sha512(ReadOnlySpan<byte> key) => new(ShaVariant.Sha512, 128, key);

    /// <summary>The tag of one message under a key that is not used again.</summary>
    public static byte[] Sha1(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        using Hmac hmac = Sha1(key);
        hmac.Append(message);
        byte[] tag = new byte[hmac.Size];
        hmac.Finish(tag);
        return tag;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* running = Running)
            ShaState.Append(variant, running, data);
    }

    /// <summary>Writes the tag of what was appended, <see cref="Size"/> bytes, and is ready for the next message.</summary>
    public void Finish(Span<byte> tag)
    {
        Span<byte> inside = stackalloc byte[ShaState.LargestDigest];
        inside = inside[..Size];
        fixed (byte* running = Running, insidePointer = inside, tagPointer = tag[..Size])
        {
            ShaState.Finish(variant, running, insidePointer);
            Outer.CopyTo(Running);
            ShaState.Append(variant, running, inside);
            ShaState.Finish(variant, running, tagPointer);
        }
        Inner.CopyTo(Running);
    }

    public void Dispose() => states.Dispose();

    private void DigestKey(ReadOnlySpan<byte> key, Span<byte> block, byte* state)
    {
        ShaState.Begin(variant, state);
        ShaState.Append(variant, state, key);
        fixed (byte* output = block)
            ShaState.Finish(variant, state, output);
    }

    private void Absorb(byte* state, ReadOnlySpan<byte> keyBlock, byte pad)
    {
        Span<byte> padded = stackalloc byte[LargestBlock];
        padded = padded[..keyBlock.Length];
        for (int i = 0; i < padded.Length; i++)
            padded[i] = (byte)(keyBlock[i] ^ pad);
        ShaState.Begin(variant, state);
        ShaState.Append(variant, state, padded);
        CryptographicOperations.ZeroMemory(padded);
    }
}
