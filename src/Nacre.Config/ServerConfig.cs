using System.Globalization;
using Nacre.Config.Patterns;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Config;

/// <summary>
/// What a server's configuration says, with every default filled in: at first for the daemon, and by
/// <see cref="ForConnection"/> for one connection.
/// </summary>
/// <remarks>Each property's meaning is in the manual line of the keyword that it is named after.</remarks>
internal sealed class ServerConfig(ConfigValues values, IReadOnlyList<MatchBlock> blocks)
{
    /// <summary>Whether any Match block could change what is said here.</summary>
    public bool HasMatchBlocks => blocks.Count > 0;

    public IReadOnlyList<int> Ports => values.Get(ServerKeywords.Port)!;

    public AddressFamilyChoice AddressFamily => values.Get(ServerKeywords.AddressFamily);

    /// <summary>The addresses that are named to listen on, some perhaps by names that must be looked up.</summary>
    public IReadOnlyList<ListenAddress> NamedAddresses => values.Get(ServerKeywords.ListenAddress) ?? [];

    /// <summary>The same configuration with other addresses to listen on.</summary>
    public ServerConfig ListeningOn(IReadOnlyList<ListenAddress> addresses)
    {
        ConfigValues changed = values.Copy();
        changed.Set(ServerKeywords.ListenAddress, addresses, values.OriginOf(ServerKeywords.ListenAddress));
        return new ServerConfig(changed, blocks);
    }

    /// <summary>Every address and port to listen on, in order; the wildcard addresses when none is named.</summary>
    public IReadOnlyList<ListenAddress> ListenEndpoints
    {
        get
        {
            if (NamedAddresses is { Count: > 0 } named)
                return [.. named.SelectMany(a => a.Port is null ? Ports.Select(port => a with { Port = port }) : [a])];
            string[] any = AddressFamily switch
            {
                AddressFamilyChoice.Inet => ["0.0.0.0"],
                AddressFamilyChoice.Inet6 => ["::"],
                _ => ["::", "0.0.0.0"],
            };
            return [.. any.SelectMany(host => Ports.Select(port => new ListenAddress(host, port)))];
        }
    }

    public bool UsePam => values.Get(ServerKeywords.UsePAM);

    public string PamServiceName => values.Get(ServerKeywords.PAMServiceName)!;

    /// <summary>Zero for no limit.</summary>
    public TimeSpan LoginGraceTime => values.Get(ServerKeywords.LoginGraceTime) ?? TimeSpan.Zero;

    public int MaxAuthTries => values.Get(ServerKeywords.MaxAuthTries);

    public IpQos IPQoS => values.Get(ServerKeywords.IPQoS);

    public IReadOnlyList<ChannelTimeout> ChannelTimeout => values.Get(ServerKeywords.ChannelTimeout)!;

    public int MaxSessions => values.Get(ServerKeywords.MaxSessions);

    /// <summary>Zero for never.</summary>
    public TimeSpan UnusedConnectionTimeout => values.Get(ServerKeywords.UnusedConnectionTimeout) ?? TimeSpan.Zero;

    /// <summary>Zero for never.</summary>
    public TimeSpan ClientAliveInterval => values.Get(ServerKeywords.ClientAliveInterval) ?? TimeSpan.Zero;

    public int ClientAliveCountMax => values.Get(ServerKeywords.ClientAliveCountMax);

    public int RequiredRsaSize => values.Get(ServerKeywords.RequiredRSASize);

    public RootLogin PermitRootLogin => values.Get(ServerKeywords.PermitRootLogin);

    public IgnoreRhosts IgnoreRhosts => values.Get(ServerKeywords.IgnoreRhosts);

    public bool IgnoreUserKnownHosts => values.Get(ServerKeywords.IgnoreUserKnownHosts);

    public bool HostbasedAuthentication => values.Get(ServerKeywords.HostbasedAuthentication);

    public bool HostbasedUsesNameFromPacketOnly => values.Get(ServerKeywords.HostbasedUsesNameFromPacketOnly);

    public IReadOnlyList<string> HostbasedAcceptedAlgorithms => values.Get(ServerKeywords.HostbasedAcceptedAlgorithms)!;

    public bool PubkeyAuthentication => values.Get(ServerKeywords.PubkeyAuthentication);

    public bool PasswordAuthentication => values.Get(ServerKeywords.PasswordAuthentication);

    public bool KbdInteractiveAuthentication => values.Get(ServerKeywords.KbdInteractiveAuthentication);

    public bool PrintMotd => values.Get(ServerKeywords.PrintMotd);

    public bool PrintLastLog => values.Get(ServerKeywords.PrintLastLog);

    public bool PermitTty => values.Get(ServerKeywords.PermitTTY);

    public bool PermitUserRc => values.Get(ServerKeywords.PermitUserRC);

    public UserEnvironment PermitUserEnvironment => values.Get(ServerKeywords.PermitUserEnvironment)!;

    public bool ExposeAuthInfo => values.Get(ServerKeywords.ExposeAuthInfo);

    public bool RefuseConnection => values.Get(ServerKeywords.RefuseConnection);

    public bool StrictModes => values.Get(ServerKeywords.StrictModes);

    public bool TcpKeepAlive => values.Get(ServerKeywords.TCPKeepAlive);

    public bool PermitEmptyPasswords => values.Get(ServerKeywords.PermitEmptyPasswords);

    public bool Compression => values.Get(ServerKeywords.Compression);

    public GatewayPortsChoice GatewayPorts => values.Get(ServerKeywords.GatewayPorts);

    public bool UseDns => values.Get(ServerKeywords.UseDNS);

    /// <summary>Which TCP forwarding is allowed, DisableForwarding taken into account.</summary>
    public ForwardingPermission AllowTcpForwarding =>
        DisableForwarding ? ForwardingPermission.No : values.Get(ServerKeywords.AllowTcpForwarding);

    /// <summary>Which forwarding of Unix sockets is allowed, DisableForwarding taken into account.</summary>
    public ForwardingPermission AllowStreamLocalForwarding =>
        DisableForwarding ? ForwardingPermission.No : values.Get(ServerKeywords.AllowStreamLocalForwarding);

    public UnixFileMode StreamLocalBindMask => values.Get(ServerKeywords.StreamLocalBindMask);

    public bool StreamLocalBindUnlink => values.Get(ServerKeywords.StreamLocalBindUnlink);

    public bool DisableForwarding => values.Get(ServerKeywords.DisableForwarding);

    public bool AllowAgentForwarding => values.Get(ServerKeywords.AllowAgentForwarding);

    public bool X11Forwarding => values.Get(ServerKeywords.X11Forwarding);

    public int X11DisplayOffset => values.Get(ServerKeywords.X11DisplayOffset);

    public bool X11UseLocalhost => values.Get(ServerKeywords.X11UseLocalhost);

    /// <summary>The full name of xauth, or null for none.</summary>
    public string? XAuthLocation => NotNone(values.Get(ServerKeywords.XAuthLocation));

    /// <summary>Which network interfaces may be made, DisableForwarding taken into account.</summary>
    public TunnelChoice PermitTunnel => DisableForwarding ? TunnelChoice.No : values.Get(ServerKeywords.PermitTunnel);

    public EndpointPermissions PermitOpen => values.Get(ServerKeywords.PermitOpen)!;

    public EndpointPermissions PermitListen => values.Get(ServerKeywords.PermitListen)!;

    /// <summary>Null for no file.</summary>
    public string? PidFile => NotNone(values.Get(ServerKeywords.PidFile));

    /// <summary>The file of groups for Diffie-Hellman group exchange, or null.</summary>
    public string? ModuliFile => NotNone(values.Get(ServerKeywords.ModuliFile));

    /// <summary>The file of the banner, or null.</summary>
    public string? Banner => NotNone(values.Get(ServerKeywords.Banner));

    public string? ForceCommand => NotNone(values.Get(ServerKeywords.ForceCommand));

    /// <summary>The file of the authorities' keys, or null.</summary>
    public string? TrustedUserCAKeys => NotNone(values.Get(ServerKeywords.TrustedUserCAKeys));

    /// <summary>The files of the keys that are refused.</summary>
    public IReadOnlyList<string> RevokedKeys => values.Get(ServerKeywords.RevokedKeys)!;

    /// <summary>The command with its arguments and their tokens, or null.</summary>
    public string? AuthorizedKeysCommand => NotNone(values.Get(ServerKeywords.AuthorizedKeysCommand));

    public string? AuthorizedKeysCommandUser => NotNone(values.Get(ServerKeywords.AuthorizedKeysCommandUser));

    /// <summary>The command with its arguments and their tokens, or null.</summary>
    public string? AuthorizedPrincipalsCommand => NotNone(values.Get(ServerKeywords.AuthorizedPrincipalsCommand));

    public string? AuthorizedPrincipalsCommandUser => NotNone(values.Get(ServerKeywords.AuthorizedPrincipalsCommandUser));

    public PubkeyRequirements PubkeyAuthOptions => values.Get(ServerKeywords.PubkeyAuthOptions);

    /// <summary>The agent's socket, or SSH_AUTH_SOCK for the one that this variable names, or null.</summary>
    public string? HostKeyAgent => NotNone(values.Get(ServerKeywords.HostKeyAgent));

    /// <summary>The path of the library that speaks to security keys, or internal for none.</summary>
    public string SecurityKeyProvider => values.Get(ServerKeywords.SecurityKeyProvider)!;

    public FingerprintHash FingerprintHash => values.Get(ServerKeywords.FingerprintHash);

    public IReadOnlyList<string> CASignatureAlgorithms => values.Get(ServerKeywords.CASignatureAlgorithms)!;

    /// <summary>The files of the host keys' certificates.</summary>
    public IReadOnlyList<string> HostCertificates => values.Get(ServerKeywords.HostCertificate)!;

    public string? VersionAddendum => NotNone(values.Get(ServerKeywords.VersionAddendum));

    public IReadOnlyList<string> Ciphers => values.Get(ServerKeywords.Ciphers)!;

    public IReadOnlyList<string> Macs => values.Get(ServerKeywords.MACs)!;

    public IReadOnlyList<string> KexAlgorithms => values.Get(ServerKeywords.KexAlgorithms)!;

    public IReadOnlyList<string> HostKeyAlgorithms => values.Get(ServerKeywords.HostKeyAlgorithms)!;

    public IReadOnlyList<string> PubkeyAcceptedAlgorithms => values.Get(ServerKeywords.PubkeyAcceptedAlgorithms)!;

    public LogLevel LogLevel => values.Get(ServerKeywords.LogLevel);

    public IReadOnlyList<string> LogVerbose => values.Get(ServerKeywords.LogVerbose)!;

    /// <summary>Where figures are asked for; null for nowhere.</summary>
    public MetricsPlace? MetricsListen => MetricsPlace.TryParse(values.Get(ServerKeywords.MetricsListen) ?? "", out MetricsPlace? place) ? place : null;

    public LogFormat LogFormat => values.Get(ServerKeywords.LogFormat) ?? Values.LogFormat.Text;

    public LogFacility SyslogFacility => values.Get(ServerKeywords.SyslogFacility);

    /// <summary>The files of the host keys.</summary>
    public IReadOnlyList<string> HostKeys => values.Get(ServerKeywords.HostKey)!;

    /// <summary>Whether the host keys were named; one of the defaults may be missing.</summary>
    public bool HasOwnHostKeys => values.IsSet(ServerKeywords.HostKey);

    public IReadOnlyList<string> AllowUsers => values.Get(ServerKeywords.AllowUsers)!;

    public IReadOnlyList<string> DenyUsers => values.Get(ServerKeywords.DenyUsers)!;

    public IReadOnlyList<string> AllowGroups => values.Get(ServerKeywords.AllowGroups)!;

    public IReadOnlyList<string> DenyGroups => values.Get(ServerKeywords.DenyGroups)!;

    public IReadOnlyList<string> AcceptEnv => values.Get(ServerKeywords.AcceptEnv)!;

    public IReadOnlyList<EnvironmentSetting> SetEnv => values.Get(ServerKeywords.SetEnv)!;

    /// <summary>Lists of methods of which one list must be completed; none when any one method will do.</summary>
    public IReadOnlyList<IReadOnlyList<string>> AuthenticationMethods =>
        values.Get(ServerKeywords.AuthenticationMethods) is { } lists and not ["any"] ? [.. lists.Select(list => list.Split(','))] : [];

    public IReadOnlyList<SubsystemCommand> Subsystems => values.Get(ServerKeywords.Subsystem)!;

    public MaxStartups MaxStartups => values.Get(ServerKeywords.MaxStartups);

    /// <summary>Null for no limit.</summary>
    public int? PerSourceMaxStartups => values.Get(ServerKeywords.PerSourceMaxStartups) is var most and not Shapes.LimitShape.None ? most : null;

    public NetBlockSize PerSourceNetBlockSize => values.Get(ServerKeywords.PerSourceNetBlockSize);

    /// <summary>Every value is there.</summary>
    public SourcePenalties PerSourcePenalties => values.Get(ServerKeywords.PerSourcePenalties)!.OrStandard();

    /// <summary>A list of addresses and networks, or null.</summary>
    public string? PerSourcePenaltyExemptList => NotNone(values.Get(ServerKeywords.PerSourcePenaltyExemptList));

    public RekeyLimit RekeyLimit => values.Get(ServerKeywords.RekeyLimit);

    /// <summary>
    /// The configuration for one connection: the first value that a fitting Match block gives comes before what stands
    /// outside of them.
    /// </summary>
    /// <param name="connection">What is known so far; asked again when the user's name is.</param>
    /// <param name="diagnostics">Gets an error for each Match that a test connection (-C) leaves open.</param>
    public ServerConfig ForConnection(MatchCriteria connection, ConfigDiagnostics? diagnostics = null)
    {
        diagnostics ??= new ConfigDiagnostics();
        ConfigValues? matched = null;
        foreach (MatchBlock block in blocks)
        {
            if (!block.AppliesTo(connection, diagnostics))
                continue;
            if (matched is null)
                matched = block.Values.Copy();
            else
                matched.Merge(block.Values);
        }

        return new ServerConfig(matched is null ? values : values.OverlaidBy(matched), []);
    }

    /// <summary>
    /// The files with the keys of a user, as absolute paths. A name that could lead elsewhere (with a slash, "..", NUL) has
    /// none, so that what a peer calls itself never chooses a path.
    /// </summary>
    public IReadOnlyList<string> AuthorizedKeysFilesOf(string userName, uint userId, string homeDirectory) =>
        [.. values.Get(ServerKeywords.AuthorizedKeysFile)!.Select(file => PathOf(file, userName, userId, homeDirectory)).OfType<string>()];

    /// <summary>The file with the principals that may log in as a user, as an absolute path; null where there is none, as for the keys.</summary>
    public string? AuthorizedPrincipalsFileOf(string userName, uint userId, string homeDirectory) =>
        PathOf(values.Get(ServerKeywords.AuthorizedPrincipalsFile)!, userName, userId, homeDirectory);

    /// <summary>The directory that is a user's root, with its tokens expanded; null where there is none, as for the keys.</summary>
    /// <param name="userName">The user.</param>
    /// <param name="userId">Their number.</param>
    /// <param name="homeDirectory">Their home.</param>
    /// <param name="isWanted">True when the configuration asks for one: then a null must not let the user in.</param>
    public string? ChrootDirectoryOf(string userName, uint userId, string homeDirectory, out bool isWanted)
    {
        string directory = values.Get(ServerKeywords.ChrootDirectory)!;
        isWanted = NotNone(directory) is not null;
        return Expanded(directory, userName, userId, homeDirectory);
    }

    private static string? PathOf(string file, string userName, uint userId, string homeDirectory)
    {
        if (Expanded(file, userName, userId, homeDirectory) is not { } path)
            return null;
        return path.StartsWith('/') ? path : $"{homeDirectory.TrimEnd('/')}/{path}";
    }

    private static string? Expanded(string file, string userName, uint userId, string homeDirectory)
    {
        if (userName is "" or "." or ".." || userName.AsSpan().ContainsAny('/', '\0') || NotNone(file) is null)
            return null;
        var expander = new TokenExpander(new LocalIdentity { UserName = userName, HomeDirectory = homeDirectory, UserId = userId, HostName = "" },
            new Dictionary<char, string>
            {
                ['h'] = homeDirectory,
                ['U'] = userId.ToString(CultureInfo.InvariantCulture),
                ['u'] = userName,
            });
        return expander.TryExpand(file, ServerKeywords.AuthorizedKeysFile.Tokens!, out string path, out _) ? path : null;
    }

    /// <summary>Whether AllowUsers, DenyUsers, AllowGroups and DenyGroups let a user in, with the line to log when they do not.</summary>
    /// <param name="user">The user.</param>
    /// <param name="groupsOf">Looks up the user's groups, where they count.</param>
    /// <param name="host">Where the user comes from, by name.</param>
    /// <param name="address">The same as an address.</param>
    /// <param name="reason">The line.</param>
    public bool AllowsUser(string user, Func<IReadOnlyList<string>> groupsOf, string host, string address, out string reason)
    {
        reason = "";
        if (DenyUsers.Any(pattern => MatchesUser(pattern, user, host, address)))
            reason = $"User {user} from {host} not allowed because listed in DenyUsers";
        else if (AllowUsers.Count > 0 && !AllowUsers.Any(pattern => MatchesUser(pattern, user, host, address)))
            reason = $"User {user} from {host} not allowed because not listed in AllowUsers";
        else if (DenyGroups.Count > 0 && groupsOf().Any(group => Judge(group, DenyGroups)))
            reason = $"User {user} from {host} not allowed because a group is listed in DenyGroups";
        else if (AllowGroups.Count > 0 && !groupsOf().Any(group => Judge(group, AllowGroups)))
            reason = $"User {user} from {host} not allowed because none of user's groups are listed in AllowGroups";
        return reason.Length == 0;
    }

    /// <summary>The lines that sshd -T prints.</summary>
    public IEnumerable<string> Dump()
    {
        foreach (Keyword keyword in ServerKeywords.Table.All)
        {
            if (keyword != ServerKeywords.ListenAddress)
            {
                foreach (string line in keyword.Dump(values))
                    yield return line;
                continue;
            }

            foreach (ListenAddress address in ListenEndpoints)
                yield return $"listenaddress {address}";
        }
    }

    /// <summary>
    /// What this configuration says, in a text that <see cref="ServerConfigParser.ReadBack"/> makes the same configuration of: the lines of
    /// the dump with quotes where they are needed, without those that nobody has said. What Match blocks say is in it only where
    /// <see cref="ForConnection"/> has chosen among them.
    /// </summary>
    public string ToText() => string.Concat(ServerKeywords.Table.All.SelectMany(keyword => keyword.Write(values)).Select(static line => line + "\n"));

    private static bool Judge(string name, IReadOnlyList<string> patterns) =>
        patterns.Any(pattern => PatternMatcher.Matches(name, pattern));

    // user@host asks for both; the host may be a name, an address or a network.
    private static bool MatchesUser(string pattern, string user, string host, string address)
    {
        int at = pattern.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
            return PatternMatcher.Matches(user, pattern);
        string places = pattern[(at + 1)..];
        if (!PatternMatcher.Matches(user, pattern.AsSpan(0, at)) || !AddressPattern.TryJudge(address, places, out int verdict) || verdict < 0)
            return false;
        int named = PatternMatcher.Judge(host.ToLowerInvariant(), places.ToLowerInvariant());
        return named >= 0 && (verdict > 0 || named > 0);
    }

    private static string? NotNone(string? text) => text is null || text.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : text;
}
