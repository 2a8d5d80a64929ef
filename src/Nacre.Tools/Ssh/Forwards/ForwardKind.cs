namespace Nacre.Tools.Ssh.Forwards;

/// <summary>The side at which a forward listens, and whether each connection says itself where it leads.</summary>
internal enum ForwardKind
{
    /// <summary>-L: this side listens.</summary>
    Local,

    /// <summary>-R: the server listens; without a destination this side speaks SOCKS with who connects there.</summary>
    Remote,

    /// <summary>-D: this side listens and speaks SOCKS.</summary>
    Dynamic,
}
