using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>Orders the host key algorithms that a client offers so that a known host is asked for a key that is known.</summary>
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
        HashSet<string> types = [.. entries.Where(IsUsable).Select(entry => entry.Key.Type)];
        if (algorithms.Count == 0 || IsKnown(algorithms[0])) return algorithms;
        return [.. algorithms.Where(IsKnown), .. algorithms.Where(algorithm => !IsKnown(algorithm))];

        bool IsUsable(KnownHostsEntry entry) => entry.Marker == KnownHostsMarker.None
            && !entries.Any(other => other.Marker == KnownHostsMarker.Revoked && other.Key.Equals(entry.Key));

        bool IsKnown(string algorithm) => types.Any(type => KeyAlgorithm.Find(algorithm, type) is not null);
    }
}
