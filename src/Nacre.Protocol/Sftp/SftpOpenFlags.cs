namespace Nacre.Protocol.Sftp;

/// <summary>How a file is opened (draft-ietf-secsh-filexfer-02 section 6.3).</summary>
[Flags]
public enum SftpOpenFlags : uint
{
    /// <summary>For reading.</summary>
    Read = 1,

    /// <summary>For writing.</summary>
    Write = 2,

    /// <summary>Writes go to the end of the file, wherever they say.</summary>
    Append = 4,

    /// <summary>The file is made when there is none.</summary>
    Create = 8,

    /// <summary>The file is cut to nothing; goes with Create.</summary>
    Truncate = 16,

    /// <summary>It is a failure when there is a file already; goes with Create.</summary>
    Exclusive = 32,
}
