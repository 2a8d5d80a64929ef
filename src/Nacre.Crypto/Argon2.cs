using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// Argon2 version 0x13 (RFC 9106), the function by which PuTTY turns a passphrase into the key of a private key file. How much memory
/// and how many passes a file may ask for is its reader's decision. The lanes are worked through one after the other.
/// </summary>
internal sealed class Argon2
{
    public const int MinSalt = 8;

    private const int Version = 0x13;
    private const int BlockWords = 128;
    private const int BlockBytes = 8 * BlockWords;
    private const int Slices = 4;

    private readonly Argon2Type type;
    private readonly int passes;
    private readonly int lanes;
    private readonly int laneLength;
    private readonly int segmentLength;
    private readonly ulong[] memory;
    private readonly ulong[] scratch = GC.AllocateArray<ulong>(3 * BlockWords, pinned: true);

    private Argon2(Argon2Type type, int memoryKiB, int passes, int lanes)
    {
        (this.type, this.passes, this.lanes) = (type, passes, lanes);
        segmentLength = memoryKiB / (Slices * lanes);
        laneLength = Slices * segmentLength;
        memory = GC.AllocateArray<ulong>(lanes * laneLength * BlockWords, pinned: true);
    }

    /// <param name="type">The variant.</param>
    /// <param name="passphrase">What is hard to guess.</param>
    /// <param name="salt">8 bytes at least.</param>
    /// <param name="memoryKiB">At least 8 for each lane.</param>
    /// <param name="passes">How often the memory is worked through.</param>
    /// <param name="lanes">The number of parts that could be worked through at once.</param>
    /// <param name="output">4 bytes at least.</param>
    /// <param name="secret">A key that is kept elsewhere; RFC 9106's K.</param>
    /// <param name="associated">What else goes in; RFC 9106's X.</param>
    public static void Derive(
        Argon2Type type, ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int memoryKiB, int passes, int lanes, Span<byte> output,
        ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> associated = default)
    {
        if (salt.Length < MinSalt || lanes < 1 || memoryKiB / 8 < lanes || memoryKiB > int.MaxValue / BlockWords || passes < 1 || output.Length < 4)
            throw new ArgumentException("Argon2 takes a salt of 8 bytes, 8 KiB for each lane, one pass at least, and gives 4 bytes at least");
        using var first = new Secret(Blake2b.MaxOutput);
        using (var input = new Secret((10 * 4) + passphrase.Length + salt.Length + secret.Length + associated.Length))
        {
            // RFC 9106 3.2: H_0.
            Span<byte> rest = input.Span;
            foreach (int number in (ReadOnlySpan<int>)[lanes, output.Length, memoryKiB, passes, Version, (int)type])
                WriteNumber(ref rest, number);
            WriteString(ref rest, passphrase);
            WriteString(ref rest, salt);
            WriteString(ref rest, secret);
            WriteString(ref rest, associated);
            Blake2b.Hash(input.Span, first.Span);
        }

        var work = new Argon2(type, memoryKiB, passes, lanes);
        try
        {
            work.Fill(first.Span);
            work.Finish(output);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(work.memory.AsSpan()));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(work.scratch.AsSpan()));
        }
    }

    private static void WriteNumber(ref Span<byte> rest, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, number);
        rest = rest[4..];
    }

    private static void WriteString(ref Span<byte> rest, ReadOnlySpan<byte> value)
    {
        WriteNumber(ref rest, value.Length);
        value.CopyTo(rest);
        rest = rest[value.Length..];
    }

    /// <summary>RFC 9106 3.3: a hash of any length, H'.</summary>
    private static void HashLong(ReadOnlySpan<byte> input, Span<byte> output)
    {
        using var prefixed = new Secret(4 + input.Length);
        BinaryPrimitives.WriteInt32LittleEndian(prefixed.Span, output.Length);
        input.CopyTo(prefixed.Span[4..]);
        if (output.Length <= Blake2b.MaxOutput)
        {
            Blake2b.Hash(prefixed.Span, output);
            return;
        }

        using var part = new Secret(Blake2b.MaxOutput);
        using var next = new Secret(Blake2b.MaxOutput);
        Blake2b.Hash(prefixed.Span, part.Span);
        while (true)
        {
            part.Span[..32].CopyTo(output);
            output = output[32..];
            if (output.Length <= Blake2b.MaxOutput)
                break;
            Blake2b.Hash(part.Span, next.Span);
            next.Span.CopyTo(part.Span);
        }

        Blake2b.Hash(part.Span, output);
    }

    private Span<ulong> Block(int lane, int index) => memory.AsSpan(((lane * laneLength) + index) * BlockWords, BlockWords);

    private void Fill(ReadOnlySpan<byte> first)
    {
        using var seed = new Secret(first.Length + 8);
        using var bytes = new Secret(BlockBytes);
        first.CopyTo(seed.Span);
        for (int lane = 0; lane < lanes; lane++)
        {
            for (int index = 0; index < 2; index++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seed.Span[first.Length..], index);
                BinaryPrimitives.WriteInt32LittleEndian(seed.Span[(first.Length + 4)..], lane);
                HashLong(seed.Span, bytes.Span);
                Span<ulong> block = Block(lane, index);
                for (int i = 0; i < BlockWords; i++)
                    block[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[(8 * i)..]);
            }
        }

        for (int pass = 0; pass < passes; pass++)
        {
            for (int slice = 0; slice < Slices; slice++)
            {
                for (int lane = 0; lane < lanes; lane++)
                    FillSegment(pass, slice, lane);
            }
        }
    }

    private void FillSegment(int pass, int slice, int lane)
    {
        bool isIndependent = type == Argon2Type.I || (type == Argon2Type.Id && pass == 0 && slice < Slices / 2);
        Span<ulong> input = scratch.AsSpan(0, BlockWords);
        Span<ulong> addresses = scratch.AsSpan(BlockWords, BlockWords);
        input.Clear();
        (input[0], input[1], input[2]) = ((ulong)pass, (ulong)lane, (ulong)slice);
        (input[3], input[4], input[5]) = ((ulong)(lanes * laneLength), (ulong)passes, (ulong)type);
        for (int i = pass == 0 && slice == 0 ? 2 : 0; i < segmentLength; i++)
        {
            if (isIndependent && (i % BlockWords == 0 || input[6] == 0))
                NextAddresses(input, addresses);
            int index = (slice * segmentLength) + i;
            Span<ulong> previous = Block(lane, (index == 0 ? laneLength : index) - 1);
            ulong chosen = isIndependent ? addresses[i % BlockWords] : previous[0];
            int from = pass == 0 && slice == 0 ? lane : (int)((chosen >> 32) % (uint)lanes);
            Span<ulong> other = Block(from, Reference(pass, slice, i, from == lane, (uint)chosen));
            Combine(previous, other, Block(lane, index), keepsOld: pass > 0);
        }
    }

    // RFC 9106 3.4.1.2: a counter, hashed twice, makes the next 128 addresses.
    private void NextAddresses(Span<ulong> input, Span<ulong> addresses)
    {
        input[6]++;
        Span<ulong> zero = scratch.AsSpan(2 * BlockWords, BlockWords);
        zero.Clear();
        Combine(zero, input, addresses, keepsOld: false);
        Combine(zero, addresses, addresses, keepsOld: false);
    }

    /// <summary>RFC 9106 3.4.2: which of the blocks that are there is the one to read; a later one is likelier.</summary>
    private int Reference(int pass, int slice, int index, bool isSameLane, uint chosen)
    {
        int whole = pass == 0 ? slice * segmentLength : laneLength - segmentLength;
        int area = isSameLane ? whole + index - 1 : whole - (index == 0 ? 1 : 0);
        ulong squared = ((ulong)chosen * chosen) >> 32;
        int back = (int)(((ulong)area * squared) >> 32);
        int start = pass == 0 || slice == Slices - 1 ? 0 : (slice + 1) * segmentLength;
        return (start + area - 1 - back) % laneLength;
    }

    // RFC 9106 3.5: the compression function G; the result may lie where an operand was.
    private static void Combine(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result, bool keepsOld)
    {
        Span<ulong> whole = stackalloc ulong[BlockWords];
        Span<ulong> mixed = stackalloc ulong[BlockWords];
        for (int i = 0; i < BlockWords; i++)
            mixed[i] = whole[i] = left[i] ^ right[i];
        for (int row = 0; row < 8; row++)
            Permute(mixed, 16 * row, 2);
        for (int column = 0; column < 8; column++)
            Permute(mixed, 2 * column, 16);
        for (int i = 0; i < BlockWords; i++)
            result[i] = (keepsOld ? result[i] : 0) ^ whole[i] ^ mixed[i];
    }

    /// <summary>RFC 9106 3.6: the permutation P over eight pairs of words that lie <paramref name="step"/> apart.</summary>
    private static void Permute(Span<ulong> words, int start, int step)
    {
        ref ulong a0 = ref words[start], a1 = ref words[start + 1], a2 = ref words[start + step], a3 = ref words[start + step + 1];
        ref ulong b0 = ref words[start + (2 * step)], b1 = ref words[start + (2 * step) + 1], b2 = ref words[start + (3 * step)], b3 = ref words[start + (3 * step) + 1];
        ref ulong c0 = ref words[start + (4 * step)], c1 = ref words[start + (4 * step) + 1], c2 = ref words[start + (5 * step)], c3 = ref words[start + (5 * step) + 1];
        ref ulong d0 = ref words[start + (6 * step)], d1 = ref words[start + (6 * step) + 1], d2 = ref words[start + (7 * step)], d3 = ref words[start + (7 * step) + 1];
        Mix(ref a0, ref b0, ref c0, ref d0);
        Mix(ref a1, ref b1, ref c1, ref d1);
        Mix(ref a2, ref b2, ref c2, ref d2);
        Mix(ref a3, ref b3, ref c3, ref d3);
        Mix(ref a0, ref b1, ref c2, ref d3);
        Mix(ref a1, ref b2, ref c3, ref d0);
        Mix(ref a2, ref b3, ref c0, ref d1);
        Mix(ref a3, ref b0, ref c1, ref d2);
    }

    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a = Add(a, b);
        d = BitOperations.RotateRight(d ^ a, 32);
        c = Add(c, d);
        b = BitOperations.RotateRight(b ^ c, 24);
        a = Add(a, b);
        d = BitOperations.RotateRight(d ^ a, 16);
        c = Add(c, d);
        b = BitOperations.RotateRight(b ^ c, 63);
    }

    private static ulong Add(ulong x, ulong y) => x + y + (2 * (ulong)(uint)x * (uint)y);

    private void Finish(Span<byte> output)
    {
        using var bytes = new Secret(BlockBytes);
        for (int i = 0; i < BlockWords; i++)
        {
            ulong word = 0;
            for (int lane = 0; lane < lanes; lane++)
                word ^= Block(lane, laneLength - 1)[i];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.Span[(8 * i)..], word);
        }

        HashLong(bytes.Span, output);
    }
}
