namespace Nacre.Protocol.Connection;

/// <summary>What has to happen before the number of a channel can serve another one.</summary>
[Flags]
internal enum ChannelEnds
{
    /// <summary>We posted CLOSE.</summary>
    OurClose = 1,

    /// <summary>The peer's CLOSE arrived.</summary>
    PeerClose = 2,

    /// <summary>The data that came was read or dropped, so that closed channels cannot hold more than open ones .</summary>
    Input = 4,

    /// <summary>The extended data that came was read or dropped.</summary>
    ErrorInput = 8,

    /// <summary>All of it.</summary>
    All = OurClose | PeerClose | Input | ErrorInput,
}
