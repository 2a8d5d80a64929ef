namespace Nacre.Protocol.Connection;

/// <summary>How far the opening of a channel has come.</summary>
internal enum ChannelStage
{
    /// <summary>We sent CHANNEL_OPEN and have no answer.</summary>
    Asked,

    /// <summary>The peer sent CHANNEL_OPEN and has no answer.</summary>
    Offered,

    /// <summary>Both sides know each other's number.</summary>
    Open,
}
