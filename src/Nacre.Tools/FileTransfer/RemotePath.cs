namespace Nacre.Tools.FileTransfer;

/// <summary>Paths with slashes, as SFTP has them and as this machine does.</summary>
internal static class RemotePath
{
    /// <summary>A name in a directory; the name alone where the directory is empty.</summary>
    public static string Append(string directory, string name) =>
        directory.Length == 0 ? name : directory.EndsWith('/') ? directory + name : $"{directory}/{name}";

    /// <summary>The path seen from a directory: as it is when it is absolute.</summary>
    public static string Absolute(string path, string directory) => path.StartsWith('/') ? path : Append(directory, path);

    /// <summary>The last name of a path, without slashes behind it; "/" of the root.</summary>
    public static string BaseName(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? path.Length == 0 ? "." : "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>What is to be shown of a path below a directory: the part below it.</summary>
    public static string Below(string path, string directory)
    {
        if (!path.StartsWith(directory, StringComparison.Ordinal)) return path;
        string rest = path[directory.Length..];
        return directory.EndsWith('/') ? rest : rest.Length == 0 || rest[0] == '/' ? rest.TrimStart('/') : path;
    }
}
