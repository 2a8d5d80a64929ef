namespace Nacre.Protocol.Sftp;

/// <summary>The codes that an SFTP server answers with (draft-ietf-secsh-filexfer-02 section 7).</summary>
public enum SftpStatusCode : uint
{
    /// <summary>It was done.</summary>
    Ok = 0,

    /// <summary>There is nothing more to read or to list.</summary>
    Eof = 1,

    /// <summary>There is no such file or directory.</summary>
    NoSuchFile = 2,

    /// <summary>The user may not do that.</summary>
    PermissionDenied = 3,

    /// <summary>It failed, for a reason that has no code.</summary>
    Failure = 4,

    /// <summary>The request was malformed.</summary>
    BadMessage = 5,

    /// <summary>A client's own word for having no connection; no server sends it.</summary>
    NoConnection = 6,

    /// <summary>A client's own word for a lost connection; no server sends it.</summary>
    ConnectionLost = 7,

    /// <summary>The server does not do that.</summary>
    OperationUnsupported = 8,
}
