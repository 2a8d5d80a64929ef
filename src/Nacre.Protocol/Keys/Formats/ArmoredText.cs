using System.Buffers;
using System.Buffers.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>What key files that are text have in common: lines with any of the three ends, and base64 whose bytes are secret.</summary>
internal static class ArmoredText
{
    /// <summary>Takes a line off the text, and its end with it.</summary>
    public static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        bool isPair = end >= 0 && text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n';
        text = end < 0 ? default : text[(end + (isPair ? 2 : 1))..];
        return line;
    }

    /// <summary>What base64 stands for; white space in it counts for nothing.</summary>
    /// <param name="base64">The text.</param>
    /// <param name="place">Where in the file it stands, for whoever has to be told that it is none.</param>
    public static Secret Decode(ReadOnlySpan<byte> base64, string place)
    {
        using var decoded = new Secret(Base64.GetMaxDecodedFromUtf8Length(base64.Length));
        if (Base64.DecodeFromUtf8(base64, decoded.Span, out int consumed, out int written) != OperationStatus.Done || consumed != base64.Length)
        {
            throw KeyFormatException.Damaged($"The key file is not base64 {place}.");
        }

        return Secret.CopyOf(decoded.Span[..written]);
    }
}
