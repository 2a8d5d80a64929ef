namespace Nacre.Sftp;

/// <summary>How much of what an SFTP server does a line of its log is about; each level holds those before it.</summary>
public enum SftpLogLevel
{
    /// <summary>What went wrong.</summary>
    Error,

    /// <summary>Files and directories opened, closed and changed, and requests that failed.</summary>
    Info,

    /// <summary>Also what is only looked at, and requests that the session may not make.</summary>
    Verbose,

    /// <summary>Also each read and write, and what is answered.</summary>
    Debug1,

    /// <summary>Also what is decided on the way.</summary>
    Debug2,

    /// <summary>Everything.</summary>
    Debug3,
}
