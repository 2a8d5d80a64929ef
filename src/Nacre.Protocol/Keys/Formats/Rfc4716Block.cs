using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The first block of a file as RFC 4716 has them for public keys, and ssh.com's programs for private ones: headers, and base64, between two marker lines.</summary>
internal sealed class Rfc4716Block : IDisposable
{
    private const string CommentTag = "Comment";

    // RFC 4716 3.3 limits a header's tag to 64 bytes and its value to 1024.
    private const int MaxTag = 64;
    private const int MaxValue = 1024;

    /// <summary>Far more than anyone writes.</summary>
    private const int MaxHeaders = 64;

    private Rfc4716Block(string comment, Secret body) => (Comment, Body) = (comment, body);

    /// <summary>What people call the key; empty where there is no such header.</summary>
    public string Comment { get; }

    public Secret Body { get; }

    /// <summary>Reads what stands between the marker lines.</summary>
    /// <param name="text">The whole file; any of the three line ends will do.</param>
    /// <param name="begin">The first marker line.</param>
    /// <param name="end">The second.</param>
    public static Rfc4716Block Read(ReadOnlySpan<byte> text, ReadOnlySpan<byte> begin, ReadOnlySpan<byte> end)
    {
        while (!text.IsEmpty && !TakeLine(ref text).SequenceEqual(begin))
        {
        }

        Dictionary<string, string> headers = ReadHeaders(ref text);
        ReadOnlySpan<byte> body = text;
        while (!text.IsEmpty)
        {
            int left = text.Length;
            if (TakeLine(ref text).SequenceEqual(end)) return new Rfc4716Block(CommentOf(headers), ArmoredText.Decode(body[..^left], "between its begin and end lines"));
        }

        throw KeyFormatException.Damaged("The key file has no end line.");
    }

    public void Dispose() => Body.Dispose();

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text) => ArmoredText.TakeLine(ref text).TrimEnd(" \t"u8);

    private static Dictionary<string, string> ReadHeaders(ref ReadOnlySpan<byte> text)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            ReadOnlySpan<byte> rest = text;
            ReadOnlySpan<byte> line = TakeLine(ref rest);
            if (!line.Contains((byte)':')) return headers;
            var header = new StringBuilder();

            // RFC 4716 3.3: a backslash at the end continues a header on the next line.
            for (bool isContinued = true; isContinued && !text.IsEmpty;)
            {
                line = TakeLine(ref text);
                isContinued = line.EndsWith("\\"u8);
                header.Append(Encoding.UTF8.GetString(isContinued ? line[..^1] : line));
                if (header.Length > MaxTag + 2 + MaxValue) throw KeyFormatException.Damaged($"A header of the key file is longer than {MaxTag} and {MaxValue} characters.");
            }

            TakeHeader(headers, header.ToString());
        }
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

    // RFC 4716 3.3.2: comments usually stand in quotes, which are no part of them.
    private static string CommentOf(Dictionary<string, string> headers)
    {
        string comment = headers.GetValueOrDefault(CommentTag, "");
        return comment.Length >= 2 && comment[0] == '"' && comment[^1] == '"' ? comment[1..^1] : comment;
    }
}
