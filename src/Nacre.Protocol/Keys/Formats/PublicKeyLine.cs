using System.Diagnostics.CodeAnalysis;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>A public key as a line of text: type, base64 and a comment; the form of .pub files and the tail of other lines.</summary>
/// <param name="Key">The key.</param>
/// <param name="Comment">What follows the key, without blanks around it.</param>
public sealed record PublicKeyLine(PublicKey Key, string Comment)
{
    /// <summary>Longer base64 than any key or certificate has.</summary>
    private const int MaxBase64 = 1 << 16;

    /// <summary>Reads a line that starts with the type.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="read">The key and its comment.</param>
    /// <returns>False where the line is none of this form, or its key is damaged or of a type that is not supported.</returns>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out PublicKeyLine? read)
    {
        read = null;
        ReadOnlySpan<char> type = TakeWord(ref line);
        ReadOnlySpan<char> base64 = TakeWord(ref line);
        if (type.IsEmpty || base64.IsEmpty || base64.Length > MaxBase64) return false;
        byte[] blob = new byte[base64.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(base64, blob, out int length)) return false;
        if (!PublicKey.TryParse(blob.AsSpan(0, length), out PublicKey? key) || !type.SequenceEqual(key.Type)) return false;
        read = new PublicKeyLine(key, line.Trim(" \t\r\n").ToString());
        return true;
    }

    /// <summary>The line, without an end.</summary>
    public override string ToString() => Comment.Length == 0 ? Key.ToString() : $"{Key} {Comment}";

    private static ReadOnlySpan<char> TakeWord(ref ReadOnlySpan<char> line)
    {
        line = line.TrimStart(" \t");
        int end = line.IndexOfAny(' ', '\t', '\r');
        ReadOnlySpan<char> word = end < 0 ? line : line[..end];
        line = line[word.Length..];
        return word;
    }
}
