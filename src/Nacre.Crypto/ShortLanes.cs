using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// Products of eight 16-bit numbers at once that the portable vectors lack, for the lattice schemes.
/// Each is one instruction on x86; elsewhere it is composed from 32-bit products, so that the callers have one path. Vectors of
/// 128 bits are what code compiled ahead of time may count on; it takes wider ones apart, at many times the cost.
/// </summary>
internal static class ShortLanes
{
    public const int Count = 8;

    /// <summary>The upper half of each 32-bit product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyHigh(Vector128<short> left, Vector128<short> right) =>
        Sse2.IsSupported ? Sse2.MultiplyHigh(left, right) : MultiplyHighPortably(left, right);

    /// <summary>For each pair of lanes (2i, 2i+1) the sum of both 32-bit products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAddPairs(Vector128<short> left, Vector128<short> right) =>
        Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(left, right) : MultiplyAddPairsPortably(left, right);

    public static Vector128<short> MultiplyHighPortably(Vector128<short> left, Vector128<short> right)
    {
        Vector128<int> even = (left.AsInt32() << 16 >> 16) * (right.AsInt32() << 16 >> 16);
        Vector128<int> odd = (left.AsInt32() >> 16) * (right.AsInt32() >> 16);
        return ((even >>> 16) | (odd & Vector128.Create(unchecked((int)0xFFFF0000)))).AsInt16();
    }

    public static Vector128<int> MultiplyAddPairsPortably(Vector128<short> left, Vector128<short> right) =>
        ((left.AsInt32() << 16 >> 16) * (right.AsInt32() << 16 >> 16)) + ((left.AsInt32() >> 16) * (right.AsInt32() >> 16));

    public static void Erase(Span<short> lanes) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Load(ref short start, int index) => Vector128.LoadUnsafe(ref start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<short> value, ref short start, int index) => value.StoreUnsafe(ref start, (nuint)index);
}
