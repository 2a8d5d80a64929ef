using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>Orders the host key algorithms that a client offers so that a known host is asked for a key that is known, or for a certificate where its authority is.</summary>
/// <remarks>
/// For an unknown host the order stays as it is, so that the offer does not tell whether the client has been there (CVE-2020-14145);
/// so it does for a host whose key is of the most preferred type.
/// </remarks>
internal static class HostKeyOrder
{
    /// <param name="algorithms">The algorithms in the configured order.</param>
    /// <param name="known">The hosts that are known.</param>
    /// <param name="host">The host, or its alias.</param>
    /// <param name="port">Its port; 0 for an alias.</param>
    public static IReadOnlyList<string> For(IReadOnlyList<string> algorithms, KnownHosts known, string host, int port)
    {
        IReadOnlyList<KnownHostsEntry> entries = known.Find(host, port);
        HashSet<string> types = [];
        foreach (KnownHostsEntry entry in entries)
        {
            if (entry.Marker == KnownHostsMarker.None && IsUsable(entry)) types.Add(entry.Key.Type);
        }

        string[] certified = [.. algorithms.Where(name => name.EndsWith(KeyAlgorithm.CertificateSuffix, StringComparison.Ordinal))];
        string[] plain = [.. algorithms.Except(certified)];
        if (plain.Length > 0 && !IsKnown(plain[0])) plain = [.. plain.Where(IsKnown), .. plain.Where(name => !IsKnown(name))];

        // A certificate says nothing where no authority is known for the host; its key would have to be judged like any other.
        bool hasAuthority = entries.Where(IsUsable).Any(entry => entry.Marker == KnownHostsMarker.CertAuthority);
        return hasAuthority ? [.. certified, .. plain] : [.. plain, .. certified];

        bool IsUsable(KnownHostsEntry entry) => entry.Marker != KnownHostsMarker.Revoked
            && !entries.Any(other => other.Marker == KnownHostsMarker.Revoked && other.Key.Equals(entry.Key));

        bool IsKnown(string algorithm) => types.Any(type => KeyAlgorithm.Find(algorithm, type) is not null);
    }
}
