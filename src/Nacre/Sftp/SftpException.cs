using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <summary>An SFTP request failed; the session goes on.</summary>
public sealed class SftpException : SshException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="status">The code.</param>
    /// <param name="message">The server's words, safe to show; OpenSSH's words for the code when empty.</param>
    /// <param name="path">The path that the request was about; null when it was about none.</param>
    /// <param name="inner">What failed underneath, if anything.</param>
    public SftpException(SftpStatusCode status, string message = "", string? path = null, Exception? inner = null)
        : base(message.Length > 0 ? message : Describe(status), inner) => (Status, Path) = (status, path);

    /// <summary>The code.</summary>
    public SftpStatusCode Status { get; }

    /// <summary>The path that the request was about; null when it was about none.</summary>
    public string? Path { get; }

    /// <summary>What the server said, escaped so that it is safe to show; empty when it said nothing or was not asked.</summary>
    public string ServerMessage { get; init; } = "";

    /// <summary>OpenSSH's words for a code.</summary>
    /// <param name="status">The code.</param>
    /// <returns>The words.</returns>
    public static string Describe(SftpStatusCode status) => status switch
    {
        SftpStatusCode.Ok => "Success",
        SftpStatusCode.Eof => "End of file",
        SftpStatusCode.NoSuchFile => "No such file or directory",
        SftpStatusCode.PermissionDenied => "Permission denied",
        SftpStatusCode.Failure => "Failure",
        SftpStatusCode.BadMessage => "Bad message",
        SftpStatusCode.NoConnection => "No connection",
        SftpStatusCode.ConnectionLost => "Connection lost",
        SftpStatusCode.OperationUnsupported => "Operation unsupported",
        _ => "Unknown status",
    };
}
