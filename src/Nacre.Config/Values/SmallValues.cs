namespace Nacre.Config.Values;

/// <summary>When keys are renewed (RekeyLimit).</summary>
/// <param name="Bytes">After this many bytes; 0 leaves it to the cipher.</param>
/// <param name="Interval">After this time; zero for never.</param>
internal readonly record struct RekeyLimit(long Bytes, TimeSpan Interval);

/// <summary>The escape character of an interactive session; none when there is none (EscapeChar).</summary>
internal readonly record struct EscapeCharacter(char? Value);

/// <summary>How many connections may be unauthenticated at once (MaxStartups).</summary>
/// <param name="Begin">From this many on, new ones are refused at random.</param>
/// <param name="Rate">With this chance in percent, growing from there.</param>
/// <param name="Full">At this many, all are refused.</param>
internal readonly record struct MaxStartups(int Begin, int Rate, int Full);

/// <summary>An environment variable and its value (SetEnv).</summary>
internal readonly record struct EnvironmentSetting(string Name, string Value);

/// <summary>A subsystem and the command that serves it.</summary>
internal sealed record SubsystemCommand(string Name, string Command);

/// <summary>An address that a server listens on; null for the port means each Port, and for the routing domain the usual one.</summary>
internal sealed record ListenAddress(string Host, int? Port, string? RDomain = null)
{
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string port = Port is { } number ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $":{number}") : "";
        return RDomain is null ? host + port : $"{host}{port} rdomain {RDomain}";
    }
}

/// <summary>A destination or listening place that forwarding is allowed for.</summary>
/// <param name="Host">The host, or a pattern of hosts.</param>
/// <param name="Port">The port, or 0 for any.</param>
internal sealed record PermittedEndpoint(string Host, int Port);

/// <summary>The places that forwarding is allowed for (PermitOpen, PermitListen): any, or just these, which may be none.</summary>
internal sealed record EndpointPermissions(bool IsAny, IReadOnlyList<PermittedEndpoint> Endpoints)
{
    public static readonly EndpointPermissions Any = new(true, []);

    public static readonly EndpointPermissions None = new(false, []);

    /// <summary>Whether connections may be made to a destination, whose host must be named as it is.</summary>
    public bool AllowsTarget(string host, int port) => IsAny || Endpoints.Any(e => FitsPort(e, port) && (e.Host == "*" || e.Host == host));

    /// <summary>Whether a place may be listened on, whose host may be named by a pattern.</summary>
    public bool AllowsListener(string host, int port) => IsAny || Endpoints.Any(e => FitsPort(e, port) && Patterns.PatternMatcher.Matches(host, e.Host));

    private static bool FitsPort(PermittedEndpoint endpoint, int port) => endpoint.Port == 0 || endpoint.Port == port;
}
