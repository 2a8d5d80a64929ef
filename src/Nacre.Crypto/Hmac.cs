using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// HMAC (RFC 2104) under one key, fed in pieces.
/// The digest states after the two key blocks are kept, so that a message starts and ends with a copy of a few words; libcrypto's own
/// HMAC allocates at both points, which costs more than the digest of a short packet.
/// </summary>
internal sealed unsafe class Hmac : IDisposable
{
    // The sizes of SHA_CTX, SHA256_CTX and SHA512_CTX are part of libcrypto's binary interface; the largest serves all.
    private const int StateSize = 216;
    private const int LargestBlock = 128;
    private const int LargestDigest = 64;

    private readonly Digest digest;
    private readonly Secret states = new(3 * StateSize);

    private Hmac(Digest digest, int blockSize, int size, ReadOnlySpan<byte> key)
    {
        this.digest = digest;
        Size = size;
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

    private enum Digest
    {
        Sha1,
        Sha256,
        Sha512,
    }

    /// <summary>The length of a tag in bytes.</summary>
    public int Size { get; }

    private Span<byte> Inner => states.Span[..StateSize];

    private Span<byte> Outer => states.Span.Slice(StateSize, StateSize);

    private Span<byte> Running => states.Span[(2 * StateSize)..];

    public static Hmac Sha1(ReadOnlySpan<byte> key) => new(Digest.Sha1, 64, 20, key);

    public static Hmac Sha256(ReadOnlySpan<byte> key) => new(Digest.Sha256, 64, 32, key);

    public static Hmac Sha512(ReadOnlySpan<byte> key) => new(Digest.Sha512, 128, 64, key);

    public void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* running = Running)
            Update(running, data);
    }

    /// <summary>Writes the tag of what was appended, <see cref="Size"/> bytes, and is ready for the next message.</summary>
    public void Finish(Span<byte> tag)
    {
        Span<byte> inside = stackalloc byte[LargestDigest];
        inside = inside[..Size];
        fixed (byte* running = Running, insidePointer = inside, tagPointer = tag[..Size])
        {
            Final(running, insidePointer);
            Outer.CopyTo(Running);
            Update(running, inside);
            Final(running, tagPointer);
        }
        Inner.CopyTo(Running);
    }

    public void Dispose() => states.Dispose();

    private void DigestKey(ReadOnlySpan<byte> key, Span<byte> block, byte* state)
    {
        Init(state);
        Update(state, key);
        fixed (byte* output = block)
            Final(state, output);
    }

    private void Absorb(byte* state, ReadOnlySpan<byte> keyBlock, byte pad)
    {
        Span<byte> padded = stackalloc byte[LargestBlock];
        padded = padded[..keyBlock.Length];
        for (int i = 0; i < padded.Length; i++)
            padded[i] = (byte)(keyBlock[i] ^ pad);
        Init(state);
        Update(state, padded);
        CryptographicOperations.ZeroMemory(padded);
    }

    private void Init(byte* state) => LibCrypto.Check(
        digest switch
        {
            Digest.Sha1 => LibCrypto.SHA1_Init(state),
            Digest.Sha256 => LibCrypto.SHA256_Init(state),
            _ => LibCrypto.SHA512_Init(state),
        },
        "SHA_Init");

    private void Update(byte* state, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            nuint length = (nuint)data.Length;
            LibCrypto.Check(
                digest switch
                {
                    Digest.Sha1 => LibCrypto.SHA1_Update(state, pointer, length),
                    Digest.Sha256 => LibCrypto.SHA256_Update(state, pointer, length),
                    _ => LibCrypto.SHA512_Update(state, pointer, length),
                },
                "SHA_Update");
        }
    }

    private void Final(byte* state, byte* output) => LibCrypto.Check(
        digest switch
        {
            Digest.Sha1 => LibCrypto.SHA1_Final(output, state),
            Digest.Sha256 => LibCrypto.SHA256_Final(output, state),
            _ => LibCrypto.SHA512_Final(output, state),
        },
        "SHA_Final");
}
