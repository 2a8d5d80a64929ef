using System.Text;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The public key file of RFC 4716: headers, and the key in base64 between two marker lines.</summary>
internal static class Rfc4716PublicKey
{
    /// <summary>RFC 4716 3: no line is longer, its end not counted.</summary>
    private const int MaxLine = 72;

    private const int LineLength = 70;

    private static ReadOnlySpan<byte> Begin => "---- BEGIN SSH2 PUBLIC KEY ----"u8;

    private static ReadOnlySpan<byte> End => "---- END SSH2 PUBLIC KEY ----"u8;

    /// <summary>True where the text has the begin line.</summary>
    public static bool IsOne(ReadOnlySpan<byte> text) => text.IndexOf(Begin) >= 0;

    public static PublicKeyLine Read(ReadOnlySpan<byte> text)
    {
        using Rfc4716Block block = Rfc4716Block.Read(text, Begin, End);
        return new PublicKeyLine(PublicKey.Parse(block.Body.Span), block.Comment);
    }

    public static string Write(PublicKey key, string comment)
    {
        var text = new StringBuilder(Encoding.ASCII.GetString(Begin)).Append('\n');
        if (comment.Length > 0) WriteHeader(text, $"Comment: \"{comment}\"");
        string base64 = Convert.ToBase64String(key.Blob.Span);
        for (int i = 0; i < base64.Length; i += LineLength) text.Append(base64, i, Math.Min(LineLength, base64.Length - i)).Append('\n');
        return text.Append(Encoding.ASCII.GetString(End)).Append('\n').ToString();
    }

    private static void WriteHeader(StringBuilder text, string header)
    {
        // Counted in bytes, and a character is never cut in two.
        int width = 0;
        foreach (Rune rune in header.EnumerateRunes())
        {
            if (width + rune.Utf8SequenceLength >= MaxLine)
            {
                text.Append("\\\n");
                width = 0;
            }

            text.Append(rune);
            width += rune.Utf8SequenceLength;
        }

        text.Append('\n');
    }
}
