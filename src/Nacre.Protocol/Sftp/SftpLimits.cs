namespace Nacre.Protocol.Sftp;

/// <summary>The sizes that both ends of SFTP keep to.</summary>
internal static class SftpLimits
{
    /// <summary>The longest message, without its length field; OpenSSH's value.</summary>
    public const int MaxMessage = 256 * 1024;

    /// <summary>The most data in one READ or WRITE: a message has room for it and its header.</summary>
    public const int MaxData = MaxMessage - 1024;

    /// <summary>The longest handle (section 6.3).</summary>
    public const int MaxHandle = 256;

    /// <summary>Handles that one session may have open (H-08).</summary>
    public const int MaxHandles = 1024;

    /// <summary>The longest path that a server accepts, in bytes; Linux's.</summary>
    public const int MaxPath = 4096;

    /// <summary>The smallest block that a hash of its own may be asked for (draft-ietf-secsh-filexfer-extensions-00 section 3).</summary>
    public const uint MinHashedBlock = 256;

    /// <summary>The version that both ends speak.</summary>
    public const uint Version = 3;
}
