using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Serving;

/// <summary>What a server calls the codes of its answers; OpenSSH's words, in the log and on the wire.</summary>
internal static class StatusText
{
    public static ReadOnlySpan<byte> Utf8(SftpStatusCode code) => code switch
    {
        SftpStatusCode.Ok => "Success"u8,
        SftpStatusCode.Eof => "End of file"u8,
        SftpStatusCode.NoSuchFile => "No such file"u8,
        SftpStatusCode.PermissionDenied => "Permission denied"u8,
        SftpStatusCode.Failure => "Failure"u8,
        SftpStatusCode.BadMessage => "Bad message"u8,
        SftpStatusCode.NoConnection => "No connection"u8,
        SftpStatusCode.ConnectionLost => "Connection lost"u8,
        _ => "Operation unsupported"u8,
    };

    /// <summary>The code for what went wrong, and what more there is to say than the code's own words; empty when there is no more.</summary>
    public static (SftpStatusCode Code, string Text) Of(Exception error) => error switch
    {
        SftpException known => (known.Status, known.Message == SftpException.Describe(known.Status) ? "" : known.Message),
        FileNotFoundException or DirectoryNotFoundException => (SftpStatusCode.NoSuchFile, ""),
        UnauthorizedAccessException => (SftpStatusCode.PermissionDenied, ""),
        PathTooLongException => (SftpStatusCode.BadMessage, ""),
        NotSupportedException => (SftpStatusCode.OperationUnsupported, ""),
        _ => (SftpStatusCode.Failure, ""),
    };
}
