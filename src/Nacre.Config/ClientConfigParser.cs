using System.Net;
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

    /// <summary>The resolver for canonical host names; without it no name is looked up.</summary>
    public IHostLookup? Lookup { get; init; }

    /// <summary>The addresses of this machine's interfaces that are up, for Match localnetwork.</summary>
    public Func<IReadOnlyList<IPAddress>> LocalAddresses { get; init; } = static () => [];

    /// <summary>What Match version is held against.</summary>
    public string ProgramVersion { get; init; } = "";
}

/// <summary>
/// Reads a client's configuration: the command line first, then the user's file, then the system's. The first value found
/// for a keyword is the one that counts.
/// </summary>
internal sealed class ClientConfigParser : FileParsing
{
    private readonly ClientConfigSource source;
    private readonly ConfigValues values;
    private readonly ClientMatch match;
    private bool isActive = true;
    private bool neverMatches;
    private bool isUserFile;

    private ClientConfigParser(ClientConfigSource source, ConfigDiagnostics diagnostics)
        : base(ConfigRole.Client, ClientKeywords.Table, source.Files, source.Algorithms, source.Local, diagnostics)
    {
        this.source = source;
        values = new ConfigValues(ClientKeywords.Table, source.Algorithms);
        match = new ClientMatch(source, values, diagnostics);
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
        if (!TryParseFiles() || !TrySetHost())
            return false;
        if (!match.WantsFinalPass && values.Get(ClientKeywords.CanonicalizeHostname) == CanonicalizeChoice.No)
            return true;
        Diagnostics.Debug("re-parsing configuration");
        match.IsFinalPass = true;
        return TryParseFiles();
    }

    // The name to connect to: %h in Hostname is the host that was given; then it is made canonical.
    private bool TrySetHost()
    {
        if (!ClientKeywords.Hostname.TryExpand(values, ClientTokens.ForHostname(source), out string error))
            return Fatal(error) == LineOutcome.Good;
        string host = values.Get(ClientKeywords.Hostname) ?? source.Host;
        if (!TryCheckHost(host))
            return false;
        // A zone after % is a name whose case matters.
        if (!host.Contains('%', StringComparison.Ordinal))
            host = host.ToLowerInvariant();
        if (!new HostCanonicalizer(values, source.Lookup, Diagnostics).TryCanonicalize(ref host) || !TryCheckHost(host))
            return false;
        values.Set(ClientKeywords.Hostname, host, values.OriginOf(ClientKeywords.Hostname));
        return true;
    }

    private bool TryCheckHost(string host)
    {
        string origin = values.OriginOf(ClientKeywords.Hostname);
        return Destination.IsValidHost(host)
            || Fatal($"{(origin.Length > 0 ? origin + ": " : "")}hostname contains invalid characters") == LineOutcome.Good;
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

        LineOutcome outcome = match.Judge(words, place, out bool applies);
        isActive = applies && !neverMatches;
        return outcome;
    }

    private bool MatchesHost(List<string> patterns)
    {
        bool matches = false;
        // ssh_config(5): the host is the one on the command line, or in the second pass the canonical one.
        string host = match.IsFinalPass ? match.CurrentHost : source.Host;
        foreach (string pattern in patterns)
        {
            bool isNegated = pattern.StartsWith('!');
            if (!PatternMatcher.Matches(host, isNegated ? pattern.AsSpan(1) : pattern))
                continue;
            if (isNegated)
                return false;
            matches = true;
        }

        return matches;
    }

    private LineOutcome ParseInclude(List<string> words, LinePlace place, int depth)
    {
        TokenExpander expander = ClientTokens.For(source, values, match.CurrentHost);
        for (int i = 0; i < words.Count; i++)
        {
            string written = words[i];
            if (written.StartsWith('~') && !isUserFile)
                return Bad($"{place}: bad include path {written}.");
            if (!expander.TryExpand(written, ClientKeywords.IncludeTokens, out string expanded, out string error))
                return Bad($"{place}: bad include path {written}: {error}");
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

    private ClientConfig? Finish()
    {
        if (values.Get(ClientKeywords.ConnectionAttempts) <= 0)
            return Fail("Invalid number of ConnectionAttempts");
        string host = values.Get(ClientKeywords.Hostname)!;
        if (!TryExpandUser(host, out string error))
            return Fail(error);
        if (values.TryGet(ClientKeywords.HostKeyAlias, out string? alias))
            values.Set(ClientKeywords.HostKeyAlias, alias!.ToLowerInvariant(), values.OriginOf(ClientKeywords.HostKeyAlias));
        if (!values.Has(ClientKeywords.UpdateHostKeys) && !IsLookedUpAsUsual)
            values.Set(ClientKeywords.UpdateHostKeys, AskChoice.No, "");
        source.CommandLine.ApplyFallbacks(values);
        if (values.Get(ClientKeywords.ClearAllForwardings))
        {
            values.Set(ClientKeywords.LocalForward, [], "");
            values.Set(ClientKeywords.RemoteForward, [], "");
            values.Set(ClientKeywords.DynamicForward, [], "");
            values.Set(ClientKeywords.Tunnel, TunnelChoice.No, "");
        }

        TokenExpander expander = ClientTokens.For(source, values, host);
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

        if (!ClientKeywords.User.TryExpand(values, ClientTokens.For(source, values, host), out error))
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
