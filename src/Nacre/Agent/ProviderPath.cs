using System.Text;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Agent;

/// <summary>Finds the file that the path of a library stands for, so that what is permitted is that file and not a link to another.</summary>
internal static class ProviderPath
{
    /// <summary>The path without links and dots; null where there is no such file.</summary>
    public static string? Resolve(string named)
    {
        if (!named.StartsWith('/')) return null;
        Errno error = RealPath.Resolve(ReadLink, Encoding.UTF8.GetBytes(named), out byte[] resolved);
        string path = Encoding.UTF8.GetString(resolved);
        return error == Errno.None && FileStatus.TryOfPath(path, out _) ? path : null;

        static Errno ReadLink(ReadOnlySpan<byte> path, out byte[] target) => FilesAt.ReadLink(FilesAt.WorkingDirectory, PathBytes.Of(path), out target);
    }
}
