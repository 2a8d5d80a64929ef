using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nacre.Crypto;

/// <summary>
/// Arithmetic on polynomials of ML-KEM (FIPS 203 4.3): 256 coefficients modulo 3329 in 16-bit lanes, products in Montgomery's form with
/// R = 2^16. Every loop has a fixed length and every step is free of branches, divisions and table look-ups that depend on the data.
/// </summary>
internal static class MlKemPolynomial
{
    public const int Size = 256;
    public const short Modulus = 3329;

    /// <summary>q^-1 modulo 2^16.</summary>
    public const short InverseOfModulus = -3327;

    private const short BarrettFactor = 20159;
    private const short RSquared = 1353;
    private const short InverseTransformScale = 1441;

    private static readonly MlKemRoots Roots = new();

    private static Vector128<short> Q => Vector128.Create(Modulus);

    /// <summary>The number-theoretic transform (algorithm 9); reduced coefficients in, reduced coefficients out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(Span<short> polynomial)
    {
        ref short r = ref Start(polynomial);
        ref short z = ref MemoryMarshal.GetArrayDataReference(Roots.Forward);
        ref short zScaled = ref MemoryMarshal.GetArrayDataReference(Roots.ForwardScaled);
        int table = 0;
        for (int length = 128; length >= ShortLanes.Count; length >>= 1)
        {
            for (int start = 0; start < Size; start += 2 * length)
            {
                for (int j = start; j < start + length; j += ShortLanes.Count, table += ShortLanes.Count)
                {
                    Vector128<short> low = ShortLanes.Load(ref r, j), high = ShortLanes.Load(ref r, j + length);
                    Forward(ref low, ref high, ref z, ref zScaled, table);
                    ShortLanes.Store(low, ref r, j);
                    ShortLanes.Store(high, ref r, j + length);
                }
            }
        }
        for (int j = 0; j < Size; j += 2 * ShortLanes.Count, table += ShortLanes.Count)
        {
            Vector128<short> u = ShortLanes.Load(ref r, j), v = ShortLanes.Load(ref r, j + ShortLanes.Count);
            SplitFours(ref u, ref v);
            Forward(ref u, ref v, ref z, ref zScaled, table);
            SplitFours(ref u, ref v);
            SplitTwos(ref u, ref v);
            Forward(ref u, ref v, ref z, ref zScaled, table + MlKemRoots.Layer);
            SplitTwos(ref u, ref v);
            ShortLanes.Store(Reduce(u), ref r, j);
            ShortLanes.Store(Reduce(v), ref r, j + ShortLanes.Count);
        }
    }

    /// <summary>The inverse transform (algorithm 10), which also takes out the factor 1/R that a product leaves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InverseTransform(Span<short> polynomial)
    {
        ref short r = ref Start(polynomial);
        ref short z = ref MemoryMarshal.GetArrayDataReference(Roots.Backward);
        ref short zScaled = ref MemoryMarshal.GetArrayDataReference(Roots.BackwardScaled);
        int table = 0;
        for (int j = 0; j < Size; j += 2 * ShortLanes.Count, table += ShortLanes.Count)
        {
            Vector128<short> u = ShortLanes.Load(ref r, j), v = ShortLanes.Load(ref r, j + ShortLanes.Count);
            SplitTwos(ref u, ref v);
            Backward(ref u, ref v, ref z, ref zScaled, table);
            SplitTwos(ref u, ref v);
            SplitFours(ref u, ref v);
            Backward(ref u, ref v, ref z, ref zScaled, table + MlKemRoots.Layer);
            SplitFours(ref u, ref v);
            ShortLanes.Store(u, ref r, j);
            ShortLanes.Store(v, ref r, j + ShortLanes.Count);
        }
        table = 2 * MlKemRoots.Layer;
        for (int length = ShortLanes.Count; length <= 128; length <<= 1)
        {
            for (int start = 0; start < Size; start += 2 * length)
            {
                for (int j = start; j < start + length; j += ShortLanes.Count, table += ShortLanes.Count)
                {
                    Vector128<short> low = ShortLanes.Load(ref r, j), high = ShortLanes.Load(ref r, j + length);
                    Backward(ref low, ref high, ref z, ref zScaled, table);
                    ShortLanes.Store(low, ref r, j);
                    ShortLanes.Store(high, ref r, j + length);
                }
            }
        }
        Scale(ref r, InverseTransformScale);
    }

    /// <summary>Brings a product, which has the factor 1/R, back to plain form without leaving the transformed domain.</summary>
    public static void RemoveProductFactor(Span<short> polynomial) => Scale(ref Start(polynomial), RSquared);

    /// <summary>
    /// Multiplies the odd coefficients by the root of their pair's modulus X^2 - z: the part of every product with this polynomial
    /// that does not depend on the other factor.
    /// </summary>
    public static void PrepareFactor(ReadOnlySpan<short> polynomial, Span<short> prepared)
    {
        ref short p = ref Start(polynomial);
        ref short r = ref Start(prepared);
        ref short z = ref MemoryMarshal.GetArrayDataReference(Roots.Pairs);
        for (int i = 0; i < Size; i += ShortLanes.Count)
            ShortLanes.Store(MontgomeryMultiply(ShortLanes.Load(ref p, i), ShortLanes.Load(ref z, i)), ref r, i);
    }

    /// <summary>
    /// Adds up three products in the transformed domain (algorithms 11 and 12); the result carries the factor 1/R.
    /// <paramref name="left"/> is one row or column of a matrix: three polynomials that lie <paramref name="stride"/> apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InnerProduct(ReadOnlySpan<short> left, int stride, ReadOnlySpan<short> right, ReadOnlySpan<short> rightPrepared, Span<short> result)
    {
        ref short a = ref Start(left[..((2 * stride) + Size)]);
        ref short b = ref Start(right[..(3 * Size)]);
        ref short prepared = ref Start(rightPrepared[..(3 * Size)]);
        ref short r = ref Start(result);
        for (int i = 0; i < Size; i += ShortLanes.Count)
        {
            Vector128<int> even = Vector128<int>.Zero, odd = Vector128<int>.Zero;
            for (int k = 0; k < 3; k++)
            {
                Vector128<short> x = ShortLanes.Load(ref a, (k * stride) + i);
                Vector128<int> y = ShortLanes.Load(ref b, (k * Size) + i).AsInt32();
                even += ShortLanes.MultiplyAddPairs(x, ShortLanes.Load(ref prepared, (k * Size) + i));
                odd += ShortLanes.MultiplyAddPairs(x, ((y << 16) | (y >>> 16)).AsInt16());
            }
            Vector128<int> low = MontgomeryReduce(even) & Vector128.Create(0xFFFF);
            ShortLanes.Store((low | (MontgomeryReduce(odd) << 16)).AsInt16(), ref r, i);
        }
    }

    public static void Add(Span<short> target, ReadOnlySpan<short> addend)
    {
        ref short t = ref Start(target);
        ref short a = ref Start(addend);
        for (int i = 0; i < Size; i += ShortLanes.Count)
            ShortLanes.Store(Reduce(ShortLanes.Load(ref t, i) + ShortLanes.Load(ref a, i)), ref t, i);
    }

    /// <summary>Sets <paramref name="target"/> to <paramref name="minuend"/> less what it was.</summary>
    public static void SubtractFrom(ReadOnlySpan<short> minuend, Span<short> target)
    {
        ref short t = ref Start(target);
        ref short m = ref Start(minuend);
        for (int i = 0; i < Size; i += ShortLanes.Count)
            ShortLanes.Store(Reduce(ShortLanes.Load(ref m, i) - ShortLanes.Load(ref t, i)), ref t, i);
    }

    /// <summary>Brings every coefficient into 0 .. 3328, the form for encoding.</summary>
    public static void Normalize(Span<short> polynomial)
    {
        ref short r = ref Start(polynomial);
        for (int i = 0; i < Size; i += ShortLanes.Count)
        {
            Vector128<short> value = Reduce(ShortLanes.Load(ref r, i));
            ShortLanes.Store(value + ((value >> 15) & Q), ref r, i);
        }
    }

    private static ref short Start(ReadOnlySpan<short> polynomial)
    {
        if (polynomial.Length < Size)
            throw new ArgumentException("a polynomial of ML-KEM has 256 coefficients", nameof(polynomial));
        return ref MemoryMarshal.GetReference(polynomial);
    }

    private static void Scale(ref short r, short factor)
    {
        for (int i = 0; i < Size; i += ShortLanes.Count)
            ShortLanes.Store(MontgomeryMultiply(ShortLanes.Load(ref r, i), Vector128.Create(factor)), ref r, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Forward(ref Vector128<short> low, ref Vector128<short> high, ref short z, ref short zScaled, int table)
    {
        Vector128<short> product = MontgomeryMultiply(high, ShortLanes.Load(ref z, table), ShortLanes.Load(ref zScaled, table));
        high = low - product;
        low += product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Backward(ref Vector128<short> low, ref Vector128<short> high, ref short z, ref short zScaled, int table)
    {
        Vector128<short> difference = high - low;
        low = Reduce(low + high);
        high = MontgomeryMultiply(difference, ShortLanes.Load(ref z, table), ShortLanes.Load(ref zScaled, table));
    }

    /// <summary>ab/R modulo q, between -q and q, for |ab| below qR/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> MontgomeryMultiply(Vector128<short> a, Vector128<short> b) =>
        MontgomeryMultiply(a, b, b * Vector128.Create(InverseOfModulus));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> MontgomeryMultiply(Vector128<short> a, Vector128<short> b, Vector128<short> bScaled) =>
        ShortLanes.MultiplyHigh(a, b) - ShortLanes.MultiplyHigh(a * bScaled, Q);

    /// <summary>t/R modulo q for 32-bit lanes; the upper half of a lane is the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MontgomeryReduce(Vector128<int> t)
    {
        Vector128<short> factor = t.AsInt16() * Vector128.Create(InverseOfModulus);
        Vector128<int> multiple = ShortLanes.MultiplyAddPairs(factor, Vector128.Create((int)Modulus).AsInt16());
        return (t - multiple) >> 16;
    }

    /// <summary>The representative nearest to zero, by Barrett's method: 20159 is 2^26/q rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Reduce(Vector128<short> value)
    {
        Vector128<short> quotient = (ShortLanes.MultiplyHigh(value, Vector128.Create(BarrettFactor)) + Vector128.Create((short)512)) >> 10;
        return value - (quotient * Q);
    }

    // Layers with blocks shorter than a vector work on two vectors: the lower halves of all blocks come into one, the upper halves
    // into the other. Each exchange undoes itself.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SplitFours(ref Vector128<short> u, ref Vector128<short> v)
    {
        Vector128<short> low = Vector128.Create(u.GetLower(), v.GetLower());
        v = Vector128.Create(u.GetUpper(), v.GetUpper());
        u = low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SplitTwos(ref Vector128<short> u, ref Vector128<short> v)
    {
        Vector128<ulong> lower = Vector128.Create(0xFFFF_FFFFul);
        Vector128<ulong> x = u.AsUInt64(), y = v.AsUInt64();
        u = ((x & lower) | (y << 32)).AsInt16();
        v = ((x >>> 32) | (y & ~lower)).AsInt16();
    }
}
