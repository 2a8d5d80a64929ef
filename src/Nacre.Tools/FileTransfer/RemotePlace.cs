namespace Nacre.Tools.FileTransfer;

/// <summary>Takes apart [user@]host:path, as sftp and scp take it.</summary>
internal static class RemotePlace
{
    /// <summary>Splits at the first colon that is outside brackets; false where there is none or a slash comes before it: then it is no such thing.</summary>
    public static bool TrySplit(string text, out string host, out string path)
    {
        (host, path) = (text, "");
        bool isInBrackets = false;
        for (int i = 0; i < text.Length && text[i] != '/'; i++)
        {
            if (text[i] == '[' && (i == 0 || text[i - 1] == '@')) isInBrackets = true;
            if (text[i] == ']') isInBrackets = false;
            if (text[i] != ':' || isInBrackets) continue;
            (host, path) = (text[..i], text[(i + 1)..]);
            return i > 0;
        }

        return false;
    }

    /// <summary>The same without the brackets around an IPv6 address.</summary>
    public static string WithoutBrackets(string place)
    {
        int start = place.LastIndexOf('@') + 1;
        return start < place.Length && place[start] == '[' && place.EndsWith(']') ? place[..start] + place[(start + 1)..^1] : place;
    }
}
