using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nacre.Crypto;

/// <summary>
/// Products of sixteen 16-bit numbers at once that the portable vectors lack, for the lattice schemes.
/// Each is one instruction with AVX2; elsewhere it is composed from 32-bit products, so that the callers have one path.
/// </summary>
internal static class ShortLanes
{
    public const int Count = 16;

    /// <summary>The upper half of each 32-bit product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MultiplyHigh(Vector256<short> left, Vector256<short> right) =>
        Avx2.IsSupported ? Avx2.MultiplyHigh(left, right) : MultiplyHighPortably(left, right);

    /// <summary>For each pair of lanes (2i, 2i+1) the sum of both 32-bit products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<short> left, Vector256<short> right) =>
        Avx2.IsSupported ? Avx2.MultiplyAddAdjacent(left, right) : MultiplyAddPairsPortably(left, right);

    public static Vector256<short> MultiplyHighPortably(Vector256<short> left, Vector256<short> right)
    {
        Vector256<int> even = (left.AsInt32() << 16 >> 16) * (right.AsInt32() << 16 >> 16);
        Vector256<int> odd = (left.AsInt32() >> 16) * (right.AsInt32() >> 16);
        return ((even >>> 16) | (odd & Vector256.Create(unchecked((int)0xFFFF0000)))).AsInt16();
    }

    public static Vector256<int> MultiplyAddPairsPortably(Vector256<short> left, Vector256<short> right) =>
        ((left.AsInt32() << 16 >> 16) * (right.AsInt32() << 16 >> 16)) + ((left.AsInt32() >> 16) * (right.AsInt32() >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Load(ref short start, int index) => Vector256.LoadUnsafe(ref start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<short> value, ref short start, int index) => value.StoreUnsafe(ref start, (nuint)index);
}
