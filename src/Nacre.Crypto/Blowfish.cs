using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nacre.Crypto;

/// <summary>
/// Two Blowfish ciphers side by side with bcrypt's costly key schedule, for <see cref="BcryptPbkdf"/> alone.
/// Each round waits for the look-ups of the one before; a second, independent cipher fills the wait, so that two blocks of a derived
/// key cost little more than one. The boxes are looked up by secret indices, as in every bcrypt.
/// </summary>
internal sealed unsafe class Blowfish : IDisposable
{
    private const int SubkeyCount = 18;
    private const int BoxSize = 256;
    private const int BoxCount = 4 * BoxSize;
    private const int TableCount = BoxCount + SubkeyCount;

    // For each cipher its four boxes, then its subkeys.
    private readonly Secret tables = new(2 * sizeof(uint) * TableCount);

    /// <summary>Brings both ciphers to the state before any key.</summary>
    public void Start()
    {
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(tables.Span);
        for (int at = 0; at < words.Length; at += TableCount)
        {
            BlowfishTables.Boxes.CopyTo(words[at..]);
            BlowfishTables.Subkeys.CopyTo(words[(at + BoxCount)..]);
        }
    }

    /// <summary>Mixes a key of 64 bytes into each cipher.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Expand(ReadOnlySpan<byte> firstKey, ReadOnlySpan<byte> secondKey)
    {
        fixed (byte* bytes = tables.Span)
        {
            uint* a = (uint*)bytes, b = a + TableCount;
            MixKey(a, firstKey);
            MixKey(b, secondKey);
            uint left0 = 0, right0 = 0, left1 = 0, right1 = 0;
            for (int i = 0; i < TableCount; i += 2)
            {
                Encipher(a, b, ref left0, ref right0, ref left1, ref right1);

                // The subkeys come first in the schedule and last in memory.
                int at = i < SubkeyCount ? BoxCount + i : i - SubkeyCount;
                a[at] = left0;
                a[at + 1] = right0;
                b[at] = left1;
                b[at + 1] = right1;
            }
        }
    }

    /// <summary>Mixes the same key into both ciphers, with a salt of 64 bytes for each between the steps of the schedule.</summary>
    public void ExpandSalted(ReadOnlySpan<byte> firstSalt, ReadOnlySpan<byte> secondSalt, ReadOnlySpan<byte> key)
    {
        fixed (byte* bytes = tables.Span)
        {
            uint* a = (uint*)bytes, b = a + TableCount;
            MixKey(a, key);
            MixKey(b, key);
            uint left0 = 0, right0 = 0, left1 = 0, right1 = 0;
            for (int i = 0; i < TableCount; i += 2)
            {
                int next = 4 * i % firstSalt.Length;
                left0 ^= BinaryPrimitives.ReadUInt32BigEndian(firstSalt[next..]);
                right0 ^= BinaryPrimitives.ReadUInt32BigEndian(firstSalt[(next + 4)..]);
                left1 ^= BinaryPrimitives.ReadUInt32BigEndian(secondSalt[next..]);
                right1 ^= BinaryPrimitives.ReadUInt32BigEndian(secondSalt[(next + 4)..]);
                Encipher(a, b, ref left0, ref right0, ref left1, ref right1);
                int at = i < SubkeyCount ? BoxCount + i : i - SubkeyCount;
                a[at] = left0;
                a[at + 1] = right0;
                b[at] = left1;
                b[at + 1] = right1;
            }
        }
    }

    /// <summary>Enciphers the same block <paramref name="repetitions"/> times with each cipher, into two words of each output.</summary>
    public void Encipher(uint left, uint right, int repetitions, Span<uint> first, Span<uint> second)
    {
        uint left0 = left, right0 = right, left1 = left, right1 = right;
        fixed (byte* bytes = tables.Span)
        {
            uint* a = (uint*)bytes;
            for (int i = 0; i < repetitions; i++)
                Encipher(a, a + TableCount, ref left0, ref right0, ref left1, ref right1);
        }
        (first[0], first[1], second[0], second[1]) = (left0, right0, left1, right1);
    }

    public void Dispose() => tables.Dispose();

    private static void MixKey(uint* table, ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < SubkeyCount; i++)
            table[BoxCount + i] ^= BinaryPrimitives.ReadUInt32BigEndian(key[(4 * i % key.Length)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Encipher(uint* a, uint* b, ref uint left0, ref uint right0, ref uint left1, ref uint right1)
    {
        uint l0 = left0 ^ a[BoxCount], r0 = right0, l1 = left1 ^ b[BoxCount], r1 = right1;
        for (int i = BoxCount + 1; i <= BoxCount + 16; i += 2)
        {
            r0 ^= Mix(a, l0) ^ a[i];
            r1 ^= Mix(b, l1) ^ b[i];
            l0 ^= Mix(a, r0) ^ a[i + 1];
            l1 ^= Mix(b, r1) ^ b[i + 1];
        }
        left0 = r0 ^ a[BoxCount + 17];
        right0 = l0;
        left1 = r1 ^ b[BoxCount + 17];
        right1 = l1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint* boxes, uint word) =>
        ((boxes[(nuint)(word >> 24)] + (boxes + BoxSize)[(nuint)(byte)(word >> 16)]) ^ (boxes + (2 * BoxSize))[(nuint)(byte)(word >> 8)]) +
        (boxes + (3 * BoxSize))[(nuint)(byte)word];
}
