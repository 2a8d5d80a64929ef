using System.Globalization;
using System.Text;

namespace Nacre.Tools.Shared;

/// <summary>How many columns of a terminal a text takes.</summary>
internal static class TextWidth
{
    // The blocks that terminals show in two columns (East Asian Wide and Fullwidth, and pictures), by their first and last code point.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115f), (0x231a, 0x231b), (0x2329, 0x232a), (0x23e9, 0x23ec), (0x25fd, 0x25fe), (0x2614, 0x2615), (0x2648, 0x2653), (0x26aa, 0x26ab),
        (0x26bd, 0x26be), (0x26c4, 0x26c5), (0x26f2, 0x26f3), (0x2753, 0x2755), (0x2795, 0x2797), (0x2b1b, 0x2b1c), (0x2e80, 0x303e), (0x3041, 0x33ff),
        (0x3400, 0x4dbf), (0x4e00, 0x9fff), (0xa000, 0xa4cf), (0xa960, 0xa97c), (0xac00, 0xd7a3), (0xf900, 0xfaff), (0xfe30, 0xfe6f), (0xff01, 0xff60),
        (0xffe0, 0xffe6), (0x16fe0, 0x18cff), (0x1b000, 0x1b2ff), (0x1f300, 0x1f64f), (0x1f680, 0x1f6ff), (0x1f7e0, 0x1f7eb), (0x1f900, 0x1f9ff),
        (0x1fa70, 0x1faff), (0x20000, 0x3fffd),
    ];

    /// <summary>The columns of a text that has no control characters.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        if (System.Text.Ascii.IsValid(text)) return text.Length;
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes()) width += Of(rune);
        return width;
    }

    /// <summary>The columns of a character: 0 for one that joins the one before, else 1 or 2.</summary>
    public static int Of(Rune rune)
    {
        if (rune.IsAscii) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) return 0;
        int low = 0, high = Wide.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (rune.Value < Wide[middle].First) high = middle - 1;
            else if (rune.Value > Wide[middle].Last) low = middle + 1;
            else return 2;
        }

        return 1;
    }

    /// <summary>As much of the start of a text as fits into some columns.</summary>
    public static string Cut(string text, int columns)
    {
        int width = 0;
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
            if (width > columns) break;
            length += rune.Utf16SequenceLength;
        }

        return length >= text.Length ? text : text[..length];
    }
}
