using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>What the marker of a known_hosts line makes of its key.</summary>
public enum KnownHostsMarker
{
    /// <summary>The key is the host's.</summary>
    None,

    /// <summary>The key signs certificates of the hosts; it is never a host's own key.</summary>
    CertAuthority,

    /// <summary>The key must not be trusted, whatever other lines say.</summary>
    Revoked,
}

/// <summary>One line of a known_hosts file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Marker">The marker.</param>
/// <param name="Names">The names as they stand there: patterns, or one hashed name.</param>
/// <param name="Key">The key.</param>
public sealed record KnownHostsEntry(string File, int Line, KnownHostsMarker Marker, string Names, PublicKey Key)
{
    /// <summary>True when the name is hashed and cannot be shown.</summary>
    public bool IsHashed => Names.StartsWith('|');
}
