using System.Text;

namespace Nacre.Protocol.Wire;

/// <summary>Makes text from a peer safe to show: control characters, bidirectional overrides and bad UTF-8 become octal escapes.</summary>
internal static class Printable
{
    /// <summary>Escapes to one line: every byte that is not printable text becomes \ooo, as OpenSSH's vis(3) does.</summary>
    public static string Escape(ReadOnlySpan<byte> utf8) => Escape(utf8, keepLines: false);

    public static string Escape(string text) => Escape(Encoding.UTF8.GetBytes(text));

    /// <summary>Escapes as <see cref="Escape(ReadOnlySpan{byte})"/> does but keeps tabs and line ends, for banners and prompts.</summary>
    public static string EscapeLines(ReadOnlySpan<byte> utf8) => Escape(utf8, keepLines: true);

    private static string Escape(ReadOnlySpan<byte> utf8, bool keepLines)
    {
        var shown = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            bool isLineEnd = keepLines && rune.Value is '\n' or '\t' || (keepLines && rune.Value == '\r' && utf8.Length > 1 && utf8[1] == '\n');
            if (isWhole && (isLineEnd || IsShown(rune)))
            {
                shown.Append(rune.ToString());
            }
            else
            {
                foreach (byte b in utf8[..consumed]) shown.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7)));
            }

            utf8 = utf8[consumed..];
        }

        return shown.ToString();
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
        or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
        or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.OtherNotAssigned
        or System.Globalization.UnicodeCategory.Surrogate);
}
