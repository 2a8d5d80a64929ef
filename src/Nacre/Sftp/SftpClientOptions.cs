namespace Nacre.Sftp;

/// <summary>How an SFTP session behaves.</summary>
public sealed record SftpClientOptions
{
    /// <summary>
    /// How long the server may leave requests without any answer before the session ends with a violation, PeerSilent; null for ever, which is
    /// right where the connection below watches over its peer.
    /// </summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>What the session takes the time from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
