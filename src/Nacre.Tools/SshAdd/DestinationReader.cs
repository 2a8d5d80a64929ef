using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshAdd;

/// <summary>Reads where a key may be used (-h): [user@]host, or host>[user@]host, the hosts by the keys that known_hosts files have for them.</summary>
internal sealed class DestinationReader
{
    private readonly KnownHosts _known;
    private readonly AddReport _report;

    private DestinationReader(KnownHosts known, AddReport report) => (_known, _report) = (known, report);

    /// <exception cref="FatalException">One of them makes no sense, or a host has no keys.</exception>
    public static IReadOnlyList<DestinationConstraint> ReadAll(AddSettings settings, AddPlace place, AddReport report)
    {
        if (settings.Destinations.Count == 0) return [];
        try
        {
            string[] files = [.. place.KnownHosts(settings.KnownHosts)];
            foreach (string file in files) report.Trace(2, $"looking up host keys in {file}");
            var reader = new DestinationReader(KnownHosts.Load(files), report);
            return [.. settings.Destinations.Select(reader.Read)];
        }
        catch (SshException unreadable)
        {
            throw new FatalException(unreadable.Message);
        }
    }

    private DestinationConstraint Read(string text)
    {
        int arrow = text.IndexOf('>', StringComparison.Ordinal);
        string from = arrow < 0 ? "" : text[..arrow], to = text[(arrow + 1)..];
        int at = to.LastIndexOf('@');
        if (from.Contains('@', StringComparison.Ordinal)) throw new FatalException($"Invalid key constraint {from}: cannot specify user on 'from' host");
        string? user = at < 0 ? null : to[..at];
        var constraint = new DestinationConstraint(arrow < 0 ? null : Find(from, text), Find(to[(at + 1)..], text), user);
        string origin = constraint.From is { } first ? $"{first.HostName} ({first.Keys.Count} keys)" : "(ORIGIN)";
        _report.Trace(2, $"constraint: {origin} > {(user is null ? "" : user + "@")}{constraint.To.HostName} ({constraint.To.Keys.Count} keys)");
        return constraint;
    }

    private DestinationHop Find(string written, string text)
    {
        string host = written.StartsWith('[') && written.EndsWith(']') ? written[1..^1] : written;
        if (host.Length == 0) throw new FatalException($"Invalid key destination constraint \"{text}\": does not specify a host");
        IReadOnlyList<KnownHostsEntry> entries = _known.Find(host, port: 0);
        var keys = new List<DestinationKey>();
        foreach (KnownHostsEntry entry in entries)
        {
            // A key that must not be trusted is nobody's.
            if (entries.Any(each => each.Marker == KnownHostsMarker.Revoked && each.Key.Equals(entry.Key))) continue;
            bool isAuthority = entry.Marker == KnownHostsMarker.CertAuthority;
            _report.Trace(3, $"{host}: adding {entry.Key.ShortType} {(isAuthority ? "CA " : "")}key from {entry.File}:{entry.Line}");
            keys.Add(new DestinationKey(entry.Key, isAuthority));
        }

        return keys.Count > 0 ? new DestinationHop(host, keys) : throw new FatalException($"No host keys found for destination \"{host}\"");
    }
}
