using System.Text;
using Nacre.Protocol.Sftp;

namespace Nacre.Scp;

/// <summary>Names that hold a line end, which no record can: they are sent as vis(3) writes them, as OpenSSH does.</summary>
internal static class VisibleName
{
    private const byte Delete = 0x7f, ControlBit = 0x40, MetaBit = 0x80;

    /// <summary>The name as it is, or with its line ends and all else that is not plain text written out: "a\nb" is a\^Jb.</summary>
    public static string Of(string name)
    {
        if (!name.Contains('\n', StringComparison.Ordinal)) return name;
        var visible = new StringBuilder(name.Length + 8);
        foreach (byte b in FileNameText.Encode(name)) Append(visible, b);
        return visible.ToString();
    }

    private static void Append(StringBuilder visible, byte b)
    {
        byte low = (byte)(b & ~MetaBit);
        bool isControl = low is < (byte)' ' or Delete;
        bool isMeta = low != b;
        switch (isMeta, isControl)
        {
            case (false, false):
                visible.Append(b == '\\' ? @"\\" : ((char)b).ToString());
                break;
            case (false, true) when b == '\t':
                visible.Append('\t');
                break;
            default:
                visible.Append('\\').Append(isMeta ? "M" : "").Append(isControl ? '^' : '-').Append((char)(isControl ? low ^ ControlBit : low));
                break;
        }
    }
}
