using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nacre.Crypto;

/// <summary>How polynomials of Streamlined NTRU Prime 761 are drawn and go into bytes. Only moduli and lengths decide where it branches.</summary>
internal static class Sntrup761Coding
{
    public const int SmallBytes = 191;
    public const int RoundedBytes = 1007;
    public const int RandomBytes = 4 * Degree;

    private const int Degree = Sntrup761Ring.Degree;
    private const int Weight = 286;
    private const int SortSize = 1024;
    private const uint RoundedModulus = (Sntrup761Field.Modulus + 2) / 3;

    /// <summary>A polynomial with coefficients -1, 0 and 1, each as likely as a multiple of 2^-30 allows.</summary>
    public static void DrawSmall(IRandomSource random, Span<short> small)
    {
        using Secret bytes = Secret.Random(RandomBytes, random);
        for (int i = 0; i < Degree; i++)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[(4 * i)..]);
            small[i] = (short)((int)(((word & 0x3FFF_FFFF) * 3) >> 30) - 1);
        }
        small[Degree..].Clear();
    }

    /// <summary>A polynomial with exactly 286 coefficients of -1 or 1: a random order of fixed ingredients, made by sorting random numbers.</summary>
    public static void DrawShort(IRandomSource random, Span<short> polynomial)
    {
        using Secret bytes = Secret.Random(RandomBytes, random);
        using var storage = new Secret(sizeof(uint) * SortSize);
        Span<uint> numbers = MemoryMarshal.Cast<byte, uint>(storage.Span);
        for (int i = 0; i < Degree; i++)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[(4 * i)..]);
            numbers[i] = i < Weight ? word & ~1u : (word & ~3u) | 1;
        }
        numbers[Degree..].Fill(uint.MaxValue);
        Sort(numbers);
        for (int i = 0; i < Degree; i++)
            polynomial[i] = (short)((int)(numbers[i] & 3) - 1);
        polynomial[Degree..].Clear();
    }

    /// <summary>All ones where the polynomial has not the weight of a short one, else zero.</summary>
    public static int WrongWeightMask(ReadOnlySpan<short> polynomial)
    {
        int weight = 0;
        for (int i = 0; i < Degree; i++)
            weight += polynomial[i] & 1;
        return Sntrup761Field.NonZeroMask(weight - Weight);
    }

    /// <summary>Puts in place of a polynomial of another weight the one that starts with 286 ones.</summary>
    public static void ReplaceUnlessShort(Span<short> polynomial)
    {
        int mask = WrongWeightMask(polynomial);
        for (int i = 0; i < Degree; i++)
        {
            int fixedValue = i < Weight ? 1 : 0;
            polynomial[i] = (short)(polynomial[i] ^ (mask & (polynomial[i] ^ fixedValue)));
        }
    }

    /// <summary>Writes four small coefficients to a byte, 191 bytes.</summary>
    public static void EncodeSmall(ReadOnlySpan<short> small, Span<byte> bytes)
    {
        for (int i = 0; i < Degree / 4; i++)
        {
            bytes[i] = (byte)((small[4 * i] + 1) | ((small[(4 * i) + 1] + 1) << 2) |
                ((small[(4 * i) + 2] + 1) << 4) | ((small[(4 * i) + 3] + 1) << 6));
        }
        bytes[SmallBytes - 1] = (byte)(small[Degree - 1] + 1);
    }

    /// <summary>Writes coefficients modulo 4591, 1158 bytes.</summary>
    public static void EncodeFull(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        Span<ushort> values = stackalloc ushort[Degree];
        for (int i = 0; i < Degree; i++)
            values[i] = (ushort)(polynomial[i] + Sntrup761Field.Half);
        Encode(values, Sntrup761Field.Modulus, bytes);
    }

    public static void DecodeFull(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        Span<ushort> values = stackalloc ushort[Degree];
        Decode(bytes, Sntrup761Field.Modulus, values);
        for (int i = 0; i < Degree; i++)
            polynomial[i] = (short)(values[i] - Sntrup761Field.Half);
        polynomial[Degree..].Clear();
    }

    /// <summary>Writes coefficients that are multiples of three, 1007 bytes.</summary>
    public static void EncodeRounded(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        // 10923 / 2^15 is near enough to 1/3 for the multiples of three up to 4590.
        Span<ushort> values = stackalloc ushort[Degree];
        for (int i = 0; i < Degree; i++)
            values[i] = (ushort)(((polynomial[i] + Sntrup761Field.Half) * 10923) >> 15);
        Encode(values, RoundedModulus, bytes);
        values.Clear();
    }

    public static void DecodeRounded(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        Span<ushort> values = stackalloc ushort[Degree];
        Decode(bytes, RoundedModulus, values);
        for (int i = 0; i < Degree; i++)
            polynomial[i] = (short)((values[i] * 3) - Sntrup761Field.Half);
        polynomial[Degree..].Clear();
    }

    /// <summary>
    /// Writes numbers below their moduli as one number in a mixed base: neighbours are merged pair by pair, and whole bytes are given
    /// out as soon as a merged modulus reaches 2^14.
    /// </summary>
    private static void Encode(Span<ushort> values, uint modulus, Span<byte> bytes)
    {
        uint lastModulus = modulus;
        int count = values.Length, at = 0;
        while (count > 1)
        {
            uint merged = 0;
            for (int i = 0; i + 1 < count; i += 2)
            {
                uint second = i + 2 == count ? lastModulus : modulus;
                uint value = values[i] + (values[i + 1] * modulus);
                merged = modulus * second;
                for (; merged >= 16384; merged = (merged + 255) >> 8, value >>= 8)
                    bytes[at++] = (byte)value;
                values[i / 2] = (ushort)value;
            }
            if (count % 2 == 0)
                lastModulus = merged;
            else
                values[count / 2] = values[count - 1];
            modulus = Merge(modulus, modulus, out _);
            count = (count + 1) / 2;
        }
        uint rest = values[0];
        for (; lastModulus > 1; lastModulus = (lastModulus + 255) >> 8, rest >>= 8)
            bytes[at++] = (byte)rest;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; other bytes give numbers below their moduli as well.</summary>
    private static void Decode(ReadOnlySpan<byte> bytes, uint modulus, Span<ushort> values) =>
        DecodeLevel(bytes, modulus, modulus, values);

    private static void DecodeLevel(ReadOnlySpan<byte> bytes, uint modulus, uint lastModulus, Span<ushort> values)
    {
        int count = values.Length;
        if (count == 1)
        {
            uint only = lastModulus <= 256 ? bytes[0] : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            values[0] = (ushort)Sntrup761Field.Remainder(only, lastModulus, Sntrup761Field.Reciprocal(lastModulus));
            return;
        }
        Span<uint> bottom = stackalloc uint[count / 2];
        Span<ushort> upper = stackalloc ushort[(count + 1) / 2];
        uint merged = Merge(modulus, modulus, out int width);
        uint lastMerged = count % 2 == 0 ? Merge(modulus, lastModulus, out int lastWidth) : Keep(lastModulus, out lastWidth);
        int at = 0;
        for (int i = 0; i < count / 2; i++)
        {
            bool isLast = 2 * i + 2 == count;
            for (int j = 0; j < (isLast ? lastWidth : width); j++)
                bottom[i] |= (uint)bytes[at++] << (8 * j);
        }
        DecodeLevel(bytes[at..], merged, lastMerged, upper);
        ulong reciprocal = Sntrup761Field.Reciprocal(modulus), lastReciprocal = Sntrup761Field.Reciprocal(lastModulus);
        for (int i = 0; i < count / 2; i++)
        {
            bool isLast = 2 * i + 2 == count;
            uint value = bottom[i] + ((uint)upper[i] << (8 * (isLast ? lastWidth : width)));
            uint second = Sntrup761Field.Divide(value, reciprocal);
            values[2 * i] = (ushort)(value - (second * modulus));
            values[(2 * i) + 1] = (ushort)(isLast
                ? Sntrup761Field.Remainder(second, lastModulus, lastReciprocal)
                : Sntrup761Field.Remainder(second, modulus, reciprocal));
        }
        if (count % 2 == 1)
            values[count - 1] = upper[count / 2];
        bottom.Clear();
        upper.Clear();
    }

    /// <summary>The modulus of a merged pair once its whole bytes, <paramref name="width"/> of them, are given out.</summary>
    private static uint Merge(uint first, uint second, out int width)
    {
        uint merged = first * second;
        for (width = 0; merged >= 16384; width++)
            merged = (merged + 255) >> 8;
        return merged;
    }

    private static uint Keep(uint modulus, out int width)
    {
        width = 0;
        return modulus;
    }

    /// <summary>Sorts 1024 numbers by Batcher's odd-even merges: the comparisons are the same for every input.</summary>
    private static void Sort(Span<uint> numbers)
    {
        for (int run = 1; run < SortSize; run *= 2)
        {
            for (int distance = run; distance >= 1; distance /= 2)
            {
                for (int start = distance % run; start + distance < SortSize; start += 2 * distance)
                    CompareBlocks(numbers, start, distance, run);
            }
        }
    }

    /// <summary>Compares each number of a block with the one <paramref name="distance"/> further on, where both belong to the same pair of runs.</summary>
    private static void CompareBlocks(Span<uint> numbers, int start, int distance, int run)
    {
        int end = Math.Min(start + distance, SortSize - distance);
        for (int i = start; i < end;)
        {
            if (i / (2 * run) != (i + distance) / (2 * run))
            {
                i++;
                continue;
            }
            if (distance >= Vector128<uint>.Count)
            {
                ref uint low = ref numbers[i];
                ref uint high = ref numbers[i + distance];
                Vector128<uint> x = Vector128.LoadUnsafe(ref low), y = Vector128.LoadUnsafe(ref high);
                Vector128.Min(x, y).StoreUnsafe(ref low);
                Vector128.Max(x, y).StoreUnsafe(ref high);
                i += Vector128<uint>.Count;
                continue;
            }
            uint a = numbers[i], b = numbers[i + distance];
            uint exchange = (uint)(((long)b - a) >> 63) & (a ^ b);
            numbers[i] = a ^ exchange;
            numbers[i + distance] = b ^ exchange;
            i++;
        }
    }
}
