using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nacre.Crypto;

/// <summary>
/// The Blowfish cipher with bcrypt's costly key schedule, for <see cref="BcryptPbkdf"/> alone.
/// Its boxes are looked up by secret indices, as in every bcrypt; a passphrase is worked on only where its owner sits.
/// </summary>
internal sealed unsafe class Blowfish : IDisposable
{
    private const int SubkeyCount = 18;
    private const int BoxCount = 1024;

    // One block: the four boxes, then the subkeys.
    private readonly Secret tables = new(sizeof(uint) * (BoxCount + SubkeyCount));

    /// <summary>Goes back to the state before any key.</summary>
    public void Start()
    {
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(tables.Span);
        BlowfishTables.Boxes.CopyTo(words);
        BlowfishTables.Subkeys.CopyTo(words[BoxCount..]);
    }

    /// <summary>Mixes in a key.</summary>
    public void Expand(ReadOnlySpan<byte> key) => Expand([], key);

    /// <summary>Mixes in a key, and the salt between the steps of the schedule; both have a multiple of eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Expand(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        Span<uint> saltWords = stackalloc uint[salt.Length / 4];
        for (int i = 0; i < saltWords.Length; i++)
            saltWords[i] = BinaryPrimitives.ReadUInt32BigEndian(salt[(4 * i)..]);
        fixed (byte* bytes = tables.Span)
        {
            uint* boxes = (uint*)bytes;
            uint* subkeys = boxes + BoxCount;
            for (int i = 0, at = 0; i < SubkeyCount; i++, at = (at + 4) % key.Length)
                subkeys[i] ^= BinaryPrimitives.ReadUInt32BigEndian(key[at..]);
            uint left = 0, right = 0;
            int next = 0;
            for (int i = 0; i < SubkeyCount; i += 2)
                Step(boxes, subkeys + i, saltWords, ref next, ref left, ref right);
            for (int i = 0; i < BoxCount; i += 2)
                Step(boxes, boxes + i, saltWords, ref next, ref left, ref right);
        }
        saltWords.Clear();
    }

    public void Encipher(ref uint left, ref uint right)
    {
        fixed (byte* bytes = tables.Span)
            Encipher((uint*)bytes, ref left, ref right);
    }

    public void Dispose() => tables.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(uint* boxes, uint* target, ReadOnlySpan<uint> salt, ref int next, ref uint left, ref uint right)
    {
        if (!salt.IsEmpty)
        {
            left ^= salt[next];
            right ^= salt[next + 1];
            next = (next + 2) % salt.Length;
        }
        Encipher(boxes, ref left, ref right);
        target[0] = left;
        target[1] = right;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Encipher(uint* boxes, ref uint left, ref uint right)
    {
        uint* subkeys = boxes + BoxCount;
        uint l = left ^ subkeys[0], r = right;
        for (int i = 1; i < 17; i += 2)
        {
            r ^= Mix(boxes, l) ^ subkeys[i];
            l ^= Mix(boxes, r) ^ subkeys[i + 1];
        }
        left = r ^ subkeys[17];
        right = l;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint* boxes, uint word) =>
        ((boxes[word >> 24] + boxes[256 + ((word >> 16) & 255)]) ^ boxes[512 + ((word >> 8) & 255)]) + boxes[768 + (word & 255)];
}
