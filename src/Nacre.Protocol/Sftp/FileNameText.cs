using System.Buffers;
using System.Text;

namespace Nacre.Protocol.Sftp;

/// <summary>Makes text of a file name's bytes and the very same bytes of the text.</summary>
/// <remarks>
/// A name of Unix is bytes that only mostly are UTF-8. A byte that is no part of UTF-8 becomes the lone surrogate U+DC00 + byte, which nothing
/// else does, so that every name can be shown, kept and given back unharmed.
/// </remarks>
internal static class FileNameText
{
    private const char Escape = '\udc00', FirstEscaped = '\udc80', LastEscaped = '\udcff';

    /// <summary>The text of a name.</summary>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        if (System.Text.Unicode.Utf8.IsValid(name)) return Encoding.UTF8.GetString(name);
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf8(name, out Rune rune, out int taken) == OperationStatus.Done;
            if (isWhole) text.Append(rune.ToString());
            else foreach (byte raw in name[..taken]) text.Append((char)(Escape + raw));
            name = name[taken..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a name's text. A surrogate that stands for no byte becomes a question mark.</summary>
    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return Encoding.UTF8.GetBytes(text);
        var bytes = new ArrayBufferWriter<byte>(text.Length * 2);
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int taken) == OperationStatus.Done) bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            else bytes.Write([rest[0] is >= FirstEscaped and <= LastEscaped ? (byte)(rest[0] - Escape) : (byte)'?']);
            rest = rest[taken..];
        }

        return bytes.WrittenSpan.ToArray();
    }
}
