using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>BLAKE2b (RFC 7693) without a key, of any length up to 64 bytes; libcrypto has it for 64 bytes only.</summary>
internal static class Blake2b
{
    public const int MaxOutput = 64;

    private const int BlockSize = 128;
    private const int Rounds = 12;
    private const int Words = 16;

    // RFC 7693 2.6: the initial values of SHA-512.
    private static ReadOnlySpan<ulong> Start =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // RFC 7693 2.7; the last two rounds take the first two rows again.
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>Hashes the input; its length decides the hash's, so that a short hash is not the start of a long one.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (output.Length is < 1 or > MaxOutput)
            throw new ArgumentException("BLAKE2b gives 1 to 64 bytes", nameof(output));
        Span<ulong> state = stackalloc ulong[8];
        Start.CopyTo(state);
        state[0] ^= 0x01010000 ^ (uint)output.Length;
        Span<byte> last = stackalloc byte[BlockSize];
        ulong count = 0;
        while (input.Length > BlockSize)
        {
            count += BlockSize;
            Compress(state, input[..BlockSize], count, isLast: false);
            input = input[BlockSize..];
        }

        last.Clear();
        input.CopyTo(last);
        Compress(state, last, count + (ulong)input.Length, isLast: true);
        Span<byte> digest = stackalloc byte[MaxOutput];
        for (int i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], state[i]);
        digest[..output.Length].CopyTo(output);
        CryptographicOperations.ZeroMemory(last);
        CryptographicOperations.ZeroMemory(digest);
        state.Clear();
    }

    private static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, ulong count, bool isLast)
    {
        Span<ulong> message = stackalloc ulong[Words];
        Span<ulong> v = stackalloc ulong[Words];
        for (int i = 0; i < Words; i++)
            message[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        state.CopyTo(v);
        Start.CopyTo(v[8..]);
        v[12] ^= count;
        if (isLast)
            v[14] = ~v[14];
        for (int round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> order = Schedule.Slice(round % 10 * Words, Words);
            for (int i = 0; i < 4; i++)
                Mix(ref v[i], ref v[4 + i], ref v[8 + i], ref v[12 + i], message[order[2 * i]], message[order[(2 * i) + 1]]);
            for (int i = 0; i < 4; i++)
                Mix(ref v[i], ref v[4 + ((i + 1) & 3)], ref v[8 + ((i + 2) & 3)], ref v[12 + ((i + 3) & 3)], message[order[8 + (2 * i)]], message[order[9 + (2 * i)]]);
        }

        for (int i = 0; i < 8; i++)
            state[i] ^= v[i] ^ v[i + 8];
        message.Clear();
        v.Clear();
    }

    // RFC 7693 3.1.
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
