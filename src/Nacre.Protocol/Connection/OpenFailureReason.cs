namespace Nacre.Protocol.Connection;

/// <summary>The reason codes of RFC 4254 5.1 for a channel that was not opened.</summary>
public enum OpenFailureReason : uint
{
    /// <summary>The peer's policy does not allow the channel.</summary>
    AdministrativelyProhibited = 1,

    /// <summary>What the channel was to be connected to could not be reached.</summary>
    ConnectFailed = 2,

    /// <summary>The peer does not know the channel type.</summary>
    UnknownChannelType = 3,

    /// <summary>The peer has no room for another channel.</summary>
    ResourceShortage = 4,
}
