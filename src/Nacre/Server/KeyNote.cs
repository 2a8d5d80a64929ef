namespace Nacre.Server;

/// <summary>How much the log cares about what is said of a key.</summary>
internal enum KeyNote
{
    /// <summary>A key that should let its owner in is refused for good.</summary>
    Error,

    /// <summary>Somebody has a right key and may not use it so.</summary>
    Info,

    /// <summary>What let somebody in.</summary>
    Verbose,

    /// <summary>What did not decide.</summary>
    Debug,
}
