using Nacre.Config.Shapes;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Config;

/// <summary>The keywords of sshd_config, in the order in which sshd -T prints them.</summary>
internal static class ServerKeywords
{
    private static readonly KeywordTable Declared = new();

    public static readonly BareKeyword Match = Declared.Add(new BareKeyword("Match", "criterion [pattern] ... | all")
    {
        Status = KeywordStatus.Structural,
        IsAllowedInMatch = true,
        Manual = "The lines up to the next Match override those before it for connections that all criteria fit: User, Group, Host, Address, LocalAddress, LocalPort, RDomain, Version, Invalid-User.",
    });

    public static readonly BareKeyword Include = Declared.Add(new BareKeyword("Include", "file ...")
    {
        Status = KeywordStatus.Structural,
        IsAllowedInMatch = true,
        Manual = "Reads other files in this place; * ? [] find several, and relative names start in /etc/ssh.",
    });

    public static readonly Keyword<IReadOnlyList<int>> Port = Declared.Add(new Keyword<IReadOnlyList<int>>("Port", Lists.Ports)
    { Default = [22], Manual = "A port to listen on; lines add to each other." });

    public static readonly Keyword<AddressFamilyChoice> AddressFamily = Declared.Add(new Keyword<AddressFamilyChoice>("AddressFamily", Choices.AddressFamily)
    { Manual = "Which IP versions to listen on." });

    public static readonly Keyword<IReadOnlyList<ListenAddress>> ListenAddress = Declared.Add(new Keyword<IReadOnlyList<ListenAddress>>("ListenAddress", Lists.Addresses)
    { Manual = "An address to listen on, on every Port unless it names one; by default all addresses." });

    public static readonly Keyword<bool> UsePAM = Declared.Add(new Keyword<bool>("UsePAM", Choices.Flag)
    { Manual = "Let PAM check passwords and accounts." });

    public static readonly Keyword<string> PAMServiceName = Declared.Add(new Keyword<string>("PAMServiceName", new TextShape("name") { Missing = "missing argument." })
    { Default = "sshd", Manual = "The name of the service that PAM is asked for." });

    public static readonly Keyword<TimeSpan?> LoginGraceTime = Declared.Add(new Keyword<TimeSpan?>("LoginGraceTime", new TimeShape())
    { Default = TimeSpan.FromSeconds(120), Manual = "How long a login may take; 0 for no limit." });

    public static readonly Keyword<int> X11DisplayOffset = Declared.Add(new Keyword<int>("X11DisplayOffset", new NumberShape())
    { IsAllowedInMatch = true, Default = 10, Manual = "The first X11 display number that sessions may get; those below are left to X servers." });

    public static readonly Keyword<int> MaxAuthTries = Declared.Add(new Keyword<int>("MaxAuthTries", new NumberShape())
    { IsAllowedInMatch = true, Default = 6, Manual = "How many attempts to authenticate a connection has." });

    public static readonly Keyword<int> MaxSessions = Declared.Add(new Keyword<int>("MaxSessions", new NumberShape())
    { IsAllowedInMatch = true, Default = 10, Manual = "How many sessions a connection may have open at once; 0 leaves forwarding only." });

    public static readonly Keyword<TimeSpan?> ClientAliveInterval = Declared.Add(new Keyword<TimeSpan?>("ClientAliveInterval", new TimeShape())
    { IsAllowedInMatch = true, Default = TimeSpan.Zero, Manual = "Silence after which the client is asked whether it is still there; 0 for never." });

    public static readonly Keyword<int> ClientAliveCountMax = Declared.Add(new Keyword<int>("ClientAliveCountMax", new NumberShape())
    { IsAllowedInMatch = true, Default = 3, Manual = "How many such questions may stay unanswered before the connection is closed." });

    public static readonly Keyword<int> RequiredRSASize = Declared.Add(new Keyword<int>("RequiredRSASize", new NumberShape())
    { IsAllowedInMatch = true, Default = 1024, Manual = "The fewest bits that a user's RSA key may have." });

    public static readonly Keyword<UnixFileMode> StreamLocalBindMask = Declared.Add(new Keyword<UnixFileMode>("StreamLocalBindMask", new FileModeMaskShape())
    { IsAllowedInMatch = true, Default = (UnixFileMode)0x7f, Manual = "The permissions that the Unix sockets of remote forwardings are not to have." });

    public static readonly Keyword<TimeSpan?> UnusedConnectionTimeout = Declared.Add(new Keyword<TimeSpan?>("UnusedConnectionTimeout", new TimeShape { NoneIsZero = true })
    { IsAllowedInMatch = true, Default = TimeSpan.Zero, Manual = "Close a connection that has had no channel open for so long; none for never." });

    public static readonly Keyword<RootLogin> PermitRootLogin = Declared.Add(new Keyword<RootLogin>("PermitRootLogin", Choices.RootLogin)
    { IsAllowedInMatch = true, Manual = "Whether root may log in, and how; prohibit-password leaves keys." });

    public static readonly Keyword<IgnoreRhosts> IgnoreRhosts = Declared.Add(new Keyword<IgnoreRhosts>("IgnoreRhosts", Choices.IgnoreRhosts)
    { IsAllowedInMatch = true, Manual = "Whether host-based authentication passes over users' own .rhosts and .shosts." });

    public static readonly Keyword<bool> IgnoreUserKnownHosts = Declared.Add(new Keyword<bool>("IgnoreUserKnownHosts", Choices.Flag)
    { Manual = "Whether host-based authentication passes over users' own known_hosts." });

    public static readonly Keyword<bool> HostbasedAuthentication = Declared.Add(new Keyword<bool>("HostbasedAuthentication", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Allow host-based authentication: the client's machine says who its user is." });

    public static readonly Keyword<bool> HostbasedUsesNameFromPacketOnly = Declared.Add(new Keyword<bool>("HostbasedUsesNameFromPacketOnly", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Believe the name that the client's machine gives itself, rather than look its address up." });

    public static readonly Keyword<bool> PubkeyAuthentication = Declared.Add(new Keyword<bool>("PubkeyAuthentication", Choices.Flag)
    { Aliases = ["DSAAuthentication"], IsAllowedInMatch = true, Default = true, Manual = "Allow public key authentication." });

    public static readonly Keyword<bool> PasswordAuthentication = Declared.Add(new Keyword<bool>("PasswordAuthentication", Choices.Flag)
    { IsAllowedInMatch = true, Default = true, Manual = "Allow password authentication." });

    public static readonly Keyword<bool> KbdInteractiveAuthentication = Declared.Add(new Keyword<bool>("KbdInteractiveAuthentication", Choices.Flag)
    {
        Aliases = ["ChallengeResponseAuthentication", "SkeyAuthentication"],
        IsAllowedInMatch = true,
        Default = true,
        Manual = "Allow keyboard-interactive authentication.",
    });

    public static readonly Keyword<bool> PrintMotd = Declared.Add(new Keyword<bool>("PrintMotd", Choices.Flag)
    { Default = true, Manual = "Print /etc/motd to a user who logs in to a shell." });

    public static readonly Keyword<bool> PrintLastLog = Declared.Add(new Keyword<bool>("PrintLastLog", Choices.Flag)
    { Default = true, Manual = "Tell a user who logs in to a shell when and from where they did so last." });

    public static readonly Keyword<bool> X11Forwarding = Declared.Add(new Keyword<bool>("X11Forwarding", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Let sessions show their windows on the client's X11 display; it takes xauth on this machine." });

    public static readonly Keyword<bool> X11UseLocalhost = Declared.Add(new Keyword<bool>("X11UseLocalhost", Choices.Flag)
    { IsAllowedInMatch = true, Default = true, Manual = "Make X11 displays on the loopback addresses only, so that no other machine reaches them." });

    public static readonly Keyword<bool> PermitTTY = Declared.Add(new Keyword<bool>("PermitTTY", Choices.Flag)
    { IsAllowedInMatch = true, Default = true, Manual = "Give a terminal to those who ask for one." });

    public static readonly Keyword<bool> PermitUserRC = Declared.Add(new Keyword<bool>("PermitUserRC", Choices.Flag)
    { IsAllowedInMatch = true, Default = true, Manual = "Run ~/.ssh/rc before a session." });

    public static readonly Keyword<bool> StrictModes = Declared.Add(new Keyword<bool>("StrictModes", Choices.Flag)
    { Default = true, Manual = "Ignore a user's files that others may write." });

    public static readonly Keyword<bool> TCPKeepAlive = Declared.Add(new Keyword<bool>("TCPKeepAlive", Choices.Flag)
    { Aliases = ["KeepAlive"], Default = true, Manual = "Send TCP keepalive messages." });

    public static readonly Keyword<bool> PermitEmptyPasswords = Declared.Add(new Keyword<bool>("PermitEmptyPasswords", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Let accounts without a password log in." });

    public static readonly Keyword<bool> Compression = Declared.Add(new Keyword<bool>("Compression", Choices.ServerCompression)
    { Default = true, Manual = "Allow compression, which never starts before the user is authenticated." });

    public static readonly Keyword<GatewayPortsChoice> GatewayPorts = Declared.Add(new Keyword<GatewayPortsChoice>("GatewayPorts", Choices.GatewayPorts)
    { IsAllowedInMatch = true, Manual = "Let other machines connect to remote forwardings: never, always, or where the client says." });

    public static readonly Keyword<bool> UseDNS = Declared.Add(new Keyword<bool>("UseDNS", Choices.Flag)
    { Manual = "Look up the client's host name, and check that it leads back to the address." });

    public static readonly Keyword<ForwardingPermission> AllowTcpForwarding = Declared.Add(new Keyword<ForwardingPermission>("AllowTcpForwarding", Choices.Forwarding)
    { IsAllowedInMatch = true, Default = ForwardingPermission.Yes, Manual = "Which TCP forwarding is allowed." });

    public static readonly Keyword<bool> AllowAgentForwarding = Declared.Add(new Keyword<bool>("AllowAgentForwarding", Choices.Flag)
    { IsAllowedInMatch = true, Default = true, Manual = "Let sessions use the agent of the client." });

    public static readonly Keyword<bool> DisableForwarding = Declared.Add(new Keyword<bool>("DisableForwarding", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Refuse all forwarding, whatever else is allowed." });

    public static readonly Keyword<ForwardingPermission> AllowStreamLocalForwarding = Declared.Add(new Keyword<ForwardingPermission>("AllowStreamLocalForwarding", Choices.Forwarding)
    { IsAllowedInMatch = true, Default = ForwardingPermission.Yes, Manual = "Which forwarding of Unix sockets is allowed." });

    public static readonly Keyword<bool> StreamLocalBindUnlink = Declared.Add(new Keyword<bool>("StreamLocalBindUnlink", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Remove what is at the path of a remote forwarding's Unix socket before it is listened at." });

    public static readonly Keyword<FingerprintHash> FingerprintHash = Declared.Add(new Keyword<FingerprintHash>("FingerprintHash", Choices.ServerDigest)
    { Manual = "The hash that fingerprints are logged in." });

    public static readonly Keyword<bool> ExposeAuthInfo = Declared.Add(new Keyword<bool>("ExposeAuthInfo", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Tell sessions in a file, named by SSH_USER_AUTH, how the user has authenticated." });

    public static readonly Keyword<bool> RefuseConnection = Declared.Add(new Keyword<bool>("RefuseConnection", Choices.Flag)
    { IsAllowedInMatch = true, Manual = "Disconnect the client once it has named its user; of use after Match." });

    public static readonly Keyword<string> PidFile = Declared.Add(new Keyword<string>("PidFile", new TextShape("file | none") { IsPath = true })
    { Default = "/run/sshd.pid", Manual = "The file that gets the process id of the daemon." });

    public static readonly Keyword<string> ModuliFile = Declared.Add(new Keyword<string>("ModuliFile", new TextShape("file | none") { IsPath = true })
    { Default = "/etc/ssh/moduli", Manual = "The groups for Diffie-Hellman group exchange." });

    public static readonly Keyword<string> XAuthLocation = Declared.Add(new Keyword<string>("XAuthLocation", new TextShape("file") { IsPath = true })
    { Default = "/usr/bin/xauth", Manual = "The program xauth, without which X11 is not forwarded." });

    public static readonly Keyword<IReadOnlyList<string>> Ciphers = Declared.Add(new Keyword<IReadOnlyList<string>>("Ciphers", Choices.Ciphers)
    { DefaultFrom = static a => a.Ciphers.Defaults, Manual = "The ciphers to allow." });

    public static readonly Keyword<IReadOnlyList<string>> MACs = Declared.Add(new Keyword<IReadOnlyList<string>>("MACs", Choices.ServerMacs)
    { DefaultFrom = static a => a.Macs.Defaults, Manual = "The message authentication codes to allow." });

    public static readonly Keyword<string> Banner = Declared.Add(new Keyword<string>("Banner", new TextShape("file | none") { IsPath = true })
    { IsAllowedInMatch = true, Default = "none", Manual = "A file that is shown before the user authenticates." });

    public static readonly Keyword<string> ForceCommand = Declared.Add(new Keyword<string>("ForceCommand", new CommandShape("command | none"))
    { IsAllowedInMatch = true, Default = "none", Manual = "A command to run in place of what the client asks for." });

    public static readonly Keyword<string> ChrootDirectory = Declared.Add(new Keyword<string>("ChrootDirectory", new TextShape("directory | none") { Missing = "{0} missing argument." })
    {
        IsAllowedInMatch = true,
        Default = "none",
        Tokens = new TokenRules("hUu"),
        Manual = "The directory that is the root of sessions' file system; it and all above it must be root's alone to write.",
    });

    public static readonly Keyword<string> TrustedUserCAKeys = Declared.Add(new Keyword<string>("TrustedUserCAKeys", new TextShape("file | none") { IsPath = true })
    { IsAllowedInMatch = true, Default = "none", Manual = "A file with the keys of authorities whose certificates let in the users that they name." });

    public static readonly Keyword<string> SecurityKeyProvider = Declared.Add(new Keyword<string>("SecurityKeyProvider", new PathOrWordShape("internal", "library", "missing file name."))
    { Default = "internal", Manual = "The shared library that speaks to the security keys which keep host keys, loaded in a process of its own. There is none within Nacre (internal)." });

    public static readonly Keyword<string> AuthorizedPrincipalsFile = Declared.Add(new Keyword<string>("AuthorizedPrincipalsFile", new TextShape("file | none"))
    {
        IsAllowedInMatch = true,
        Default = "none",
        Tokens = new TokenRules("hUu"),
        Manual = "A file with the names of which a certificate must have one; a relative one starts in the user's home directory.",
    });

    public static readonly Keyword<string> VersionAddendum = Declared.Add(new Keyword<string>("VersionAddendum", new CommandShape("text | none"))
    { Default = "none", Manual = "Text to add to the identification that the server sends." });

    public static readonly Keyword<string> AuthorizedKeysCommand = Declared.Add(new Keyword<string>("AuthorizedKeysCommand", new CommandShape("command | none") { MustBeAbsolute = true })
    {
        IsAllowedInMatch = true,
        Default = "none",
        Tokens = new TokenRules("CDfhktUu"),
        Manual = "A program that prints more lines of authorized_keys for a user; by default its one argument is the user's name.",
    });

    public static readonly Keyword<string> AuthorizedKeysCommandUser = Declared.Add(new Keyword<string>("AuthorizedKeysCommandUser", new TextShape("user") { Missing = "missing {0} argument." })
    { IsAllowedInMatch = true, Default = "none", Manual = "The user as whom AuthorizedKeysCommand is run." });

    public static readonly Keyword<string> AuthorizedPrincipalsCommand = Declared.Add(new Keyword<string>("AuthorizedPrincipalsCommand", new CommandShape("command | none") { MustBeAbsolute = true })
    {
        IsAllowedInMatch = true,
        Default = "none",
        Tokens = new TokenRules("CDFfhiKksTtUu"),
        Manual = "A program that prints lines as AuthorizedPrincipalsFile has them.",
    });

    public static readonly Keyword<string> AuthorizedPrincipalsCommandUser = Declared.Add(new Keyword<string>("AuthorizedPrincipalsCommandUser", new TextShape("user") { Missing = "missing {0} argument." })
    { IsAllowedInMatch = true, Default = "none", Manual = "The user as whom AuthorizedPrincipalsCommand is run." });

    public static readonly Keyword<string> HostKeyAgent = Declared.Add(new Keyword<string>("HostKeyAgent", new PathOrWordShape("SSH_AUTH_SOCK", "socket | SSH_AUTH_SOCK | none", "missing socket name."))
    { Default = "none", Manual = "The socket of an agent that holds private host keys, whose public parts HostKey names; SSH_AUTH_SOCK takes it from that variable." });

    public static readonly Keyword<IReadOnlyList<string>> KexAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("KexAlgorithms", Choices.KeyExchanges)
    { DefaultFrom = static a => a.KeyExchanges.Defaults, Manual = "The key exchange methods to allow." });

    public static readonly Keyword<IReadOnlyList<string>> CASignatureAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("CASignatureAlgorithms", Choices.CASignatureAlgorithms)
    { IsAllowedInMatch = true, DefaultFrom = static a => a.CASignatures.Defaults, Manual = "The algorithms that users' certificates may be signed with." });

    public static readonly Keyword<IReadOnlyList<string>> HostbasedAcceptedAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("HostbasedAcceptedAlgorithms", Choices.HostKeyAlgorithms)
    {
        Aliases = ["HostbasedAcceptedKeyTypes"],
        IsAllowedInMatch = true,
        DefaultFrom = static a => a.HostKeys.Defaults,
        Manual = "The signature algorithms to accept from clients' machines.",
    });

    public static readonly Keyword<IReadOnlyList<string>> HostKeyAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("HostKeyAlgorithms", Choices.HostKeyAlgorithms)
    { DefaultFrom = static a => a.HostKeys.Defaults, Manual = "The host key signature algorithms to offer." });

    public static readonly Keyword<IReadOnlyList<string>> PubkeyAcceptedAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("PubkeyAcceptedAlgorithms", Choices.PublicKeyAlgorithms)
    {
        Aliases = ["PubkeyAcceptedKeyTypes"],
        IsAllowedInMatch = true,
        DefaultFrom = static a => a.PublicKeys.Defaults,
        Manual = "The signature algorithms to accept from users' keys.",
    });

    public static readonly Keyword<string> PerSourcePenaltyExemptList = Declared.Add(new Keyword<string>("PerSourcePenaltyExemptList", new AddressListShape())
    { Default = "none", Manual = "Addresses and networks that get no penalties." });

    public static readonly Keyword<LogLevel> LogLevel = Declared.Add(new Keyword<LogLevel>("LogLevel", Choices.LogLevel)
    { IsAllowedInMatch = true, Default = Values.LogLevel.Info, Manual = "How much to log." });

    public static readonly Keyword<LogFacility> SyslogFacility = Declared.Add(new Keyword<LogFacility>("SyslogFacility", Choices.LogFacility)
    { Default = LogFacility.Auth, Manual = "The facility of syslog to log to." });

    public static readonly Keyword<IReadOnlyList<string>> AuthorizedKeysFile = Declared.Add(new Keyword<IReadOnlyList<string>>("AuthorizedKeysFile", Lists.Files(noneStandsAlone: false))
    {
        IsAllowedInMatch = true,
        Default = [".ssh/authorized_keys", ".ssh/authorized_keys2"],
        Tokens = new TokenRules("hUu"),
        Manual = "The files with a user's keys; relative ones start in the user's home directory.",
    });

    public static readonly Keyword<IReadOnlyList<string>> RevokedKeys = Declared.Add(new Keyword<IReadOnlyList<string>>("RevokedKeys", Lists.RevokedFiles)
    { IsAllowedInMatch = true, Default = [], Manual = "Files of keys and certificates that are refused: key revocation lists, or one public key on a line." });

    public static readonly Keyword<IReadOnlyList<string>> HostKey = Declared.Add(new Keyword<IReadOnlyList<string>>("HostKey", Lists.ServerFiles)
    {
        Aliases = ["HostDSAKey"],
        Default = ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"],
        Manual = "A private host key; lines add to each other.",
    });

    public static readonly Keyword<IReadOnlyList<string>> HostCertificate = Declared.Add(new Keyword<IReadOnlyList<string>>("HostCertificate", Lists.ServerFiles)
    { Default = [], Manual = "The certificate of one of the host keys; lines add to each other." });

    public static readonly Keyword<IReadOnlyList<string>> AllowUsers = Declared.Add(new Keyword<IReadOnlyList<string>>("AllowUsers", Lists.Names(areUsers: true))
    { IsAllowedInMatch = true, Default = [], Manual = "Only users that a pattern matches may log in; user@host also asks where from." });

    public static readonly Keyword<IReadOnlyList<string>> DenyUsers = Declared.Add(new Keyword<IReadOnlyList<string>>("DenyUsers", Lists.Names(areUsers: true))
    { IsAllowedInMatch = true, Default = [], Manual = "Users that a pattern matches may not log in." });

    public static readonly Keyword<IReadOnlyList<string>> AllowGroups = Declared.Add(new Keyword<IReadOnlyList<string>>("AllowGroups", Lists.Names(areUsers: false))
    { IsAllowedInMatch = true, Default = [], Manual = "Only users with a group that a pattern matches may log in." });

    public static readonly Keyword<IReadOnlyList<string>> DenyGroups = Declared.Add(new Keyword<IReadOnlyList<string>>("DenyGroups", Lists.Names(areUsers: false))
    { IsAllowedInMatch = true, Default = [], Manual = "Users with a group that a pattern matches may not log in." });

    public static readonly Keyword<IReadOnlyList<string>> AcceptEnv = Declared.Add(new Keyword<IReadOnlyList<string>>("AcceptEnv", Lists.AcceptedVariables)
    { IsAllowedInMatch = true, Default = [], Manual = "Environment variables that a client may set." });

    public static readonly Keyword<IReadOnlyList<EnvironmentSetting>> SetEnv = Declared.Add(new Keyword<IReadOnlyList<EnvironmentSetting>>("SetEnv", Lists.Settings)
    { IsAllowedInMatch = true, Default = [], Manual = "Environment variables to set in sessions; they win over the client's." });

    public static readonly Keyword<IReadOnlyList<string>> AuthenticationMethods = Declared.Add(new Keyword<IReadOnlyList<string>>("AuthenticationMethods", Lists.AuthenticationMethods)
    { IsAllowedInMatch = true, Default = ["any"], Manual = "Lists of methods, of which all in one list must succeed; any for any one method." });

    public static readonly Keyword<IReadOnlyList<string>> LogVerbose = Declared.Add(new Keyword<IReadOnlyList<string>>("LogVerbose", Lists.LogPlaces)
    { IsAllowedInMatch = true, Default = [], Manual = "Places in the program, as patterns of its files, functions and lines, that tell everything whatever LogLevel is." });

    public static readonly Keyword<IReadOnlyList<ChannelTimeout>> ChannelTimeout = Declared.Add(new Keyword<IReadOnlyList<ChannelTimeout>>("ChannelTimeout", Lists.ChannelTimeouts)
    { IsAllowedInMatch = true, Default = [], Manual = "Close channels of a type that have been idle for so long; global is about all of them together." });

    public static readonly Keyword<IReadOnlyList<SubsystemCommand>> Subsystem = Declared.Add(new Keyword<IReadOnlyList<SubsystemCommand>>("Subsystem", Lists.Subsystems)
    {
        IsAllowedInMatch = true,
        Default = [],
        LaidOver = static (over, under) => [.. under.Select(s => over.FirstOrDefault(o => o.Name == s.Name) ?? s), .. over.Where(o => under.All(s => s.Name != o.Name))],
        Manual = "The command for a subsystem; internal-sftp serves files within the server.",
    });

    public static readonly Keyword<MaxStartups> MaxStartups = Declared.Add(new Keyword<MaxStartups>("MaxStartups", new MaxStartupsShape())
    { Default = new MaxStartups(10, 30, 100), Manual = "How many connections may be unauthenticated before new ones are refused." });

    public static readonly Keyword<int> PerSourceMaxStartups = Declared.Add(new Keyword<int>("PerSourceMaxStartups", new LimitShape())
    { Default = LimitShape.None, Manual = "How many connections from one source may be unauthenticated." });

    public static readonly Keyword<NetBlockSize> PerSourceNetBlockSize = Declared.Add(new Keyword<NetBlockSize>("PerSourceNetBlockSize", new NetBlockSizeShape())
    { Default = NetBlockSize.Single, Manual = "How many bits of an address make a source, for IPv4 and IPv6." });

    public static readonly Keyword<TunnelChoice> PermitTunnel = Declared.Add(new Keyword<TunnelChoice>("PermitTunnel", Choices.Tunnel)
    { IsAllowedInMatch = true, Manual = "Which network interfaces (tun) clients may have at this machine; making them takes root." });

    public static readonly Keyword<IpQos> IPQoS = Declared.Add(new Keyword<IpQos>("IPQoS", new IpQosShape())
    { IsAllowedInMatch = true, Default = new IpQos(0xb8, 0), Manual = "How packets are marked for routers: first with a terminal open, then without." });

    public static readonly Keyword<RekeyLimit> RekeyLimit = Declared.Add(new Keyword<RekeyLimit>("RekeyLimit", new RekeyLimitShape())
    { IsAllowedInMatch = true, Manual = "When to renew the keys; 0 leaves the bytes to the cipher and the time out." });

    public static readonly Keyword<EndpointPermissions> PermitOpen = Declared.Add(new Keyword<EndpointPermissions>("PermitOpen", new EndpointShape(isListener: false))
    { IsAllowedInMatch = true, Default = EndpointPermissions.Any, Manual = "Where local forwardings may lead; * stands for any host or any port." });

    public static readonly Keyword<EndpointPermissions> PermitListen = Declared.Add(new Keyword<EndpointPermissions>("PermitListen", new EndpointShape(isListener: true))
    { IsAllowedInMatch = true, Default = EndpointPermissions.Any, Manual = "Where remote forwardings may listen." });

    public static readonly Keyword<UserEnvironment> PermitUserEnvironment = Declared.Add(new Keyword<UserEnvironment>("PermitUserEnvironment", new UserEnvironmentShape())
    { Default = UserEnvironment.None, Manual = "Which variables ~/.ssh/environment and authorized_keys may set: none, all, or those that a pattern matches." });

    public static readonly Keyword<PubkeyRequirements> PubkeyAuthOptions = Declared.Add(new Keyword<PubkeyRequirements>("PubkeyAuthOptions", new PubkeyRequirementsShape())
    { IsAllowedInMatch = true, Manual = "What security keys must attest whatever authorized_keys says: a touch, or that they have verified the user." });

    public static readonly Keyword<SourcePenalties> PerSourcePenalties = Declared.Add(new Keyword<SourcePenalties>("PerSourcePenalties", new SourcePenaltiesShape())
    { Default = SourcePenalties.Standard, Manual = "How long clients that misbehave are refused, for each way to do so; no for no penalties." });

    // What is declared from here on OpenSSH has not; -T shows it only where it is said.
    public static readonly Keyword<LogFormat?> LogFormat = Declared.Add(new Keyword<LogFormat?>("LogFormat", new LogFormatShape())
    { Manual = "How lines of the log are written; json makes each an object with time, program, pid, level and message. Nacre's own." });

    public static readonly Keyword<string> MetricsListen = Declared.Add(new Keyword<string>("MetricsListen", new MetricsPlaceShape())
    { Manual = "Where sshd answers GET /metrics with figures in Prometheus' text form: a loopback address or a Unix socket. Read at the start. Nacre's own." });

    static ServerKeywords()
    {
        Declared.AddLeftOut(KeywordStatus.Pending, "Nacre's processes are all one program, which finds itself", "none", "SshdAuthPath", "SshdSessionPath");
        Declared.AddLeftOut(KeywordStatus.Pending, "Nacre does not tell clients which system it runs on", "no", "DebianBanner");
        Declared.Add(new BareKeyword("RDomain") { Status = KeywordStatus.Impossible, IsAllowedInMatch = true, Reason = "setting RDomain not supported on this platform." });
        Declared.AddNames(KeywordStatus.Ignored, "Protocol");
        Declared.AddNamesForMatch(KeywordStatus.Deprecated, "AuthorizedKeysFile2", "RhostsRSAAuthentication", "RSAAuthentication");
        Declared.AddNames(KeywordStatus.Deprecated, "CheckMail", "GSSUseSessionCcache", "GSSAPIUseSessionCredCache",
            "KeyRegenerationInterval", "PAMAuthenticationViaKbdInt", "PermitBlacklistedKeys", "ReverseMappingCheck", "RhostsAuthentication",
            "ServerKeyBits", "UseLogin", "UsePrivilegeSeparation", "VerifyReverseMapping");
        Declared.AddNames(KeywordStatus.Unsupported, "AFSTokenPassing", "KerberosTgtPassing");
        Declared.Add(new BareKeyword("GSSAPIAuthentication") { Status = KeywordStatus.Unsupported, IsAllowedInMatch = true, Reason = "Nacre does not use GSSAPI" });
        Declared.Add(new BareKeyword("KerberosAuthentication") { Status = KeywordStatus.Unsupported, IsAllowedInMatch = true, Reason = "Nacre does not use Kerberos" });
        Declared.AddLeftOut(KeywordStatus.Unsupported, "Nacre does not use GSSAPI", "no", "GSSAPICleanupCredentials", "GSSAPICleanupCreds",
            "GSSAPIDelegateCredentials", "GSSAPIKexAlgorithms", "GSSAPIKeyExchange", "GSSAPIStoreCredentialsOnRekey", "GSSAPIStrictAcceptorCheck");
        Declared.AddLeftOut(KeywordStatus.Unsupported, "Nacre does not use Kerberos", "no", "KerberosGetAFSToken", "KerberosOrLocalPasswd", "KerberosTicketCleanup");
    }

    public static KeywordTable Table => Declared;
}
