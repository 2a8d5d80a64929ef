namespace Nacre.Sftp;

/// <summary>Tells names that may become those of files in a directory from those that lead elsewhere.</summary>
internal static class PlainName
{
    /// <summary>Whether a name from the other side is one name and no path .</summary>
    public static bool Is(string name) => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\0');
}
