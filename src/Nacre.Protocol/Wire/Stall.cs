namespace Nacre.Protocol.Wire;

/// <summary>Why a channel stands still.</summary>
internal enum Stall
{
    /// <summary>We have data, and the peer's window takes none.</summary>
    PeerWindow,

    /// <summary>Our window is used up: the peer may send none until what has come is consumed here.</summary>
    OwnWindow,
}
