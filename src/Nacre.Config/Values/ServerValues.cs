using System.Net;
using System.Net.Sockets;
using Nacre.Config.Patterns;
using Nacre.Forwarding;

namespace Nacre.Config.Values;

/// <summary>How many bits of an address make a source (PerSourceNetBlockSize).</summary>
internal readonly record struct NetBlockSize(int IPv4, int IPv6)
{
    public const int MaxIPv4 = 32;

    public const int MaxIPv6 = 128;

    /// <summary>Each address is a source.</summary>
    public static readonly NetBlockSize Single = new(MaxIPv4, MaxIPv6);
}

/// <summary>Which environment variables users' files may set (PermitUserEnvironment).</summary>
/// <param name="Patterns">A list of patterns with commas between them; null for none.</param>
internal sealed record UserEnvironment(string? Patterns)
{
    public static readonly UserEnvironment None = new((string?)null);

    public static readonly UserEnvironment All = new("*");

    /// <summary>Whether the files are read at all.</summary>
    public bool IsPermitted => Patterns is not null;

    public bool Permits(string variable) => Patterns is not null && PatternMatcher.MatchesList(variable, Patterns);
}

/// <summary>What clients that misbehave are refused for, and for how long (PerSourcePenalties); null where nothing was said.</summary>
/// <remarks>Each word of a line sets one of them, and the first word for each counts. <see cref="OrStandard"/> has a value for all.</remarks>
internal sealed record SourcePenalties
{
    private const int StandardSources = 65536;

    public static readonly SourcePenalties Standard = new SourcePenalties().OrStandard();

    public static readonly SourcePenalties Off = new() { IsEnabled = false };

    public bool? IsEnabled { get; init; }

    /// <summary>For a connection that made the server fail.</summary>
    public TimeSpan? Crash { get; init; }

    /// <summary>For going away after attempts that all failed.</summary>
    public TimeSpan? AuthFail { get; init; }

    /// <summary>For going away without an attempt.</summary>
    public TimeSpan? NoAuth { get; init; }

    /// <summary>For naming a user who is not there.</summary>
    public TimeSpan? InvalidUser { get; init; }

    /// <summary>For taking longer than LoginGraceTime.</summary>
    public TimeSpan? GraceExceeded { get; init; }

    /// <summary>For a connection that RefuseConnection closed.</summary>
    public TimeSpan? RefuseConnection { get; init; }

    /// <summary>A source's penalties add up to this at most.</summary>
    public TimeSpan? Max { get; init; }

    /// <summary>A source is refused once its penalties add up to this.</summary>
    public TimeSpan? Min { get; init; }

    /// <summary>For so many IPv4 sources penalties are kept.</summary>
    public int? MaxSources4 { get; init; }

    /// <summary>For so many IPv6 sources penalties are kept.</summary>
    public int? MaxSources6 { get; init; }

    public PenaltyOverflow? Overflow { get; init; }

    /// <summary>The same for IPv6, where it differs.</summary>
    public PenaltyOverflow? Overflow6 { get; init; }

    /// <summary>These, and of <paramref name="later"/> what these do not say.</summary>
    public SourcePenalties Or(SourcePenalties later) => new()
    {
        IsEnabled = IsEnabled ?? later.IsEnabled,
        Crash = Crash ?? later.Crash,
        AuthFail = AuthFail ?? later.AuthFail,
        NoAuth = NoAuth ?? later.NoAuth,
        InvalidUser = InvalidUser ?? later.InvalidUser,
        GraceExceeded = GraceExceeded ?? later.GraceExceeded,
        RefuseConnection = RefuseConnection ?? later.RefuseConnection,
        Max = Max ?? later.Max,
        Min = Min ?? later.Min,
        MaxSources4 = MaxSources4 ?? later.MaxSources4,
        MaxSources6 = MaxSources6 ?? later.MaxSources6,
        Overflow = Overflow ?? later.Overflow,
        Overflow6 = Overflow6 ?? later.Overflow6,
    };

    /// <summary>These, with OpenSSH's values where nothing was said.</summary>
    public SourcePenalties OrStandard() => Or(new SourcePenalties
    {
        IsEnabled = true,
        Crash = TimeSpan.FromSeconds(90),
        AuthFail = TimeSpan.FromSeconds(5),
        NoAuth = TimeSpan.FromSeconds(1),
        InvalidUser = TimeSpan.FromSeconds(5),
        GraceExceeded = TimeSpan.FromSeconds(10),
        RefuseConnection = TimeSpan.FromSeconds(10),
        Max = TimeSpan.FromMinutes(10),
        Min = TimeSpan.FromSeconds(15),
        MaxSources4 = StandardSources,
        MaxSources6 = StandardSources,
        Overflow = PenaltyOverflow.Permissive,
        Overflow6 = Overflow ?? PenaltyOverflow.Permissive,
    });
}

/// <summary>How lines of the log are written (LogFormat).</summary>
internal enum LogFormat
{
    Text,

    /// <summary>A JSON object for each line.</summary>
    Json,
}

/// <summary>Where figures are asked for (MetricsListen): an address that only this machine has, or a Unix socket.</summary>
internal sealed record MetricsPlace(EndPoint EndPoint)
{
    /// <summary>The socket's path; null for an address.</summary>
    public string? Path => EndPoint is UnixDomainSocketEndPoint ? EndPoint.ToString() : null;

    /// <summary>The same as those who listen take it.</summary>
    public SocketEndpoint SocketEndpoint => EndPoint is IPEndPoint address ? new TcpEndpoint(address.Address.ToString(), address.Port) : SocketEndpoint.AtPath(Path!);

    public static bool TryParse(string text, out MetricsPlace? place)
    {
        place = null;
        if (text.StartsWith('/')) place = text.Length <= MaxPath ? new MetricsPlace(new UnixDomainSocketEndPoint(text)) : null;
        else if (IPEndPoint.TryParse(text, out IPEndPoint? address) && address.Port > 0 && IPAddress.IsLoopback(address.Address)) place = new MetricsPlace(address);
        return place is not null;
    }

    public override string ToString() => EndPoint.ToString()!;

    // sun_path of unix(7), with the zero at its end.
    private const int MaxPath = 107;
}
