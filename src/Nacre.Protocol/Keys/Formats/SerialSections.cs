using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Writes serial numbers as those sections of a revocation list that take the fewest bytes together: lists, ranges and bitmaps.</summary>
/// <remarks>
/// The cheapest way to write the first ranges, such that the last of them is in a section of a kind, follows from those ways for one range less.
/// So three costs are carried from range to range, and the way is found by going back.
/// </remarks>
internal static class SerialSections
{
    /// <summary>OpenSSH writes longer bitmaps and then refuses to read them.</summary>
    public const int MaxBitmapBits = 16384;

    private const int KindCount = 3;
    private const long Never = long.MaxValue / 2;
    private const long Number = sizeof(ulong) * 8;
    private const long SectionHead = (1 + sizeof(uint)) * 8;
    private const long BitmapHead = SectionHead + Number + ((sizeof(uint) + 1) * 8);

    private enum Kind : byte
    {
        List,
        Range,
        Bitmap,
    }

    /// <summary>Writes ranges that ascend and do not touch.</summary>
    public static void Write(SerialRange[] ranges, SectionWriter output)
    {
        bool[] begins = new bool[ranges.Length];
        Kind[] kinds = Choose(ranges, begins);
        for (int first = 0; first < ranges.Length;)
        {
            int end = first + 1;
            while (end < ranges.Length && !begins[end]) end++;
            Write(kinds[first], ranges.AsSpan(first, end - first), output);
            first = end;
        }
    }

    private static void Write(Kind kind, ReadOnlySpan<SerialRange> ranges, SectionWriter output)
    {
        switch (kind)
        {
            case Kind.List:
                output.Section(KeyRevocationSection.CertificateSerialList, ListOf(ranges));
                return;
            case Kind.Range:
                var range = new SerialRangeFields { Lowest = ranges[0].Lowest, Highest = ranges[0].Highest };
                output.Section(KeyRevocationSection.CertificateSerialRange, ref range);
                return;
            default:
                var bitmap = new SerialBitmapFields { Offset = ranges[0].Lowest, Bits = SerialBitmap.Write(ranges) };
                output.Section(KeyRevocationSection.CertificateSerialBitmap, ref bitmap);
                return;
        }
    }

    private static ReadOnlySpan<byte> ListOf(ReadOnlySpan<SerialRange> ranges)
    {
        var list = new ArrayBufferWriter<byte>();
        foreach (SerialRange range in ranges)
        {
            for (ulong serial = range.Lowest; ; serial++)
            {
                BinaryPrimitives.WriteUInt64BigEndian(list.GetSpan(sizeof(ulong)), serial);
                list.Advance(sizeof(ulong));
                if (serial == range.Highest) break;
            }
        }

        return list.WrittenSpan;
    }

    /// <summary>Chooses a kind of section for each range, and says which ranges begin one.</summary>
    private static Kind[] Choose(SerialRange[] ranges, bool[] begins)
    {
        var steps = new Step[ranges.Length * KindCount];
        Span<long> before = [0, 0, 0];
        ulong bitmapStart = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            SerialRange range = ranges[i];
            ulong bits = range.Highest - range.Lowest;
            bool isFirst = i == 0;
            int cheapest = before.IndexOf(Math.Min(before[0], Math.Min(before[1], before[2])));
            long start = before[cheapest];
            Span<Step> choices = steps.AsSpan(i * KindCount, KindCount);

            long numbers = bits >= MaxBitmapBits ? Never : ((long)bits + 1) * Number;
            bool listGoesOn = !isFirst && before[(int)Kind.List] < start + SectionHead;
            long list = numbers + (listGoesOn ? before[(int)Kind.List] : start + SectionHead);
            choices[(int)Kind.List] = listGoesOn ? new Step(Kind.List, false) : new Step((Kind)cheapest, true);

            choices[(int)Kind.Range] = new Step((Kind)cheapest, true);

            long newBitmap = bits >= MaxBitmapBits ? Never : start + BitmapHead + (long)bits;
            bool bitmapMayGoOn = !isFirst && before[(int)Kind.Bitmap] < Never && range.Highest - bitmapStart < MaxBitmapBits;
            long bitmap = bitmapMayGoOn ? before[(int)Kind.Bitmap] + (long)(range.Highest - ranges[i - 1].Highest) : Never;
            bool bitmapGoesOn = bitmap < newBitmap;
            choices[(int)Kind.Bitmap] = bitmapGoesOn ? new Step(Kind.Bitmap, false) : new Step((Kind)cheapest, true);
            if (!bitmapGoesOn) bitmapStart = range.Lowest;

            (before[0], before[1], before[2]) = (Math.Min(list, Never), start + SectionHead + (2 * Number), Math.Min(Math.Min(bitmap, newBitmap), Never));
        }

        return GoBack(steps, (Kind)before.IndexOf(Math.Min(before[0], Math.Min(before[1], before[2]))), begins);
    }

    private static Kind[] GoBack(Step[] steps, Kind last, bool[] begins)
    {
        var kinds = new Kind[begins.Length];
        for (int i = kinds.Length - 1; i >= 0; i--)
        {
            kinds[i] = last;
            Step step = steps[(i * KindCount) + (int)last];
            begins[i] = step.Begins;
            last = step.Before;
        }

        return kinds;
    }

    /// <summary>How the cheapest way came to a range: the kind of the section that the range before is in, and whether a new section begins.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Step(Kind Before, bool Begins);
}
