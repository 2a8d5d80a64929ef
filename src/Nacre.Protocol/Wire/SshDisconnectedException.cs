namespace Nacre.Protocol.Wire;

/// <summary>The peer ended the connection with a DISCONNECT (RFC 4253 11.1).</summary>
public sealed class SshDisconnectedException : SshException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reasonCode">The reason code that the peer gave.</param>
    /// <param name="description">The peer's words, escaped so that they may be shown.</param>
    public SshDisconnectedException(uint reasonCode, string description)
        : base($"The peer disconnected: {reasonCode}: {description}") => (ReasonCode, Description) = (reasonCode, description);

    /// <summary>The reason code that the peer gave; those of RFC 4253 11.1 are in <c>DisconnectReason</c>.</summary>
    public uint ReasonCode { get; }

    /// <summary>The peer's words, escaped so that they may be shown.</summary>
    public string Description { get; }
}
