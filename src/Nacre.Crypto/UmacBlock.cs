using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nacre.Crypto;

/// <summary>
/// The first layer of UMAC: NH (RFC 4418 5.2.2) of one block of up to 1 KiB for two streams at once, which share the message's words
/// and most of the key's: the second stream's key lies four words after the first's.
/// </summary>
internal static class UmacBlock
{
    private const int ChunkSize = 32;
    private const int ChunkWords = ChunkSize / sizeof(uint);
    private const int StreamShift = 4;

    /// <summary>Sets the first two sums from a block and a key of at least as many words as the block has, and four more.</summary>
    public static void Hash(ReadOnlySpan<byte> block, ReadOnlySpan<uint> key, Span<ulong> sums)
    {
        int chunks = Math.Max(1, (block.Length + ChunkSize - 1) / ChunkSize), whole = block.Length / ChunkSize;
        if (key.Length < (chunks * ChunkWords) + StreamShift)
            throw new ArgumentException("the key of NH is shorter than the block", nameof(key));
        ref byte data = ref MemoryMarshal.GetReference(block);
        ref uint words = ref MemoryMarshal.GetReference(key);
        Vector128<ulong> first = Vector128<ulong>.Zero, second = Vector128<ulong>.Zero;
        for (int i = 0; i < whole; i++)
            HashChunk(ref Unsafe.Add(ref data, i * ChunkSize), ref Unsafe.Add(ref words, i * ChunkWords), ref first, ref second);
        if (whole < chunks)
        {
            Span<byte> padded = stackalloc byte[ChunkSize];
            padded.Clear();
            block[(whole * ChunkSize)..].CopyTo(padded);
            ref byte rest = ref MemoryMarshal.GetReference(padded);
            HashChunk(ref rest, ref Unsafe.Add(ref words, whole * ChunkWords), ref first, ref second);
        }
        ulong bits = 8 * (ulong)block.Length;
        sums[0] = first[0] + first[1] + bits;
        sums[1] = second[0] + second[1] + bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HashChunk(ref byte data, ref uint key, ref Vector128<ulong> first, ref Vector128<ulong> second)
    {
        Vector128<uint> low = Vector128.LoadUnsafe(ref data).AsUInt32(), high = Vector128.LoadUnsafe(ref data, 16).AsUInt32();
        Vector128<uint> middle = Vector128.LoadUnsafe(ref key, 4);
        first += Products(low + Vector128.LoadUnsafe(ref key), high + middle);
        second += Products(low + middle, high + Vector128.LoadUnsafe(ref key, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Products(Vector128<uint> left, Vector128<uint> right) =>
        MultiplyEven(left, right) + MultiplyEven((left.AsUInt64() >>> 32).AsUInt32(), (right.AsUInt64() >>> 32).AsUInt32());

    /// <summary>The 64-bit products of the lanes 0 and 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> MultiplyEven(Vector128<uint> left, Vector128<uint> right)
    {
        if (Sse2.IsSupported)
            return Sse2.Multiply(left, right);
        Vector128<ulong> lower = Vector128.Create((ulong)uint.MaxValue);
        return (left.AsUInt64() & lower) * (right.AsUInt64() & lower);
    }
}
