using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nacre.Crypto;

/// <summary>
/// The sponge of FIPS 202: SHA-3 and SHAKE over the Keccak permutation.
/// ML-KEM squeezes short pieces from fifteen streams for each key; the base library needs OpenSSL 3.3 to squeeze more than once, and
/// sets up a digest for every stream, which would cost more than the arithmetic.
/// </summary>
internal unsafe struct Keccak
{
    private const int Lanes = 25;

    private readonly int rate;
    private readonly byte suffix;
    private int position;
    private bool isSqueezing;
    private fixed ulong state[Lanes];

    private Keccak(int rate, byte suffix)
    {
        this.rate = rate;
        this.suffix = suffix;
    }

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    public static Keccak Shake128() => new(168, 0x1f);

    public static Keccak Shake256() => new(136, 0x1f);

    public static Keccak Sha3With256Bits() => new(136, 0x06);

    public static Keccak Sha3With512Bits() => new(72, 0x06);

    public void Absorb(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            if ((position & 7) == 0 && input.Length >= 8)
            {
                state[position >> 3] ^= BinaryPrimitives.ReadUInt64LittleEndian(input);
                position += 8;
                input = input[8..];
            }
            else
            {
                AbsorbByte(input[0]);
                input = input[1..];
            }
            if (position == rate)
                Permute();
        }
    }

    /// <summary>Writes the next bytes of the output; the first call ends the input.</summary>
    public void Squeeze(Span<byte> output)
    {
        if (!isSqueezing)
        {
            AbsorbByte(suffix);
            position = rate - 1;
            AbsorbByte(0x80);
            Permute();
            isSqueezing = true;
        }
        while (!output.IsEmpty)
        {
            if (position == rate)
                Permute();
            if ((position & 7) == 0 && output.Length >= 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(output, state[position >> 3]);
                position += 8;
                output = output[8..];
            }
            else
            {
                output[0] = (byte)(state[position >> 3] >> (8 * (position & 7)));
                position++;
                output = output[1..];
            }
        }
    }

    /// <summary>Erases the state, for streams that came from a secret.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Clear()
    {
        for (int i = 0; i < Lanes; i++)
            state[i] = 0;
        position = 0;
        isSqueezing = false;
    }

    private void AbsorbByte(byte value)
    {
        state[position >> 3] ^= (ulong)value << (8 * (position & 7));
        position++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Permute()
    {
        ulong* other = stackalloc ulong[Lanes];
        fixed (ulong* own = state)
        {
            for (int round = 0; round < 24; round += 2)
            {
                Round(own, other, RoundConstants[round]);
                Round(other, own, RoundConstants[round + 1]);
            }
        }
        position = 0;
    }

    /// <summary>One round (FIPS 202 3.3) from <paramref name="a"/> to <paramref name="e"/>: parities, then each row of rho, pi, chi and iota.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ulong* a, ulong* e, ulong constant)
    {
        ulong c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
        ulong c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
        ulong c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
        ulong c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
        ulong c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
        ulong d0 = c4 ^ BitOperations.RotateLeft(c1, 1);
        ulong d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
        ulong d2 = c1 ^ BitOperations.RotateLeft(c3, 1);
        ulong d3 = c2 ^ BitOperations.RotateLeft(c4, 1);
        ulong d4 = c3 ^ BitOperations.RotateLeft(c0, 1);
        ulong b0, b1, b2, b3, b4;

        b0 = a[0] ^ d0;
        b1 = BitOperations.RotateLeft(a[6] ^ d1, 44);
        b2 = BitOperations.RotateLeft(a[12] ^ d2, 43);
        b3 = BitOperations.RotateLeft(a[18] ^ d3, 21);
        b4 = BitOperations.RotateLeft(a[24] ^ d4, 14);
        e[0] = b0 ^ (~b1 & b2) ^ constant;
        e[1] = b1 ^ (~b2 & b3);
        e[2] = b2 ^ (~b3 & b4);
        e[3] = b3 ^ (~b4 & b0);
        e[4] = b4 ^ (~b0 & b1);

        b0 = BitOperations.RotateLeft(a[3] ^ d3, 28);
        b1 = BitOperations.RotateLeft(a[9] ^ d4, 20);
        b2 = BitOperations.RotateLeft(a[10] ^ d0, 3);
        b3 = BitOperations.RotateLeft(a[16] ^ d1, 45);
        b4 = BitOperations.RotateLeft(a[22] ^ d2, 61);
        e[5] = b0 ^ (~b1 & b2);
        e[6] = b1 ^ (~b2 & b3);
        e[7] = b2 ^ (~b3 & b4);
        e[8] = b3 ^ (~b4 & b0);
        e[9] = b4 ^ (~b0 & b1);

        b0 = BitOperations.RotateLeft(a[1] ^ d1, 1);
        b1 = BitOperations.RotateLeft(a[7] ^ d2, 6);
        b2 = BitOperations.RotateLeft(a[13] ^ d3, 25);
        b3 = BitOperations.RotateLeft(a[19] ^ d4, 8);
        b4 = BitOperations.RotateLeft(a[20] ^ d0, 18);
        e[10] = b0 ^ (~b1 & b2);
        e[11] = b1 ^ (~b2 & b3);
        e[12] = b2 ^ (~b3 & b4);
        e[13] = b3 ^ (~b4 & b0);
        e[14] = b4 ^ (~b0 & b1);

        b0 = BitOperations.RotateLeft(a[4] ^ d4, 27);
        b1 = BitOperations.RotateLeft(a[5] ^ d0, 36);
        b2 = BitOperations.RotateLeft(a[11] ^ d1, 10);
        b3 = BitOperations.RotateLeft(a[17] ^ d2, 15);
        b4 = BitOperations.RotateLeft(a[23] ^ d3, 56);
        e[15] = b0 ^ (~b1 & b2);
        e[16] = b1 ^ (~b2 & b3);
        e[17] = b2 ^ (~b3 & b4);
        e[18] = b3 ^ (~b4 & b0);
        e[19] = b4 ^ (~b0 & b1);

        b0 = BitOperations.RotateLeft(a[2] ^ d2, 62);
        b1 = BitOperations.RotateLeft(a[8] ^ d3, 55);
        b2 = BitOperations.RotateLeft(a[14] ^ d4, 39);
        b3 = BitOperations.RotateLeft(a[15] ^ d0, 41);
        b4 = BitOperations.RotateLeft(a[21] ^ d1, 2);
        e[20] = b0 ^ (~b1 & b2);
        e[21] = b1 ^ (~b2 & b3);
        e[22] = b2 ^ (~b3 & b4);
        e[23] = b3 ^ (~b4 & b0);
        e[24] = b4 ^ (~b0 & b1);
    }
}
