using System.Globalization;
using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>A host and port that a login may forward to or listen on (permitopen and permitlisten of authorized_keys).</summary>
/// <param name="Host">The host as the client has to name it; * for any. Where one listens it may be a pattern with * and ?.</param>
/// <param name="Port">The port; 0 for any.</param>
public sealed record PermittedEndpoint(string Host, int Port)
{
    /// <summary>A longer host is none.</summary>
    private const int MaxHost = 1024;

    /// <summary>Reads host:port, host/port, [host]:port, and * for either.</summary>
    /// <param name="text">The text.</param>
    /// <param name="portOf">The port of a service that is named in place of one; null where there is none of that name.</param>
    internal static PermittedEndpoint? Parse(string text, Func<string, int?> portOf)
    {
        bool isBracketed = text.StartsWith('[');
        int end = isBracketed ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.AsSpan().IndexOfAny(':', '/');
        if (end < 0 || end >= text.Length || end > MaxHost || text[end] is not (':' or '/')) return null;
        string host = isBracketed ? text[1..(end - 1)] : text[..end];
        ReadOnlySpan<char> port = text.AsSpan(end + 1);
        if (port is "*") return new(host, 0);
        if (!port.ContainsAnyExceptInRange('0', '9')) return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number > 0 ? new(host, number) : null;
        return portOf(port.ToString()) is { } named and > 0 ? new(host, named) : null;
    }

    /// <summary>True when connections may be forwarded there; the host is compared as it is written.</summary>
    internal bool AllowsTarget(string host, int port) => FitsPort(port) && (Host == "*" || Host == host);

    /// <summary>True when it may be listened there; the case of the host does not matter.</summary>
    internal bool AllowsListener(string host, int port) => FitsPort(port) && Wildcard.Matches(host.ToLowerInvariant(), Host);

    /// <summary>What both of two lists permit; null stands for a list that permits everything.</summary>
    /// <remarks>Of two patterns that are about some of each other's hosts, none is left: a limit may be narrower than what both say, never wider.</remarks>
    internal static IReadOnlyList<PermittedEndpoint>? Common(IReadOnlyList<PermittedEndpoint>? first, IReadOnlyList<PermittedEndpoint>? second, bool arePatterns)
    {
        if (first is null || second is null) return first ?? second;
        return [.. first.SelectMany(one => second.Select(other => one.Common(other, arePatterns))).OfType<PermittedEndpoint>().Distinct().Take(LoginPermissionsFields.MaxEndpoints)];
    }

    private PermittedEndpoint? Common(PermittedEndpoint other, bool arePatterns)
    {
        if (Port != 0 && other.Port != 0 && Port != other.Port) return null;
        string? host = Host == other.Host || Covers(other.Host, arePatterns) ? other.Host : other.Covers(Host, arePatterns) ? Host : null;
        return host is null ? null : new(host, Math.Max(Port, other.Port));
    }

    private bool Covers(string host, bool arePatterns) => Host == "*" || (arePatterns && !host.AsSpan().ContainsAny('*', '?') && Wildcard.Matches(host, Host));

    private bool FitsPort(int port) => Port == 0 || Port == port;
}
