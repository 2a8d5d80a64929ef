using System.Buffers.Binary;

namespace Nacre.Crypto;

/// <summary>How polynomials of ML-KEM come from and go into bytes: sampling, encoding and compression (FIPS 203 4.2).</summary>
internal static class MlKemCoding
{
    private const int Size = MlKemPolynomial.Size;
    private const short Modulus = MlKemPolynomial.Modulus;

    /// <summary>Draws a polynomial uniformly from a public stream (algorithm 7).</summary>
    public static void SampleUniform(ReadOnlySpan<byte> seed, byte column, byte row, Span<short> polynomial)
    {
        Keccak stream = Keccak.Shake128();
        stream.Absorb(seed);
        stream.Absorb([column, row]);
        Span<byte> block = stackalloc byte[168];
        int count = 0;
        while (count < Size)
        {
            stream.Squeeze(block);
            for (int i = 0; i < block.Length && count < Size; i += 3)
            {
                int first = block[i] | ((block[i + 1] & 0x0F) << 8);
                int second = (block[i + 1] >> 4) | (block[i + 2] << 4);
                if (first < Modulus)
                    polynomial[count++] = (short)first;
                if (second < Modulus && count < Size)
                    polynomial[count++] = (short)second;
            }
        }
    }

    /// <summary>Draws small coefficients, -2 to 2, from the secret stream number <paramref name="nonce"/> (algorithm 8 with eta = 2).</summary>
    public static void SampleSmall(ReadOnlySpan<byte> seed, byte nonce, Span<short> polynomial)
    {
        Span<byte> bytes = stackalloc byte[128];
        Keccak stream = Keccak.Shake256();
        stream.Absorb(seed);
        stream.Absorb([nonce]);
        stream.Squeeze(bytes);
        stream.Clear();
        for (int i = 0; i < Size / 8; i++)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
            uint sums = (word & 0x5555_5555) + ((word >> 1) & 0x5555_5555);
            for (int j = 0; j < 8; j++)
            {
                int plus = (int)(sums >> (4 * j)) & 3, minus = (int)(sums >> ((4 * j) + 2)) & 3;
                polynomial[(8 * i) + j] = (short)(plus - minus);
            }
        }
        bytes.Clear();
    }

    /// <summary>Writes normalized coefficients with 12 bits each, 384 bytes.</summary>
    public static void Encode(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        for (int i = 0; i < Size / 2; i++)
        {
            int first = polynomial[2 * i], second = polynomial[(2 * i) + 1];
            bytes[3 * i] = (byte)first;
            bytes[(3 * i) + 1] = (byte)((first >> 8) | (second << 4));
            bytes[(3 * i) + 2] = (byte)(second >> 4);
        }
    }

    /// <summary>Reads 384 public bytes; false where a coefficient is not below the modulus (7.2, "modulus check").</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        bool isReduced = true;
        for (int i = 0; i < Size / 2; i++)
        {
            int first = bytes[3 * i] | ((bytes[(3 * i) + 1] & 0x0F) << 8);
            int second = (bytes[(3 * i) + 1] >> 4) | (bytes[(3 * i) + 2] << 4);
            isReduced &= first < Modulus & second < Modulus;
            polynomial[2 * i] = (short)first;
            polynomial[(2 * i) + 1] = (short)second;
        }
        return isReduced;
    }

    // Compression divides by q. A division takes longer for some values than for others on many machines, so it is a multiplication
    // by the rounded inverse, which is exact for all coefficients (a test goes through them).

    /// <summary>Writes normalized coefficients with 10 bits each, 320 bytes.</summary>
    public static void CompressTo10Bits(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        for (int i = 0; i < Size / 4; i++)
        {
            ulong four = Compress10(polynomial[4 * i]) |
                (Compress10(polynomial[(4 * i) + 1]) << 10) |
                (Compress10(polynomial[(4 * i) + 2]) << 20) |
                (Compress10(polynomial[(4 * i) + 3]) << 30);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(5 * i)..], (uint)four);
            bytes[(5 * i) + 4] = (byte)(four >> 32);
        }
    }

    public static void DecompressFrom10Bits(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        for (int i = 0; i < Size / 4; i++)
        {
            ulong four = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(5 * i)..]) | ((ulong)bytes[(5 * i) + 4] << 32);
            for (int j = 0; j < 4; j++)
                polynomial[(4 * i) + j] = (short)((((int)(four >> (10 * j)) & 1023) * Modulus + 512) >> 10);
        }
    }

    /// <summary>Writes normalized coefficients with 4 bits each, 128 bytes.</summary>
    public static void CompressTo4Bits(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        for (int i = 0; i < Size / 2; i++)
            bytes[i] = (byte)(Compress4(polynomial[2 * i]) | (Compress4(polynomial[(2 * i) + 1]) << 4));
    }

    public static void DecompressFrom4Bits(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        for (int i = 0; i < Size / 2; i++)
        {
            polynomial[2 * i] = (short)(((bytes[i] & 15) * Modulus + 8) >> 4);
            polynomial[(2 * i) + 1] = (short)(((bytes[i] >> 4) * Modulus + 8) >> 4);
        }
    }

    /// <summary>Writes the bit that each normalized coefficient is nearest to, 32 bytes.</summary>
    public static void CompressTo1Bit(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        for (int i = 0; i < Size / 8; i++)
        {
            uint bits = 0;
            for (int j = 0; j < 8; j++)
                bits |= Compress1(polynomial[(8 * i) + j]) << j;
            bytes[i] = (byte)bits;
        }
    }

    public static void DecompressFrom1Bit(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        for (int i = 0; i < Size; i++)
            polynomial[i] = (short)(-((bytes[i / 8] >> (i % 8)) & 1) & ((Modulus + 1) / 2));
    }

    internal static ulong Compress10(short value) => ((((ulong)(uint)value << 10) + 1665) * 1290167 >> 32) & 1023;

    internal static uint Compress4(short value) => ((((uint)value << 4) + 1665) * 80635 >> 28) & 15;

    internal static uint Compress1(short value) => ((((uint)value << 1) + 1665) * 80635 >> 28) & 1;
}
