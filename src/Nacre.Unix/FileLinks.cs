namespace Nacre.Unix;

/// <summary>Owners, names and the mode mask of files: what the base library has no call for.</summary>
internal static class FileLinks
{
    /// <summary>Gives a file, or a link itself, to an owner and a group.</summary>
    public static void SetOwner(string path, uint uid, uint gid, bool followsLinks) =>
        Libc.Check(followsLinks ? Libc.chown(path, uid, gid) : Libc.lchown(path, uid, gid), $"chown {path}");

    /// <summary>Gives a file another name.</summary>
    public static void MakeHardLink(string existing, string added) => Libc.Check(Libc.link(existing, added), $"link {existing}");

    /// <summary>Sets the permissions that new files never get, for this process.</summary>
    public static void SetModeMask(uint mask) => _ = Libc.umask(mask);
}
