using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nacre.Crypto;

/// <summary>
/// The first layer of UMAC: NH (RFC 4418 5.2.2) of one block of up to 1 KiB for two streams at once. The second stream's key lies four
/// words after the first's, so that eight key words serve both, one in each half of a vector.
/// </summary>
internal static class UmacBlock
{
    private const int ChunkSize = 32;
    private const int ChunkWords = ChunkSize / sizeof(uint);

    /// <summary>Sets the first two sums from a block and a key of at least as many words as the block has, and four more.</summary>
    public static void Hash(ReadOnlySpan<byte> block, ReadOnlySpan<uint> key, Span<ulong> sums)
    {
        int chunks = Math.Max(1, (block.Length + ChunkSize - 1) / ChunkSize), whole = block.Length / ChunkSize;
        if (key.Length < (chunks * ChunkWords) + 4)
            throw new ArgumentException("the key of NH is shorter than the block", nameof(key));
        ref byte data = ref MemoryMarshal.GetReference(block);
        ref uint words = ref MemoryMarshal.GetReference(key);
        Vector256<ulong> sum = Vector256<ulong>.Zero;
        for (int i = 0; i < whole; i++)
            sum += HashChunk(ref data, i * ChunkSize, ref words, i * ChunkWords);
        if (whole < chunks)
        {
            Span<byte> padded = stackalloc byte[ChunkSize];
            padded.Clear();
            block[(whole * ChunkSize)..].CopyTo(padded);
            sum += HashChunk(ref MemoryMarshal.GetReference(padded), 0, ref words, whole * ChunkWords);
        }
        ulong bits = 8 * (ulong)block.Length;
        sums[0] = sum[0] + sum[1] + bits;
        sums[1] = sum[2] + sum[3] + bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> HashChunk(ref byte data, int at, ref uint key, int keyAt)
    {
        Vector128<uint> low = Vector128.LoadUnsafe(ref data, (nuint)at).AsUInt32();
        Vector128<uint> high = Vector128.LoadUnsafe(ref data, (nuint)at + 16).AsUInt32();
        Vector256<uint> left = Vector256.Create(low, low) + Vector256.LoadUnsafe(ref key, (nuint)keyAt);
        Vector256<uint> right = Vector256.Create(high, high) + Vector256.LoadUnsafe(ref key, (nuint)keyAt + 4);
        return MultiplyEven(left, right) + MultiplyEven((left.AsUInt64() >>> 32).AsUInt32(), (right.AsUInt64() >>> 32).AsUInt32());
    }

    /// <summary>The 64-bit products of the lanes 0, 2, 4 and 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyEven(Vector256<uint> left, Vector256<uint> right)
    {
        if (Avx2.IsSupported)
            return Avx2.Multiply(left, right);
        Vector256<ulong> lower = Vector256.Create((ulong)uint.MaxValue);
        return (left.AsUInt64() & lower) * (right.AsUInt64() & lower);
    }
}
