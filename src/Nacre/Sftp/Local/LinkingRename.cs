using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>Renames without replacing where rename(2) cannot be told not to, as OpenSSH's server always does: by a second name for a file, by looking first for anything else.</summary>
internal static class LinkingRename
{
    public static Errno Run(Place from, Place to)
    {
        Errno error = FilesAt.Status(from.Directory, from.Name, followsLinks: false, out FileStatus status);
        if (error != Errno.None) return error;
        if (status.IsRegularFile)
        {
            error = FilesAt.Link(from.Directory, from.Name, to.Directory, to.Name);
            if (error == Errno.None) return Unlink(from, to);
            if (error is not (Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM or Errno.EMLINK)) return error;
        }

        return FilesAt.Status(to.Directory, to.Name, followsLinks: false, out _) == Errno.None
            ? Errno.EEXIST
            : FilesAt.Rename(from.Directory, from.Name, to.Directory, to.Name, replaces: true);
    }

    // A file that keeps its old name does not get the new one.
    private static Errno Unlink(Place from, Place to)
    {
        Errno error = FilesAt.Unlink(from.Directory, from.Name);
        if (error != Errno.None) _ = FilesAt.Unlink(to.Directory, to.Name);
        return error;
    }
}
