using System.Numerics;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Serial numbers as a revocation list has them in a bitmap: the bit N, from the end, stands for the number Offset + N.</summary>
/// <remarks>It stays as small as it came, however many numbers it stands for.</remarks>
internal readonly struct SerialBitmap
{
    /// <summary>The most bytes that OpenSSH puts into a bitmap; longer ones are refused.</summary>
    public const int MaxLength = 1 << 21;

    private readonly byte[] _bits;

    private SerialBitmap(ulong offset, byte[] bits, ulong highest) => (Offset, _bits, Highest) = (offset, bits, highest);

    public ulong Offset { get; }

    /// <summary>The number of the highest bit that is set.</summary>
    public ulong Highest { get; }

    /// <summary>Reads a bitmap; null where it has no number in it.</summary>
    /// <param name="offset">What the lowest bit stands for.</param>
    /// <param name="bits">The bits, without zero bytes in front.</param>
    /// <exception cref="KeyFormatException">It stands for numbers that there cannot be.</exception>
    public static SerialBitmap? Read(ulong offset, ReadOnlySpan<byte> bits)
    {
        if (bits.IsEmpty) return null;
        ulong highestBit = ((ulong)bits.Length * 8) - 1 - (ulong)(BitOperations.LeadingZeroCount((uint)bits[0]) - 24);
        bool standsForZero = offset == 0 && (bits[^1] & 1) != 0;
        if (standsForZero || offset + highestBit < offset) throw SerialNumbers.Impossible();
        return new SerialBitmap(offset, bits.ToArray(), offset + highestBit);
    }

    /// <summary>The bits of ranges that ascend, the first of which begins with the lowest bit.</summary>
    public static byte[] Write(ReadOnlySpan<SerialRange> ranges)
    {
        ulong offset = ranges[0].Lowest;
        byte[] bits = new byte[(int)((ranges[^1].Highest - offset) / 8) + 1];
        foreach (SerialRange range in ranges)
        {
            for (ulong bit = range.Lowest - offset; bit <= range.Highest - offset; bit++) bits[^(int)((bit / 8) + 1)] |= (byte)(1 << (int)(bit % 8));
        }

        return bits;
    }

    public bool Contains(ulong serial) => Offset <= serial && serial <= Highest && IsSet(serial - Offset);

    /// <summary>Adds each run of bits that are set.</summary>
    public void AddTo(SerialNumbers numbers)
    {
        ulong end = Highest - Offset;
        for (ulong bit = 0; bit <= end; bit++)
        {
            if (!IsSet(bit)) continue;
            ulong first = bit;
            while (bit < end && IsSet(bit + 1)) bit++;
            numbers.Add(Offset + first, Offset + bit);
        }
    }

    private bool IsSet(ulong bit) => (_bits[^(int)((bit / 8) + 1)] & (1 << (int)(bit % 8))) != 0;
}
