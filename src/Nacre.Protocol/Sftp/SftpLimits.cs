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

    /// <summary>The longest path that is accepted.</summary>
    public const int MaxPath = 4096;

    /// <summary>The version that both ends speak.</summary>
    public const uint Version = 3;
}
