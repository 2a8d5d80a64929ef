using System.Text;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The public key file of RFC 4716: headers, and the key in base64 between two marker lines.</summary>
internal static class Rfc4716PublicKey
{
    private const string BeginText = "---- BEGIN SSH2 PUBLIC KEY ----";
    private const string EndText = "---- END SSH2 PUBLIC KEY ----";
    private const string CommentTag = "Comment";

    // RFC 4716 3.3 limits a header's tag to 64 bytes and its value to 1024.
    private const int MaxTag = 64;
    private const int MaxValue = 1024;

    /// <summary>Far more than anyone writes.</summary>
    private const int MaxHeaders = 64;

    /// <summary>RFC 4716 3: no line is longer, its end not counted.</summary>
    private const int MaxLine = 72;

    private const int LineLength = 70;

    /// <summary>True where the text has the begin line.</summary>
    public static bool IsOne(ReadOnlySpan<byte> text) => text.IndexOf("---- BEGIN SSH2 PUBLIC KEY ----"u8) >= 0;

    public static PublicKeyLine Read(ReadOnlySpan<byte> text)
    {
        (Dictionary<string, string> headers, byte[] body) = ReadBlock(Encoding.UTF8.GetString(text), BeginText, EndText);
        string comment = headers.GetValueOrDefault(CommentTag, "");

        // RFC 4716 3.3.2: comments usually stand in quotes, which are no part of them.
        if (comment.Length >= 2 && comment[0] == '"' && comment[^1] == '"') comment = comment[1..^1];
        return new PublicKeyLine(PublicKey.Parse(body), comment);
    }

    public static string Write(PublicKey key, string comment)
    {
        var text = new StringBuilder(BeginText).Append('\n');
        if (comment.Length > 0) WriteHeader(text, $"{CommentTag}: \"{comment}\"");
        string base64 = Convert.ToBase64String(key.Blob.Span);
        for (int i = 0; i < base64.Length; i += LineLength) text.Append(base64, i, Math.Min(LineLength, base64.Length - i)).Append('\n');
        return text.Append(EndText).Append('\n').ToString();
    }

    /// <summary>Reads what stands between two marker lines; any of the three line ends will do.</summary>
    internal static (Dictionary<string, string> Headers, byte[] Body) ReadBlock(string text, string begin, string end)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var base64 = new StringBuilder();
        string? header = null;
        bool isWithin = false;
        foreach (ReadOnlySpan<char> line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> trimmed = line.TrimEnd(" \t");
            if (!isWithin)
            {
                isWithin = trimmed.SequenceEqual(begin);
                continue;
            }

            if (header is null && trimmed.SequenceEqual(end)) return (headers, Decode(base64.ToString()));
            if (header is null && base64.Length == 0 && trimmed.Contains(':')) header = "";
            if (header is null)
            {
                base64.Append(trimmed);
                continue;
            }

            // RFC 4716 3.3: a backslash at the end continues a header on the next line.
            bool isContinued = trimmed.EndsWith("\\");
            header += (isContinued ? trimmed[..^1] : trimmed).ToString();
            if (header.Length > MaxTag + 2 + MaxValue) throw KeyFormatException.Damaged($"A header of the key file is longer than {MaxTag} and {MaxValue} characters.");
            if (isContinued) continue;
            TakeHeader(headers, header);
            header = null;
        }

        throw KeyFormatException.Damaged("The key file has no end line.");
    }

    private static void TakeHeader(Dictionary<string, string> headers, string header)
    {
        int colon = header.IndexOf(':');
        if (colon is < 1 or > MaxTag) throw KeyFormatException.Damaged($"A header of the key file has no name of at most {MaxTag} characters.");
        string value = header[(colon + 1)..].Trim();
        if (value.Length > MaxValue) throw KeyFormatException.Damaged($"A header of the key file has more than {MaxValue} characters.");
        headers[header[..colon]] = value;
        if (headers.Count > MaxHeaders) throw KeyFormatException.Damaged($"The key file has more than {MaxHeaders} headers.");
    }

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException broken)
        {
            throw KeyFormatException.Damaged("The key file is not base64 between its begin and end lines.", broken);
        }
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
