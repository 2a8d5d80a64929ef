using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nacre.Crypto;

/// <summary>
/// The universal hash of UMAC (RFC 4418 5) in two or four independent streams of 32 bits each: NH over blocks of 1 KiB, a polynomial
/// over the blocks' results, and an inner product down to 32 bits.
/// </summary>
internal sealed class UmacHash : IDisposable
{
    /// <summary>How much of a tag one stream gives, in bytes.</summary>
    public const int StreamSize = 4;

    /// <summary>Where the polynomial modulo 2^64 - 59 must give way to one modulo 2^128 - 159, which nothing here is long enough for.</summary>
    public const int MaxMessage = 1 << 24;

    private const int BlockSize = 1024;
    private const int MaxStreams = 4;
    private const ulong Prime36 = (1UL << 36) - 5;
    private const ulong Prime64Complement = 59;
    private const ulong PolynomialMask = 0x01ff_ffff_01ff_ffff;

    private readonly int streams;
    private readonly Secret blockKey;
    private readonly Secret wordKeys;

    public UmacHash(CipherStream derivation, int streams)
    {
        this.streams = streams;

        // Each stream's key for NH starts four words after the one before.
        blockKey = new Secret(BlockSize + (16 * (streams - 1)));
        wordKeys = new Secret(streams * ((5 * sizeof(ulong)) + sizeof(uint)));
        using var buffer = new Secret(blockKey.Length);
        Umac.Derive(derivation, 1, buffer.Span);
        for (int i = 0; i < BlockKey.Length; i++)
            BlockKey[i] = BinaryPrimitives.ReadUInt32BigEndian(buffer.Span[(4 * i)..]);

        Umac.Derive(derivation, 2, buffer.Span[..(24 * streams)]);
        for (int i = 0; i < streams; i++)
            PolynomialKeys[i] = BinaryPrimitives.ReadUInt64BigEndian(buffer.Span[(24 * i)..]) & PolynomialMask;

        // Of the eight words that a stream has for the inner product, the first four would meet zeros only.
        Umac.Derive(derivation, 3, buffer.Span[..(64 * streams)]);
        for (int i = 0; i < 4 * streams; i++)
            InnerProductKeys[i] = BinaryPrimitives.ReadUInt64BigEndian(buffer.Span[((64 * (i / 4)) + 32 + (8 * (i % 4)))..]) % Prime36;

        Umac.Derive(derivation, 4, buffer.Span[..(4 * streams)]);
        for (int i = 0; i < streams; i++)
            Translations[i] = BinaryPrimitives.ReadUInt32BigEndian(buffer.Span[(4 * i)..]);
    }

    private Span<uint> BlockKey => MemoryMarshal.Cast<byte, uint>(blockKey.Span);

    private Span<ulong> PolynomialKeys => MemoryMarshal.Cast<byte, ulong>(wordKeys.Span)[..streams];

    private Span<ulong> InnerProductKeys => MemoryMarshal.Cast<byte, ulong>(wordKeys.Span).Slice(streams, 4 * streams);

    private Span<uint> Translations => MemoryMarshal.Cast<byte, uint>(wordKeys.Span[(5 * sizeof(ulong) * streams)..]);

    public void Compute(ReadOnlySpan<byte> message, Span<byte> output)
    {
        if (message.Length > MaxMessage)
            throw new ArgumentException("UMAC takes messages of 16 MiB at most", nameof(message));
        Span<ulong> sums = stackalloc ulong[MaxStreams];
        if (message.Length <= BlockSize)
            HashBlock(message, sums);
        else
            HashBlocks(message, sums);
        for (int i = 0; i < streams; i++)
        {
            uint part = InnerProduct(InnerProductKeys.Slice(4 * i, 4), sums[i]) ^ Translations[i];
            BinaryPrimitives.WriteUInt32BigEndian(output[(StreamSize * i)..], part);
        }
    }

    public void Dispose()
    {
        blockKey.Dispose();
        wordKeys.Dispose();
    }

    private void HashBlocks(ReadOnlySpan<byte> message, Span<ulong> sums)
    {
        Span<ulong> block = stackalloc ulong[MaxStreams];
        Span<ulong> keys = PolynomialKeys;
        sums.Fill(1);
        while (!message.IsEmpty)
        {
            int length = Math.Min(BlockSize, message.Length);
            HashBlock(message[..length], block);
            for (int i = 0; i < keys.Length; i++)
                sums[i] = Polynomial(keys[i], sums[i], block[i]);
            message = message[length..];
        }

        // Adding 59 carries out of the word for just the sums that are not below the prime.
        for (int i = 0; i < sums.Length; i++)
            sums[i] += Prime64Complement & (0 - Carry(sums[i], Prime64Complement));
    }

    /// <summary>NH (5.2.2) of one block for all streams, with its length in bits added.</summary>
    private void HashBlock(ReadOnlySpan<byte> block, Span<ulong> sums)
    {
        ReadOnlySpan<uint> key = BlockKey;
        UmacBlock.Hash(block, key, sums);
        if (streams == MaxStreams)
            UmacBlock.Hash(block, key[8..], sums[2..]);
    }

    private static ulong Polynomial(ulong key, ulong sum, ulong word)
    {
        // 5.3.2: a word that need not be below the prime comes as a marker and a remainder. It happens once in 2^32 blocks.
        if (word >> 32 == uint.MaxValue)
        {
            sum = MultiplyAdd(key, sum, ulong.MaxValue - Prime64Complement);
            word -= Prime64Complement;
        }
        return MultiplyAdd(key, sum, word);
    }

    /// <summary>key * sum + word modulo 2^64 - 59, left anywhere in 64 bits; the key has 57.</summary>
    private static ulong MultiplyAdd(ulong key, ulong sum, ulong word)
    {
        ulong high = Math.BigMul(key, sum, out ulong low) * Prime64Complement;
        ulong product = high + low;
        product += Prime64Complement & (0 - Carry(high, low));
        return product + word + (Prime64Complement & (0 - Carry(product, word)));
    }

    /// <summary>The bit that the sum of two words carries out, without a branch.</summary>
    private static ulong Carry(ulong a, ulong b) => ((a & b) | ((a | b) & ~(a + b))) >> 63;

    /// <summary>The third layer (5.4): an inner product modulo 2^36 - 5, of which 32 bits remain.</summary>
    private static uint InnerProduct(ReadOnlySpan<ulong> keys, ulong word)
    {
        ulong sum = (keys[0] * (ushort)(word >> 48)) + (keys[1] * (ushort)(word >> 32)) +
            (keys[2] * (ushort)(word >> 16)) + (keys[3] * (ushort)word);
        sum = (sum & ((1UL << 36) - 1)) + (5 * (sum >> 36));
        ulong isBelow = (sum - Prime36) >> 63;
        return (uint)(sum - (Prime36 & (isBelow - 1)));
    }
}
