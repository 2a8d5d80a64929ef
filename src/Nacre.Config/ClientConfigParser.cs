using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nacre.Config.Files;
using Nacre.Config.Patterns;
using Nacre.Config.Shapes;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>Where a client's configuration comes from.</summary>
internal sealed record ClientConfigSource
{
    public required IConfigFiles Files { get; init; }

    public required AlgorithmNames Algorithms { get; init; }

    public required LocalIdentity Local { get; init; }

    /// <summary>The host as the command line gives it.</summary>
    public required string Host { get; init; }

    public CommandLineOptions CommandLine { get; init; } = new();

    /// <summary>The argument of -F: the one file to read, or "none" for no file at all.</summary>
    public string? ConfigFile { get; init; }

    public string SystemConfigFile { get; init; } = "/etc/ssh/ssh_config";

    /// <summary>Runs the command of Match exec and tells whether it succeeded; without it, Match exec is an error.</summary>
    public Func<string, bool>? MatchExec { get; init; }
}

/// <summary>
/// Reads a client's configuration: the command line first, then the user's file, then the system's. The first value found
/// for a keyword is the one that counts.
/// </summary>
internal sealed class ClientConfigParser : FileParsing
{
    private readonly ClientConfigSource source;
    private readonly ConfigValues values;
    private bool isActive = true;
    private bool neverMatches;
    private bool isUserFile;
    private bool isFinalPass;
    private bool wantsFinalPass;

    private ClientConfigParser(ClientConfigSource source, ConfigDiagnostics diagnostics)
        : base(ConfigRole.Client, ClientKeywords.Table, source.Files, source.Algorithms, source.Local, diagnostics)
    {
        this.source = source;
        values = new ConfigValues(ClientKeywords.Table, source.Algorithms);
    }

    protected override ConfigValues? Target => isActive ? values : null;

    private string UserDirectory => $"{Local.HomeDirectory.TrimEnd('/')}/.ssh";

    /// <summary>Reads the configuration; null when something is wrong, which <paramref name="diagnostics"/> then tells.</summary>
    public static ClientConfig? Load(ClientConfigSource source, ConfigDiagnostics diagnostics)
    {
        var parser = new ClientConfigParser(source, diagnostics);
        return parser.TryParseAll() ? parser.Finish() : null;
    }

    private bool TryParseAll()
    {
        if (!source.CommandLine.Apply(ParseOption, values))
            return false;
        if (!Destination.IsValidHost(source.Host))
            return Fatal("hostname contains invalid characters") == LineOutcome.Good;
        if (values.TryGet(ClientKeywords.User, out string? user) && !Destination.IsValidUser(user!))
            return Fatal("remote username contains invalid characters") == LineOutcome.Good;
        if (!TryParseFiles())
            return false;
        if (!wantsFinalPass)
            return true;
        isFinalPass = true;
        return TryParseFiles();
    }

    private LineOutcome ParseOption(string option)
    {
        isUserFile = true;
        return ParseLine(option, LinePlace.CommandLine, 0);
    }

    private bool TryParseFiles()
    {
        if (source.ConfigFile is { } file)
            return file.Equals("none", StringComparison.OrdinalIgnoreCase) || ParseFile(file, isUsers: true, isRequired: true, checksOwner: false);
        return ParseFile($"{UserDirectory}/config", isUsers: true, isRequired: false, checksOwner: true)
            && ParseFile(source.SystemConfigFile, isUsers: false, isRequired: false, checksOwner: false);
    }

    private bool ParseFile(string path, bool isUsers, bool isRequired, bool checksOwner)
    {
        ConfigRead read = Files.Read(path, MaxFileBytes);
        if (read.Status != ConfigReadStatus.Read)
        {
            bool isAbsent = read.Status is ConfigReadStatus.Missing or ConfigReadStatus.Denied && !isRequired;
            if (isAbsent && !isRequired)
                return true;
            return (read.Status == ConfigReadStatus.Missing
                ? Fatal($"Can't open user config file {path}: No such file or directory")
                : Unreadable(path, read.Status)) == LineOutcome.Good;
        }

        if (checksOwner && !IsSafelyOwned(path, read))
            return false;
        Diagnostics.Debug($"Reading configuration data {path}");
        isActive = true;
        neverMatches = false;
        isUserFile = isUsers;
        return ParseText(path, read.Text, 0) == LineOutcome.Good;
    }

    private bool IsSafelyOwned(string path, ConfigRead read)
    {
        bool isOthers = read.OwnerId is { } owner && owner != 0 && owner != Local.UserId;
        if (!isOthers && (read.Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0)
            return true;
        return Fatal($"Bad owner or permissions on {path}") == LineOutcome.Good;
    }

    protected override bool IgnoresUnknown(string keyword) =>
        values.TryGet(ClientKeywords.IgnoreUnknown, out string? patterns) && PatternMatcher.MatchesList(keyword, patterns!.ToLowerInvariant());

    protected override LineOutcome ParseStructural(Keyword keyword, List<string> words, LinePlace place, int depth)
    {
        if (place == LinePlace.CommandLine)
            return Fatal($"{(keyword == ClientKeywords.Include ? "Include" : "Host")} directive not supported as a command-line option");
        if (keyword == ClientKeywords.Include)
            return ParseInclude(words, place, depth);
        if (keyword == ClientKeywords.Host)
        {
            isActive = !neverMatches && MatchesHost(words);
            return LineOutcome.Good;
        }

        LineOutcome outcome = Match(words, place, out bool applies);
        isActive = applies && !neverMatches;
        return outcome;
    }

    private bool MatchesHost(List<string> patterns)
    {
        bool matches = false;
        foreach (string pattern in patterns)
        {
            bool isNegated = pattern.StartsWith('!');
            if (!PatternMatcher.Matches(source.Host, isNegated ? pattern.AsSpan(1) : pattern))
                continue;
            if (isNegated)
                return false;
            matches = true;
        }

        return matches;
    }

    private LineOutcome ParseInclude(List<string> words, LinePlace place, int depth)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith('~'))
                continue;
            if (!isUserFile || Local.ExpandTilde(words[i], out _) is not { } expanded)
                return Bad($"{place}: bad include path {words[i]}.");
            words[i] = expanded;
        }

        bool wasActive = isActive, wasNeverMatching = neverMatches;
        string directory = isUserFile ? UserDirectory : Path.GetDirectoryName(source.SystemConfigFile) ?? "/etc/ssh";
        LineOutcome outcome = Include(words, place, depth, directory, (path, text) =>
        {
            neverMatches = !wasActive;
            isActive = wasActive;
            LineOutcome result = ParseText(path, text, depth + 1);
            isActive = wasActive;
            neverMatches = wasNeverMatching;
            return result;
        });
        return outcome;
    }

    private LineOutcome Match(List<string> words, LinePlace place, out bool applies)
    {
        applies = true;
        var criteria = new MatchWords(words);
        int count = 0;
        while (criteria.TryNextName(out string name))
        {
            bool isNegated = name.StartsWith('!');
            string criterion = (isNegated ? name[1..] : name).ToLowerInvariant();
            if (criterion == "all")
            {
                if (count > 1 || !criteria.AtEnd)
                    return BadMatch(place, $"{place}: '{name}' cannot be combined with other Match attributes");
                applies &= !isNegated;
                return LineOutcome.Good;
            }

            count++;
            bool fits;
            if (criterion is "canonical" or "final")
            {
                wantsFinalPass |= criterion == "final";
                fits = isFinalPass;
            }
            else
            {
                if (!criteria.TryNextValue(out string value))
                    return BadMatch(place, $"Missing Match criteria for {name}");
                LineOutcome outcome = Judge(criterion, value, applies, place, out fits);
                if (outcome != LineOutcome.Good)
                    return outcome;
            }

            applies &= fits != isNegated;
        }

        return count > 0 ? LineOutcome.Good : BadMatch(place, "One or more attributes required for Match");
    }

    private LineOutcome Judge(string criterion, string value, bool appliesSoFar, LinePlace place, out bool fits)
    {
        fits = false;
        switch (criterion)
        {
            case "host":
                fits = PatternMatcher.MatchesHost(CurrentHost(), value);
                break;
            case "originalhost":
                fits = PatternMatcher.MatchesHost(source.Host, value);
                break;
            case "user":
                fits = PatternMatcher.MatchesList(values.Get(ClientKeywords.User) ?? Local.UserName, value);
                break;
            case "localuser":
                fits = PatternMatcher.MatchesList(Local.UserName, value);
                break;
            case "tagged":
                fits = PatternMatcher.MatchesList(values.Get(ClientKeywords.Tag) ?? "", value);
                break;
            case "exec":
                return JudgeExec(value, appliesSoFar, place, out fits);
            default:
                return BadMatch(place, $"Unsupported Match attribute {criterion}");
        }

        return LineOutcome.Good;
    }

    private LineOutcome JudgeExec(string command, bool appliesSoFar, LinePlace place, out bool fits)
    {
        fits = false;
        if (source.MatchExec is null)
            return Bad($"{place}: Match exec is not available here; remove the criterion");
        // ssh_config(5): a command is not run when an earlier criterion has already failed.
        if (!appliesSoFar)
            return LineOutcome.Good;
        if (!Expander(CurrentHost()).TryExpand(command, ClientKeywords.MatchExecTokens, out string expanded, out string error))
            return Bad($"{place}: {error}");
        fits = source.MatchExec(expanded);
        return LineOutcome.Good;
    }

    private LineOutcome BadMatch(LinePlace place, string message)
    {
        Diagnostics.Error(message);
        return Bad($"{place}: Bad Match condition");
    }

    // The host as far as it is known now: %h in Hostname is the host that was given.
    private string CurrentHost()
    {
        if (values.Get(ClientKeywords.Hostname) is not { } name)
            return source.Host;
        var given = new TokenExpander(Local, new Dictionary<char, string> { ['h'] = source.Host });
        return given.TryExpand(name, new TokenRules("h"), out string host, out _) ? host : name;
    }

    private TokenExpander Expander(string host)
    {
        string user = values.Get(ClientKeywords.User) ?? Local.UserName;
        string port = values.Get(ClientKeywords.Port).ToString(CultureInfo.InvariantCulture);
        string jump = values.Get(ClientKeywords.ProxyJump) is { } machines and not "none" ? machines : "";
        // ssh_config(5): "%C Hash of %l%h%p%r%j".
#pragma warning disable CA5350 // It is a name for a socket, not a protection, and must be the one that OpenSSH gives.
        byte[] hash = SHA1.HashData(Encoding.UTF8.GetBytes(Local.HostName + host + port + user + jump));
#pragma warning restore CA5350
        return new TokenExpander(Local, new Dictionary<char, string>
        {
            ['C'] = Convert.ToHexStringLower(hash),
            ['L'] = Local.ShortHostName,
            ['d'] = Local.HomeDirectory,
            ['h'] = host,
            ['i'] = Local.UserId.ToString(CultureInfo.InvariantCulture),
            ['j'] = jump,
            ['k'] = values.Get(ClientKeywords.HostKeyAlias) ?? source.Host,
            ['l'] = Local.HostName,
            ['n'] = source.Host,
            ['p'] = port,
            ['r'] = user,
            ['u'] = Local.UserName,
        });
    }

    private ClientConfig? Finish()
    {
        var given = new TokenExpander(Local, new Dictionary<char, string> { ['h'] = source.Host });
        if (!ClientKeywords.Hostname.TryExpand(values, given, out string error))
            return Fail(error);
        string host = values.Get(ClientKeywords.Hostname) ?? source.Host;
        // An address, or one with a zone after %, is no name whose case does not matter.
        if (!host.Contains('%', StringComparison.Ordinal) && !AddressPattern.TryParseAddress(host, out _))
            host = host.ToLowerInvariant();
        if (!Destination.IsValidHost(host))
            return Fail($"{values.OriginOf(ClientKeywords.Hostname)}: hostname contains invalid characters");
        if (values.Get(ClientKeywords.ConnectionAttempts) <= 0)
            return Fail("Invalid number of ConnectionAttempts");
        values.Set(ClientKeywords.Hostname, host, values.OriginOf(ClientKeywords.Hostname));
        if (!TryExpandUser(host, out error))
            return Fail(error);
        if (values.TryGet(ClientKeywords.HostKeyAlias, out string? alias))
            values.Set(ClientKeywords.HostKeyAlias, alias!.ToLowerInvariant(), values.OriginOf(ClientKeywords.HostKeyAlias));
        if (!values.Has(ClientKeywords.UpdateHostKeys) && !IsLookedUpAsUsual)
            values.Set(ClientKeywords.UpdateHostKeys, AskChoice.No, "");
        if (values.Get(ClientKeywords.ClearAllForwardings))
        {
            values.Set(ClientKeywords.LocalForward, [], "");
            values.Set(ClientKeywords.RemoteForward, [], "");
            values.Set(ClientKeywords.DynamicForward, [], "");
        }

        TokenExpander expander = Expander(host);
        return TryExpandAll(expander, out ConfigValues? expanded, out error)
            ? new ClientConfig(source.Host, Local, shown: values, expanded!, expander) { ConfigFile = source.ConfigFile }
            : Fail(error);
    }

    // ssh_config(5): "UpdateHostKeys is enabled by default if the user has not overridden the default UserKnownHostsFile
    // setting and has not enabled VerifyHostKeyDNS".
    private bool IsLookedUpAsUsual => values.Get(ClientKeywords.VerifyHostKeyDNS) == AskChoice.No
        && (!values.IsSet(ClientKeywords.UserKnownHostsFile) || values.Get(ClientKeywords.UserKnownHostsFile) is ["~/.ssh/known_hosts"]);

    // A name that was made of tokens and variables must be one that could have been typed.
    private bool TryExpandUser(string host, out string error)
    {
        error = "";
        if (!values.TryGet(ClientKeywords.User, out string? written))
        {
            values.Set(ClientKeywords.User, Local.UserName, "");
            return true;
        }

        if (!ClientKeywords.User.TryExpand(values, Expander(host), out error))
            return false;
        string user = values.Get(ClientKeywords.User)!;
        if (user != written && !Destination.IsValidUser(user))
            error = $"{values.OriginOf(ClientKeywords.User)}: remote username contains invalid characters";
        return error.Length == 0;
    }

    private bool TryExpandAll(TokenExpander expander, out ConfigValues? expanded, out string error)
    {
        error = "";
        expanded = null;
        foreach (Keyword keyword in ClientKeywords.Table.All.Where(static k => k.Tokens is { ShownExpanded: true } && k != ClientKeywords.Hostname && k != ClientKeywords.User))
        {
            if (!keyword.TryExpand(values, expander, out error))
                return false;
        }

        expanded = values.Copy();
        foreach (Keyword keyword in ClientKeywords.Table.All.Where(static k => k.Tokens is { ShownExpanded: false, LateLetters: "" }))
        {
            if (!keyword.TryExpand(expanded, expander, out error))
                return false;
        }

        if (expanded.Get(ClientKeywords.ProxyJump) is { } jump and not "none" && !JumpHosts.TryParse(jump, out _))
            error = $"{values.OriginOf(ClientKeywords.ProxyJump)}: Invalid ProxyJump \"{jump}\"";
        return error.Length == 0;
    }

    private ClientConfig? Fail(string message)
    {
        Diagnostics.Error(message);
        return null;
    }
}
