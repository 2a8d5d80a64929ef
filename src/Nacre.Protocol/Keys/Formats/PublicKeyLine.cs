using System.Diagnostics.CodeAnalysis;
using System.Text;

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
        if (!TrySplit(line, out ReadOnlySpan<char> type, out byte[] blob, out string comment)) return false;
        if (!PublicKey.TryParse(blob, out PublicKey? key) || !type.SequenceEqual(key.Type)) return false;
        read = new PublicKeyLine(key, comment);
        return true;
    }

    /// <summary>The first line of a text that holds a key; null where none does.</summary>
    internal static PublicKeyLine? FindFirst(ReadOnlySpan<byte> text)
    {
        foreach (ReadOnlySpan<char> line in Encoding.UTF8.GetString(text).AsSpan().EnumerateLines())
        {
            if (TryParse(line, out PublicKeyLine? read)) return read;
        }

        return null;
    }

    /// <summary>Reads a line that must hold a key; null where the key is of a type that is not supported.</summary>
    /// <exception cref="KeyFormatException">The line is not of this form, or its key is damaged.</exception>
    internal static PublicKeyLine? Parse(ReadOnlySpan<char> line)
    {
        if (!TrySplit(line, out ReadOnlySpan<char> type, out byte[] blob, out string comment)) throw KeyFormatException.Damaged("The line holds no public key.");
        try
        {
            PublicKey key = PublicKey.Parse(blob);
            if (type.SequenceEqual(key.Type)) return new PublicKeyLine(key, comment);
        }
        catch (KeyFormatException unsupported) when (unsupported.Fault == KeyFault.Unsupported)
        {
            return null;
        }

        throw KeyFormatException.Damaged("The line names another type than that of its key.");
    }

    /// <summary>The line, without an end.</summary>
    public override string ToString() => Comment.Length == 0 ? Key.ToString() : $"{Key} {Comment}";

    private static bool TrySplit(ReadOnlySpan<char> line, out ReadOnlySpan<char> type, out byte[] blob, out string comment)
    {
        (blob, comment) = ([], "");
        type = TakeWord(ref line);
        ReadOnlySpan<char> base64 = TakeWord(ref line);
        if (type.IsEmpty || base64.IsEmpty || base64.Length > MaxBase64) return false;
        byte[] room = new byte[base64.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(base64, room, out int length)) return false;
        (blob, comment) = (room[..length], line.Trim(" \t\r\n").ToString());
        return true;
    }

    private static ReadOnlySpan<char> TakeWord(scoped ref ReadOnlySpan<char> line)
    {
        line = line.TrimStart(" \t");
        int end = line.IndexOfAny(' ', '\t', '\r');
        ReadOnlySpan<char> word = end < 0 ? line : line[..end];
        line = line[word.Length..];
        return word;
    }
}
