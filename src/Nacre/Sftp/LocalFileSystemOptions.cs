namespace Nacre.Sftp;

/// <summary>How much of the machine a <see cref="LocalFileSystem"/> shows, and how it makes files.</summary>
public sealed record LocalFileSystemOptions
{
    /// <summary>
    /// The directory that is shown as the root, which no path leads out of: not by <c>..</c>, not by an absolute name, not by a link of any kind, and
    /// not while somebody exchanges one for the other. Null to show the whole machine. An absolute symbolic link leads on from here, as it does after chroot(2).
    /// </summary>
    public string? Root { get; init; }

    /// <summary>Permissions that new files and directories never get, beside those of the process's own umask.</summary>
    public uint Umask { get; init; }
}
