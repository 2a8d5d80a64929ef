using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nacre.Crypto;

/// <summary>
/// The rings of Streamlined NTRU Prime 761: polynomials modulo X^761 - X - 1 with coefficients modulo 4591 or 3, in 16-bit lanes
/// padded with zeros to 768. Loops have public bounds; nothing branches on a coefficient.
/// </summary>
internal static class Sntrup761Ring
{
    public const int Degree = 761;
    public const int Padded = 768;

    private const int Modulus = Sntrup761Field.Modulus;
    private const short InverseOfModulus = 15631;
    private const int MontgomeryOne = 1262;
    private const int OneThird = 3061 - Modulus;
    private const int Lanes = ShortLanes.Count;

    // An inversion takes 2p - 1 division steps (Bernstein and Yang, "Fast constant-time gcd computation and modular inversion").
    private const int DivisionSteps = (2 * Degree) - 1;

    /// <summary>The product with a polynomial whose coefficients are -1, 0 and 1, modulo 4591.</summary>
    public static void MultiplySmall(ReadOnlySpan<short> left, ReadOnlySpan<short> small, Span<short> product)
    {
        Span<int> sums = stackalloc int[(2 * Degree) - 1];
        Convolve(left, small, sums);
        for (int i = 0; i < Degree; i++)
            product[i] = Sntrup761Field.Freeze(sums[i]);
        product[Degree..].Clear();
        sums.Clear();
    }

    /// <summary>The product of two polynomials modulo 3.</summary>
    public static void MultiplyByThree(ReadOnlySpan<short> left, ReadOnlySpan<short> right, Span<short> product)
    {
        Span<int> sums = stackalloc int[(2 * Degree) - 1];
        Convolve(left, right, sums);
        for (int i = 0; i < Degree; i++)
            product[i] = Sntrup761Field.FreezeByThree(sums[i]);
        product[Degree..].Clear();
        sums.Clear();
    }

    /// <summary>The inverse of three times a small polynomial, modulo 4591; there always is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InvertTriple(ReadOnlySpan<short> small, Span<short> inverse)
    {
        Span<short> storage = stackalloc short[4 * (Padded + (2 * Lanes))];
        Span<short> f = Slot(storage, 0), g = Slot(storage, 1), v = Slot(storage, 2), r = Slot(storage, 3);
        StartInversion(small, f, g);
        r[Lanes] = OneThird;
        int delta = 1;
        for (int step = 0; step < DivisionSteps; step++)
        {
            int swap = SwapMask(delta, Sntrup761Field.Freeze(g[Lanes]));
            delta = NextDelta(delta, swap);
            short f0 = Sntrup761Field.Freeze(f[Lanes]), g0 = Sntrup761Field.Freeze(g[Lanes]);
            int exchange = swap & (f0 ^ g0);
            short fFactor = Sntrup761Field.Freeze((f0 ^ exchange) * MontgomeryOne);
            short gFactor = Sntrup761Field.Freeze((g0 ^ exchange) * MontgomeryOne);
            CombineDown(f, g, DivisionSteps - step + 1, (short)swap, fFactor, gFactor);
            CombineUp(v, r, step + 2, (short)swap, fFactor, gFactor);
        }
        short scale = Sntrup761Field.Invert(Sntrup761Field.Freeze(f[Lanes]));
        for (int i = 0; i < Degree; i++)
            inverse[i] = Sntrup761Field.Freeze(scale * Sntrup761Field.Freeze(v[Lanes + Degree - 1 - i]));
        inverse[Degree..].Clear();
        storage.Clear();
    }

    /// <summary>The inverse of a small polynomial modulo 3; false where there is none, which only tells that the caller draws again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryInvertByThree(ReadOnlySpan<short> small, Span<short> inverse)
    {
        Span<short> storage = stackalloc short[4 * (Padded + (2 * Lanes))];
        Span<short> f = Slot(storage, 0), g = Slot(storage, 1), v = Slot(storage, 2), r = Slot(storage, 3);
        StartInversion(small, f, g);
        r[Lanes] = 1;
        int delta = 1;
        for (int step = 0; step < DivisionSteps; step++)
        {
            int swap = SwapMask(delta, g[Lanes]);
            delta = NextDelta(delta, swap);
            short factor = (short)-(g[Lanes] * f[Lanes]);
            CombineDownByThree(f, g, DivisionSteps - step + 1, (short)swap, factor);
            CombineUpByThree(v, r, step + 2, (short)swap, factor);
        }
        for (int i = 0; i < Degree; i++)
            inverse[i] = (short)(f[Lanes] * v[Lanes + Degree - 1 - i]);
        inverse[Degree..].Clear();
        storage.Clear();
        return delta == 0;
    }

    /// <summary>All sums of products, folded by X^761 = X + 1; below 5,300,000 where one factor is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Convolve(ReadOnlySpan<short> left, ReadOnlySpan<short> right, Span<int> sums)
    {
        // Each coefficient is the inner product of one factor with a window of the other, reversed and between zeros.
        Span<short> reversed = stackalloc short[3 * Padded];
        reversed.Clear();
        for (int i = 0; i < Degree; i++)
            reversed[Padded + i] = right[Degree - 1 - i];
        ref short a = ref MemoryMarshal.GetReference(left[..Padded]);
        ref short b = ref MemoryMarshal.GetReference(reversed);
        for (int k = 0; k < sums.Length; k++)
        {
            int first = Math.Max(0, k - Degree + 1) & -Lanes, last = Math.Min(k, Degree - 1);
            int window = Padded + Degree - 1 - k;
            Vector128<int> sum = Vector128<int>.Zero;
            for (int i = first; i <= last; i += Lanes)
                sum += ShortLanes.MultiplyAddPairs(ShortLanes.Load(ref a, i), ShortLanes.Load(ref b, window + i));
            sums[k] = Vector128.Sum(sum);
        }
        for (int k = sums.Length - 1; k >= Degree; k--)
        {
            sums[k - Degree] += sums[k];
            sums[k - Degree + 1] += sums[k];
        }
        reversed.Clear();
    }

    /// <summary>One of four work arrays, with room for a vector before and after the coefficients.</summary>
    private static Span<short> Slot(Span<short> storage, int index) =>
        storage.Slice(index * (Padded + (2 * Lanes)), Padded + (2 * Lanes));

    private static void StartInversion(ReadOnlySpan<short> small, Span<short> f, Span<short> g)
    {
        f[Lanes] = 1;
        f[Lanes + Degree - 1] = -1;
        f[Lanes + Degree] = -1;
        for (int i = 0; i < Degree; i++)
            g[Lanes + Degree - 1 - i] = small[i];
    }

    private static int SwapMask(int delta, int constantTerm) => (-delta >> 31) & Sntrup761Field.NonZeroMask(constantTerm);

    private static int NextDelta(int delta, int swap) => (delta ^ (swap & (delta ^ -delta))) + 1;

    /// <summary>Exchanges f and g under the mask, then sets g to (f0 g - g0 f) / X over the first <paramref name="count"/> coefficients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CombineDown(Span<short> f, Span<short> g, int count, short swap, short fFactor, short gFactor)
    {
        ref short fStart = ref MemoryMarshal.GetReference(f);
        ref short gStart = ref MemoryMarshal.GetReference(g);
        Vector128<short> mask = Vector128.Create(swap);
        Vector128<short> ff = Vector128.Create(fFactor), ffScaled = Vector128.Create((short)(fFactor * InverseOfModulus));
        Vector128<short> gf = Vector128.Create(gFactor), gfScaled = Vector128.Create((short)(gFactor * InverseOfModulus));
        int end = Lanes + Math.Min(count, Padded);
        for (int i = Lanes; i < end; i += Lanes)
        {
            Vector128<short> x = ShortLanes.Load(ref fStart, i), y = ShortLanes.Load(ref gStart, i);
            Vector128<short> exchange = mask & (x ^ y);
            x ^= exchange;
            y ^= exchange;
            ShortLanes.Store(x, ref fStart, i);
            ShortLanes.Store(MontgomeryMultiply(y, ff, ffScaled) - MontgomeryMultiply(x, gf, gfScaled), ref gStart, i - 1);
        }
    }

    /// <summary>Multiplies v by X, exchanges v and r under the mask, then sets r to f0 r - g0 v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CombineUp(Span<short> v, Span<short> r, int count, short swap, short fFactor, short gFactor)
    {
        ref short vStart = ref MemoryMarshal.GetReference(v);
        ref short rStart = ref MemoryMarshal.GetReference(r);
        Vector128<short> mask = Vector128.Create(swap);
        Vector128<short> ff = Vector128.Create(fFactor), ffScaled = Vector128.Create((short)(fFactor * InverseOfModulus));
        Vector128<short> gf = Vector128.Create(gFactor), gfScaled = Vector128.Create((short)(gFactor * InverseOfModulus));
        int top = (Math.Min(count, Padded) + Lanes - 1) & -Lanes;
        for (int i = top; i >= Lanes; i -= Lanes)
        {
            Vector128<short> x = ShortLanes.Load(ref vStart, i - 1), y = ShortLanes.Load(ref rStart, i);
            Vector128<short> exchange = mask & (x ^ y);
            x ^= exchange;
            y ^= exchange;
            ShortLanes.Store(x, ref vStart, i);
            ShortLanes.Store(MontgomeryMultiply(y, ff, ffScaled) - MontgomeryMultiply(x, gf, gfScaled), ref rStart, i);
        }
    }

    /// <summary>The same modulo 3, where the factors are 1 and the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CombineDownByThree(Span<short> f, Span<short> g, int count, short swap, short factor)
    {
        ref short fStart = ref MemoryMarshal.GetReference(f);
        ref short gStart = ref MemoryMarshal.GetReference(g);
        Vector128<short> mask = Vector128.Create(swap), sign = Vector128.Create(factor);
        int end = Lanes + Math.Min(count, Padded);
        for (int i = Lanes; i < end; i += Lanes)
        {
            Vector128<short> x = ShortLanes.Load(ref fStart, i), y = ShortLanes.Load(ref gStart, i);
            Vector128<short> exchange = mask & (x ^ y);
            x ^= exchange;
            y ^= exchange;
            ShortLanes.Store(x, ref fStart, i);
            ShortLanes.Store(FreezeByThree(y + (sign * x)), ref gStart, i - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CombineUpByThree(Span<short> v, Span<short> r, int count, short swap, short factor)
    {
        ref short vStart = ref MemoryMarshal.GetReference(v);
        ref short rStart = ref MemoryMarshal.GetReference(r);
        Vector128<short> mask = Vector128.Create(swap), sign = Vector128.Create(factor);
        int top = (Math.Min(count, Padded) + Lanes - 1) & -Lanes;
        for (int i = top; i >= Lanes; i -= Lanes)
        {
            Vector128<short> x = ShortLanes.Load(ref vStart, i - 1), y = ShortLanes.Load(ref rStart, i);
            Vector128<short> exchange = mask & (x ^ y);
            x ^= exchange;
            y ^= exchange;
            ShortLanes.Store(x, ref vStart, i);
            ShortLanes.Store(FreezeByThree(y + (sign * x)), ref rStart, i);
        }
    }

    /// <summary>
    /// ab/R modulo q, where b is a factor times R. For |a| up to 2^15 and |b| up to q/2 the result stays below 3450, so a difference of two
    /// such products may be fed back without a reduction in between.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> MontgomeryMultiply(Vector128<short> a, Vector128<short> b, Vector128<short> bScaled) =>
        ShortLanes.MultiplyHigh(a, b) - ShortLanes.MultiplyHigh(a * bScaled, Vector128.Create((short)Modulus));

    /// <summary>Brings -2 .. 2 to -1 .. 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> FreezeByThree(Vector128<short> value)
    {
        Vector128<short> one = Vector128<short>.One, three = Vector128.Create((short)3);
        return value - (Vector128.GreaterThan(value, one) & three) + (Vector128.LessThan(value, -one) & three);
    }
}
