using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys;

/// <summary>Spells a key's SHA-1 in words that can be said over a telephone, as ssh-keygen -B does.</summary>
/// <remarks>The encoding is that of draft-huima-babble: three letters and two of each pair of bytes, with a checksum woven in.</remarks>
internal static class BubbleBabble
{
    private const string Vowels = "aeiouy";
    private const string Consonants = "bcdfghklmnprstvzx";

    public static string Spell(PublicKey key) => Spell(Digest.Sha1(key.PlainKey.Blob.Span));

    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("x");
        int checksum = 1;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            AppendByte(text, bytes[i], checksum);
            text.Append(Consonants[bytes[i + 1] >> 4]).Append('-').Append(Consonants[bytes[i + 1] & 15]);
            checksum = ((checksum * 5) + (bytes[i] * 7) + bytes[i + 1]) % 36;
        }

        if (bytes.Length % 2 == 1) AppendByte(text, bytes[^1], checksum);
        else text.Append(Vowels[checksum % 6]).Append('x').Append(Vowels[checksum / 6]);
        return text.Append('x').ToString();
    }

    private static void AppendByte(StringBuilder text, byte value, int checksum) => text
        .Append(Vowels[((value >> 6) + checksum) % 6])
        .Append(Consonants[(value >> 2) & 15])
        .Append(Vowels[((value & 3) + (checksum / 6)) % 6]);
}
