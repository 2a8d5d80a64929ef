using System.Text;

namespace Nacre.Protocol.Keys;

/// <summary>Draws a key's hash as the path of a drunken bishop over a board, for eyes that do not compare base64 well.</summary>
/// <remarks>The walk is described in "The drunken bishop" by Loss, Limmer and von Gernler; the drawing is the one that ssh-keygen makes.</remarks>
internal static class RandomArt
{
    private const int Width = 17;
    private const int Height = 9;

    /// <summary>What a square shows after so many visits; then start and end.</summary>
    private const string Marks = " .o+=*BOX@%&#/^SE";

    public static string Draw(PublicKey key, FingerprintHash hash)
    {
        byte[,] visits = Walk(KeyFingerprint.DigestOf(key, hash));
        string title = $"[{key.ShortType} {key.Bits}]";
        if (title.Length > Width) title = $"[{key.ShortType}]";
        var drawing = new StringBuilder();
        drawing.Append(Border(title)).Append('\n');
        for (int y = 0; y < Height; y++)
        {
            drawing.Append('|');
            for (int x = 0; x < Width; x++) drawing.Append(Marks[visits[x, y]]);
            drawing.Append("|\n");
        }

        return drawing.Append(Border($"[{KeyFingerprint.NameOf(hash)}]")).ToString();
    }

    private static byte[,] Walk(byte[] digest)
    {
        const int most = 14;
        const int start = 15;
        const int end = 16;
        byte[,] visits = new byte[Width, Height];
        (int x, int y) = (Width / 2, Height / 2);
        foreach (byte value in digest)
        {
            for (int pair = 0; pair < 8; pair += 2)
            {
                int move = value >> pair;
                x = Math.Clamp(x + ((move & 1) != 0 ? 1 : -1), 0, Width - 1);
                y = Math.Clamp(y + ((move & 2) != 0 ? 1 : -1), 0, Height - 1);
                if (visits[x, y] < most) visits[x, y]++;
            }
        }

        visits[Width / 2, Height / 2] = start;
        visits[x, y] = end;
        return visits;
    }

    private static string Border(string title)
    {
        int left = (Width - title.Length) / 2;
        return $"+{new string('-', left)}{title}{new string('-', Width - left - title.Length)}+";
    }
}
