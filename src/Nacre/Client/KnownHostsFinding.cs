using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>What the lines for one name say of one key.</summary>
internal enum KnownHostsStatus
{
    /// <summary>The name has no key.</summary>
    New,

    /// <summary>The key is the name's.</summary>
    Known,

    /// <summary>The name has other keys, and not this one.</summary>
    Changed,

    /// <summary>The key must not be trusted.</summary>
    Revoked,
}

/// <summary>What the lines for one name say of one key, and the line that says so.</summary>
/// <param name="Status">What they say.</param>
/// <param name="Line">The line; null for a new name.</param>
internal readonly record struct KnownHostsFinding(KnownHostsStatus Status, KnownHostsEntry? Line)
{
    /// <summary>Looks at the lines that name a host: for the key itself, or for the authority of a certificate.</summary>
    public static KnownHostsFinding Of(IReadOnlyList<KnownHostsEntry> lines, PublicKey key)
    {
        KnownHostsMarker wanted = key is Certificate ? KnownHostsMarker.CertAuthority : KnownHostsMarker.None;
        PublicKey sought = (key as Certificate)?.SignatureKey ?? key;
        KnownHostsEntry? same = null, other = null;
        foreach (KnownHostsEntry line in lines)
        {
            bool isSame = line.Key.Equals(sought);
            if (line.Marker == KnownHostsMarker.Revoked && (isSame || line.Key.Equals(key.PlainKey))) return new(KnownHostsStatus.Revoked, line);
            if (line.Marker != wanted) continue;
            if (isSame) same ??= line;
            else other = line;
        }

        if (same is not null) return new(KnownHostsStatus.Known, same);
        return other is null ? default : new(KnownHostsStatus.Changed, other);
    }
}
