namespace Nacre.Protocol.Connection;

/// <summary>The answer to a CHANNEL_OPEN: a service for the channel, or why there is none.</summary>
internal readonly struct ChannelAnswer
{
    private ChannelAnswer(IChannelService? service, OpenFailureReason reason, string description)
    {
        Service = service;
        Reason = reason;
        Description = description;
    }

    /// <summary>What serves the channel; null when it is refused.</summary>
    public IChannelService? Service { get; }

    public OpenFailureReason Reason { get; }

    /// <summary>What the peer is told, in OpenSSH's words where it has some.</summary>
    public string Description { get; }

    public static ChannelAnswer Accept(IChannelService service) => new(service, default, "");

    public static ChannelAnswer Refuse(OpenFailureReason reason, string description) => new(null, reason, description);
}
