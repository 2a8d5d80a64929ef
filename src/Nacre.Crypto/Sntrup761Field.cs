using System.Runtime.CompilerServices;

namespace Nacre.Crypto;

/// <summary>
/// Remainders for Streamlined NTRU Prime, free of the machine's division, whose time depends on its operands.
/// Elements modulo 4591 are kept between -2295 and 2295, elements modulo 3 are -1, 0 or 1.
/// </summary>
internal static class Sntrup761Field
{
    public const int Modulus = 4591;
    public const int Half = 2295;

    // Multiples of the moduli above the largest product of two polynomials, so that only numbers from zero up are reduced.
    private const int Lift = 1200 * Modulus;
    private const int LiftByThree = 3_000_000;

    /// <summary>The quotient of any 32-bit number and a public divisor from 2 up, by the divisor's <see cref="Reciprocal"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Divide(uint value, ulong reciprocal) => (uint)Math.BigMul(reciprocal, value, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Remainder(uint value, uint divisor, ulong reciprocal) => value - (divisor * Divide(value, reciprocal));

    public static ulong Reciprocal(uint divisor) => (ulong.MaxValue / divisor) + 1;

    /// <summary>The element that <paramref name="value"/> stands for, if it lies between -5,500,000 and 5,500,000.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Freeze(int value) =>
        (short)((int)Remainder((uint)(value + Half + Lift), Modulus, (ulong.MaxValue / Modulus) + 1) - Half);

    /// <summary>The element modulo 3 that <paramref name="value"/> stands for, if it lies between -2,900,000 and 2,900,000.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short FreezeByThree(int value) =>
        (short)((int)Remainder((uint)(value + 1 + LiftByThree), 3, (ulong.MaxValue / 3) + 1) - 1);

    /// <summary>The inverse, as the power with exponent q - 2, which is public.</summary>
    public static short Invert(short element)
    {
        int power = 1, square = element;
        for (int exponent = Modulus - 2; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) == 1)
                power = Freeze(power * square);
            square = Freeze(square * square);
        }
        return (short)power;
    }

    /// <summary>-1 (all ones) where the value is not zero, else 0; for values of at most 31 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int NonZeroMask(int value) => (value | -value) >> 31;
}
