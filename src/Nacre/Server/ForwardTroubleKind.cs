namespace Nacre.Server;

/// <summary>Why a client did not get a forward.</summary>
internal enum ForwardTroubleKind
{
    /// <summary>It may not lead there.</summary>
    Refused,

    /// <summary>Nobody knows the name of the host.</summary>
    UnknownHost,

    /// <summary>Nobody answers there.</summary>
    Unreached,

    /// <summary>One of the addresses cannot be listened at.</summary>
    Unbound,

    /// <summary>It cannot be listened there at all.</summary>
    NotListening,
}
