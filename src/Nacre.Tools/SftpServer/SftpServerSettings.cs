using Nacre.Config.Shapes;
using Nacre.Config.Values;

namespace Nacre.Tools.SftpServer;

/// <summary>What the command line of sftp-server, or the words after internal-sftp, ask for.</summary>
internal sealed record SftpServerSettings
{
    /// <summary>The flags; the same for both.</summary>
    public static readonly FlagTable Flags = new(
        "sftp-server",
        [new("", "ehRdflPpu"), new("Q", "")],
        new('d', "start_directory", "Start here and not in the home directory: %d is the home, %u the user's name, %U their number, %% a percent sign."),
        new('e', null, "Log to standard error."),
        new('f', "log_facility", "The facility of syslog to log to (AUTH)."),
        new('h', null, "Print the usage and exit."),
        new('l', "log_level", "How much to log: QUIET, FATAL, ERROR, INFO, VERBOSE, DEBUG, DEBUG1, DEBUG2 or DEBUG3 (ERROR)."),
        new('P', "denied_requests", "Refuse these requests: names as -Q requests lists them, with commas between."),
        new('p', "allowed_requests", "Refuse all requests but these."),
        new('Q', "protocol_feature", "List a feature of the protocol: requests."),
        new('R', null, "Refuse whatever changes anything."),
        new('u', "umask", "The umask, in octal."));

    private const uint LargestUmask = 0x1ff;

    /// <summary>Where the session starts, with its tokens; null for where it is.</summary>
    public string? StartDirectory { get; private init; }

    public bool LogsToStandardError { get; private init; }

    public LogFacility Facility { get; private init; } = LogFacility.Auth;

    public LogLevel Level { get; private init; } = LogLevel.Error;

    public IReadOnlyCollection<string>? AllowedRequests { get; private init; }

    public IReadOnlyCollection<string>? DeniedRequests { get; private init; }

    public bool IsReadOnly { get; private init; }

    public uint? Umask { get; private init; }

    /// <summary>True when the requests are to be listed, and nothing else.</summary>
    public bool ListsRequests { get; private init; }

    /// <summary>Reads the arguments. Operands are passed over, as OpenSSH's server does: scp -D gives it those that ssh would have.</summary>
    /// <exception cref="UsageException">There is a flag that is none.</exception>
    /// <exception cref="FatalException">A flag's value makes no sense.</exception>
    public static SftpServerSettings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new SftpServerSettings();
        var reader = new FlagReader(Flags, arguments);
        while (reader.TryRead(out FlagUse use) && !settings.ListsRequests) settings = settings.With(use);
        return settings;
    }

    private SftpServerSettings With(FlagUse use) => use.Letter switch
    {
        'd' => this with { StartDirectory = use.Value },
        'e' => this with { LogsToStandardError = true },
        'f' => this with { Facility = Choices.LogFacility.TryFind(use.Value, out LogFacility facility) ? facility : throw new FatalException($"Invalid log facility \"{use.Value}\"", status: 1) },
        'l' => this with { Level = Choices.LogLevel.TryFind(use.Value, out LogLevel level) ? level : throw new FatalException($"Invalid log level \"{use.Value}\"", status: 1) },
        'P' => this with { DeniedRequests = DeniedRequests is null ? use.Value.Split(',') : throw new FatalException("Refused requests already set") },
        'p' => this with { AllowedRequests = AllowedRequests is null ? use.Value.Split(',') : throw new FatalException("Permitted requests already set") },
        'Q' => this with { ListsRequests = use.Value.Equals("requests", StringComparison.OrdinalIgnoreCase) ? true : throw new FatalException("Invalid query type", status: 1) },
        'R' => this with { IsReadOnly = true },
        'u' => this with { Umask = MaskOf(use.Value) },
        _ => throw new UsageException(),
    };

    private static uint MaskOf(string octal)
    {
        const int mostDigits = 8;
        bool isOctal = octal.Length is > 0 and <= mostDigits && !octal.AsSpan().ContainsAnyExceptInRange('0', '7');
        return isOctal && Convert.ToUInt32(octal, 8) is <= LargestUmask and var mask ? mask : throw new FatalException($"Invalid umask \"{octal}\"");
    }
}
