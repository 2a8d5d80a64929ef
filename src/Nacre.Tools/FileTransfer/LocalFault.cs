using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>Says why a local file could not be used, in the system's words.</summary>
internal static class LocalFault
{
    private const int MostErrno = 4095;

    /// <summary>Whether an exception is about a local file.</summary>
    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>The system's sentence.</summary>
    public static string Describe(Exception error, string path) => error switch
    {
        UnixException known => UnixException.Describe(known.Errno),
        SftpException { InnerException: UnixException known } => UnixException.Describe(known.Errno),
        SftpException told => told.Message,
        UnauthorizedAccessException when path.EndsWith('/') || Directory.Exists(path) => UnixException.Describe(Errno.EISDIR),
        UnauthorizedAccessException => UnixException.Describe(Errno.EACCES),
        FileNotFoundException or DirectoryNotFoundException => UnixException.Describe(Errno.ENOENT),
        IOException { HResult: > 0 and <= MostErrno } => UnixException.Describe((Errno)error.HResult),
        _ => error.Message,
    };
}
