namespace Nacre.Sftp;

/// <summary>Tells whether a name that the other side chose may become a name in a directory: no path, and nothing that leads elsewhere.</summary>
internal static class PlainName
{
    public static bool Is(string name) => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\0');

    /// <summary>A name in a directory; the name alone where the directory is empty.</summary>
    public static string In(string directory, string name) =>
        directory.Length == 0 ? name : directory.EndsWith('/') ? directory + name : $"{directory}/{name}";
}
