using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>The SFTP codes of the system's errors, as OpenSSH's server gives them; a failure that has no code says in words what it is.</summary>
internal static class ErrnoStatus
{
    /// <summary>The code for an error.</summary>
    public static SftpStatusCode CodeOf(Errno error) => error switch
    {
        Errno.None => SftpStatusCode.Ok,
        Errno.ENOENT or Errno.ENOTDIR or Errno.EBADF or Errno.ELOOP => SftpStatusCode.NoSuchFile,
        Errno.EPERM or Errno.EACCES or Errno.EFAULT => SftpStatusCode.PermissionDenied,
        Errno.ENAMETOOLONG or Errno.EINVAL => SftpStatusCode.BadMessage,
        Errno.ENOSYS => SftpStatusCode.OperationUnsupported,
        _ => SftpStatusCode.Failure,
    };

    /// <summary>The exception for an error about a path.</summary>
    public static SftpException Fault(Errno error, string? path)
    {
        SftpStatusCode code = CodeOf(error);
        return new SftpException(code, code == SftpStatusCode.Failure ? Describe(error) : "", path, new UnixException(error, path ?? "an open file"));
    }

    /// <summary>Throws unless there is no error.</summary>
    public static void Check(Errno error, string? path)
    {
        if (error != Errno.None) throw Fault(error, path);
    }

    /// <summary>The error to tell where several things are done and some of them fail: the last.</summary>
    public static Errno Last(Errno before, Errno now) => now == Errno.None ? before : now;

    // Those that a file system in memory has too, which may be on a system with other numbers.
    private static string Describe(Errno error) => error switch
    {
        Errno.EEXIST => "File exists",
        Errno.ENOTEMPTY => "Directory not empty",
        Errno.EISDIR => "Is a directory",
        Errno.ENOSPC => "No space left on device",
        Errno.EFBIG => "File too large",
        Errno.EBUSY => "Device or resource busy",
        Errno.EOPNOTSUPP => "Operation not supported",
        _ => UnixException.Describe(error),
    };
}
