using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>A textual block of a file (RFC 7468, and RFC 1421's headers of old): a label, headers and the bytes that its base64 stands for.</summary>
internal sealed class PemBlock : IDisposable
{
    private const int MaxHeaders = 16;

    private PemBlock(string label, IReadOnlyDictionary<string, string> headers, Secret body) => (Label, Headers, Body) = (label, headers, body);

    /// <summary>What stands between BEGIN and the dashes, such as OPENSSH PRIVATE KEY.</summary>
    public string Label { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public Secret Body { get; }

    private static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    private static ReadOnlySpan<byte> End => "-----END "u8;

    private static ReadOnlySpan<byte> Dashes => "-----"u8;

    /// <summary>Reads the first block whose label ends as wanted; the very first where there is none.</summary>
    /// <param name="text">The file.</param>
    /// <param name="ending">Such as PRIVATE KEY, before which other programs write parameters and certificates.</param>
    public static PemBlock Read(ReadOnlySpan<byte> text, ReadOnlySpan<byte> ending = default)
    {
        ReadOnlySpan<byte> wanted = text;
        if (TryFindBegin(ref wanted, ending, out ReadOnlySpan<byte> label)) text = wanted;
        else if (!TryFindBegin(ref text, ending: default, out label)) throw KeyFormatException.Damaged("The file holds no private key: it has no line that begins one.");
        Dictionary<string, string> headers = ReadHeaders(ref text);
        ReadOnlySpan<byte> body = text;
        while (!text.IsEmpty)
        {
            int length = text.Length;
            ReadOnlySpan<byte> line = TakeLine(ref text);
            if (!line.StartsWith(End)) continue;
            if (!line[End.Length..].EndsWith(Dashes) || !line[End.Length..^Dashes.Length].SequenceEqual(label)) break;
            return new PemBlock(Encoding.ASCII.GetString(label), headers, ArmoredText.Decode(body[..^length], "between its begin and end lines"));
        }

        throw KeyFormatException.Damaged("The key file has no end line that matches its begin line.");
    }

    /// <summary>Writes a block as text.</summary>
    /// <param name="label">What it is.</param>
    /// <param name="headers">Whole lines with their ends, and an empty one behind them; nothing where there are none.</param>
    /// <param name="body">What its base64 stands for.</param>
    /// <param name="lineLength">How many characters of base64 a line has.</param>
    public static Secret Write(string label, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, int lineLength)
    {
        using var base64 = new Secret(Base64.GetMaxEncodedToUtf8Length(body.Length));
        if (Base64.EncodeToUtf8(body, base64.Span, out _, out int length) != OperationStatus.Done || length != base64.Length)
        {
            throw new InvalidOperationException("base64 takes four characters for three bytes");
        }

        byte[] begin = [.. Begin, .. Encoding.ASCII.GetBytes(label), .. Dashes, (byte)'\n'];
        byte[] end = [.. End, .. Encoding.ASCII.GetBytes(label), .. Dashes, (byte)'\n'];
        var text = new Secret(begin.Length + headers.Length + length + ((length + lineLength - 1) / lineLength) + end.Length);
        Span<byte> rest = text.Span;
        begin.CopyTo(rest);
        rest = rest[begin.Length..];
        headers.CopyTo(rest);
        rest = rest[headers.Length..];
        for (ReadOnlySpan<byte> left = base64.Span; !left.IsEmpty;)
        {
            ReadOnlySpan<byte> line = left[..Math.Min(lineLength, left.Length)];
            line.CopyTo(rest);
            rest[line.Length] = (byte)'\n';
            rest = rest[(line.Length + 1)..];
            left = left[line.Length..];
        }

        end.CopyTo(rest);
        return text;
    }

    public void Dispose() => Body.Dispose();

    private static bool TryFindBegin(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> ending, out ReadOnlySpan<byte> label)
    {
        label = default;
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> line = TakeLine(ref text);
            if (line.Length <= Begin.Length + Dashes.Length || !line.StartsWith(Begin) || !line.EndsWith(Dashes)) continue;
            label = line[Begin.Length..^Dashes.Length];
            if (label.EndsWith(ending)) return true;
        }

        return false;
    }

    private static Dictionary<string, string> ReadHeaders(ref ReadOnlySpan<byte> text)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            ReadOnlySpan<byte> rest = text;
            ReadOnlySpan<byte> line = TakeLine(ref rest);
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
            {
                if (headers.Count > 0 && line.IsEmpty) text = rest;
                return headers;
            }

            if (headers.Count == MaxHeaders) throw KeyFormatException.Damaged($"The key file has more than {MaxHeaders} headers.");
            headers[Encoding.Latin1.GetString(line[..colon])] = Encoding.Latin1.GetString(line[(colon + 1)..]).Trim();
            text = rest;
        }
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.TrimEnd(" \t\r"u8);
    }
}
