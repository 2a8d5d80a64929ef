using Nacre.Config;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>Judges a ChrootDirectory before it becomes a user's root directory.</summary>
/// <remarks>
/// Whoever can write any part of the path could give the user's programs, some of which run as root by their mode, files of their own
/// making for /etc and for the C library.
/// </remarks>
internal static class ChrootPath
{
    /// <summary>The directory that is to become a user's root directory; null for a user who has none.</summary>
    /// <exception cref="ChrootException">It must not.</exception>
    public static string? For(UserAccount account, ServerConfig config)
    {
        string? path = config.ChrootDirectoryOf(account.Name, account.Uid, account.Home, out bool isWanted);
        if (path is null) return isWanted ? throw new ChrootException($"ChrootDirectory names no directory for {account.Name}") : null;
        if (!Users.IsRoot) throw new ChrootException("server lacks privileges to chroot to ChrootDirectory");
        return FindFault(path) is { } fault ? throw new ChrootException(fault) : path;
    }

    /// <summary>Why the directory must not be used, in OpenSSH's words; null when it may be.</summary>
    public static string? FindFault(string path)
    {
        if (!path.StartsWith('/')) return $"chroot path \"{path}\" does not begin at root";
        for (int end = 0; end >= 0;)
        {
            // "/", then each longer part that ends before a slash, then the whole.
            int next = end + 1 >= path.Length ? -1 : path.IndexOf('/', end + 1);
            string component = end == 0 ? "/" : path[..end];
            if (FaultOf(component, component == path) is { } fault) return fault;
            if (end == path.Length || path == "/") return null;
            end = next < 0 ? path.Length : next;
        }

        return null;
    }

    private static string? FaultOf(string component, bool isWhole)
    {
        const uint writeOfGroupAndOthers = 0b000_010_010;
        if (!FileStatus.TryOfPath(component, out FileStatus status)) return UnixException.FromLast($"stat(\"{component}\")").Message;
        if (status.Uid != 0 || (status.Mode & writeOfGroupAndOthers) != 0) return $"bad ownership or modes for chroot directory {(isWhole ? "" : "component ")}\"{component}\"";
        return status.IsDirectory ? null : $"chroot path {(isWhole ? "" : "component ")}\"{component}\" is not a directory";
    }
}
