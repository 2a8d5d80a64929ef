using Nacre.Config.Shapes;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Config;

/// <summary>The keywords of ssh_config, in the order in which ssh -G prints them.</summary>
internal static class ClientKeywords
{
    /// <summary>The tokens that most keywords of a client expand.</summary>
    private const string CommonTokens = "CLdhijklnpru";

    /// <summary>The tokens about a host key that is being looked up.</summary>
    private const string HostKeyTokens = "HIKft";

    /// <summary>The tokens in the command of Match exec.</summary>
    public static readonly TokenRules MatchExecTokens = new(CommonTokens);

    /// <summary>What is expanded in the paths of Include.</summary>
    public static readonly TokenRules IncludeTokens = new(CommonTokens, Environment: true, Tilde: true);

    private static readonly KeywordTable Declared = new();

    public static readonly BareKeyword Host = Declared.Add(new BareKeyword("Host", "pattern ...")
    {
        Status = KeywordStatus.Structural,
        Manual = "The lines up to the next Host or Match apply when a pattern matches the host as it was given and none with ! does.",
    });

    public static readonly BareKeyword Match = Declared.Add(new BareKeyword("Match", "criterion ...")
    {
        Status = KeywordStatus.Structural,
        Manual = "The lines up to the next Host or Match apply when all criteria do: all, canonical, final, host, originalhost, user, localuser, localnetwork, tagged, command, sessiontype, version, exec.",
    });

    public static readonly BareKeyword Include = Declared.Add(new BareKeyword("Include", "file ...")
    {
        Status = KeywordStatus.Structural,
        Manual = "Reads other files in this place; * ? [] find several, and relative names start in ~/.ssh or /etc/ssh.",
    });

    public static readonly Keyword<string> User = Declared.Add(new Keyword<string>("User", new TextShape("name"))
    {
        Tokens = new TokenRules("Ldhijklnpu", Environment: true, ShownExpanded: true),
        Manual = "The user to log in as; by default the local user's name.",
    });

    public static readonly Keyword<string> Hostname = Declared.Add(new Keyword<string>("Hostname", new TextShape("host"))
    {
        Tokens = new TokenRules("h", ShownExpanded: true),
        Manual = "The real host to connect to; by default the host as it was given.",
    });

    public static readonly Keyword<int> Port = Declared.Add(new Keyword<int>("Port", new PortShape())
    { Default = 22, Manual = "The port to connect to." });

    public static readonly Keyword<AddressFamilyChoice> AddressFamily = Declared.Add(new Keyword<AddressFamilyChoice>("AddressFamily", Choices.AddressFamily)
    { Manual = "Which IP versions to use." });

    public static readonly Keyword<bool> BatchMode = Declared.Add(new Keyword<bool>("BatchMode", Choices.Flag)
    { Manual = "Never ask for a passphrase, a password or a yes; fail instead." });

    public static readonly Keyword<bool> CanonicalizeFallbackLocal = Declared.Add(new Keyword<bool>("CanonicalizeFallbackLocal", Choices.Flag)
    { Default = true, Manual = "When no canonical name is found, go on with the name as it is." });

    public static readonly Keyword<CanonicalizeChoice> CanonicalizeHostname = Declared.Add(new Keyword<CanonicalizeChoice>("CanonicalizeHostname", Choices.Canonicalize)
    { Manual = "Look for short host names in CanonicalDomains and read the configuration again for the name found; always also does so behind a proxy." });

    public static readonly Keyword<bool> CheckHostIP = Declared.Add(new Keyword<bool>("CheckHostIP", Choices.Flag)
    { Manual = "Look the host's address up in known_hosts, too: it must have the same key, and is added." });

    public static readonly Keyword<bool> Compression = Declared.Add(new Keyword<bool>("Compression", Choices.Flag)
    { Manual = "Offer compression first." });

    public static readonly Keyword<ControlMasterChoice> ControlMaster = Declared.Add(new Keyword<ControlMasterChoice>("ControlMaster", Choices.ControlMaster)
    { Manual = "Share one connection among sessions: yes serves them at ControlPath, auto does when nobody does yet; ask and autoask ask before each." });

    public static readonly Keyword<bool> EnableSSHKeysign = Declared.Add(new Keyword<bool>("EnableSSHKeysign", Choices.Flag)
    { Manual = "In /etc/ssh/ssh_config, whether OpenSSH's ssh-keysign, which reads it there itself, signs for host-based authentication." });

    public static readonly Keyword<bool> ClearAllForwardings = Declared.Add(new Keyword<bool>("ClearAllForwardings", Choices.Flag)
    { Manual = "Drop every forwarding that files and the command line ask for." });

    public static readonly Keyword<bool> ExitOnForwardFailure = Declared.Add(new Keyword<bool>("ExitOnForwardFailure", Choices.Flag)
    { Manual = "End the connection when a forwarding cannot be set up." });

    public static readonly Keyword<FingerprintHash> FingerprintHash = Declared.Add(new Keyword<FingerprintHash>("FingerprintHash", Choices.Digest)
    { Manual = "The hash that fingerprints are shown in." });

    public static readonly Keyword<bool> ForwardX11 = Declared.Add(new Keyword<bool>("ForwardX11", Choices.Flag)
    { Manual = "Carry the connections of X11 programs at the server to the display here." });

    public static readonly Keyword<bool> ForwardX11Trusted = Declared.Add(new Keyword<bool>("ForwardX11Trusted", Choices.Flag)
    { Manual = "Give those programs all rights at the display." });

    public static readonly Keyword<bool> GatewayPorts = Declared.Add(new Keyword<bool>("GatewayPorts", Choices.Flag)
    { Manual = "Let other machines connect to local forwardings that name no address." });

    public static readonly Keyword<bool> HashKnownHosts = Declared.Add(new Keyword<bool>("HashKnownHosts", Choices.Flag)
    { Manual = "Write host names hashed when adding to known_hosts." });

    public static readonly Keyword<bool> HostbasedAuthentication = Declared.Add(new Keyword<bool>("HostbasedAuthentication", Choices.Flag)
    { Manual = "Whether to try host-based authentication: this machine's host keys vouch for the user, by way of OpenSSH's ssh-keysign." });

    public static readonly Keyword<bool> IdentitiesOnly = Declared.Add(new Keyword<bool>("IdentitiesOnly", Choices.Flag)
    { Manual = "Offer only the keys of IdentityFile, whatever the agent holds." });

    public static readonly Keyword<bool> KbdInteractiveAuthentication = Declared.Add(new Keyword<bool>("KbdInteractiveAuthentication", Choices.Flag)
    {
        Aliases = ["ChallengeResponseAuthentication", "SkeyAuthentication", "TISAuthentication"],
        Default = true,
        Manual = "Try keyboard-interactive authentication.",
    });

    public static readonly Keyword<bool> NoHostAuthenticationForLocalhost = Declared.Add(new Keyword<bool>("NoHostAuthenticationForLocalhost", Choices.Flag)
    { Manual = "Do not check the host key of this machine itself." });

    public static readonly Keyword<bool> PasswordAuthentication = Declared.Add(new Keyword<bool>("PasswordAuthentication", Choices.Flag)
    { Default = true, Manual = "Try password authentication." });

    public static readonly Keyword<bool> PermitLocalCommand = Declared.Add(new Keyword<bool>("PermitLocalCommand", Choices.Flag)
    { Manual = "Run LocalCommand." });

    public static readonly Keyword<bool> ProxyUseFdpass = Declared.Add(new Keyword<bool>("ProxyUseFdpass", Choices.Flag)
    { Manual = "ProxyCommand passes a connected socket back and ends, instead of carrying the data." });

    public static readonly Keyword<PubkeyChoice> PubkeyAuthentication = Declared.Add(new Keyword<PubkeyChoice>("PubkeyAuthentication", Choices.Pubkey)
    { Aliases = ["DSAAuthentication"], Manual = "Try public key authentication." });

    public static readonly Keyword<TtyChoice> RequestTTY = Declared.Add(new Keyword<TtyChoice>("RequestTTY", Choices.Tty)
    { Manual = "Ask for a terminal: auto when logging in from one, force even where there is none." });

    public static readonly Keyword<SessionChoice> SessionType = Declared.Add(new Keyword<SessionChoice>("SessionType", Choices.Session)
    { Manual = "What to run: none for forwardings only, subsystem to take the command as a subsystem's name." });

    public static readonly Keyword<bool> StdinNull = Declared.Add(new Keyword<bool>("StdinNull", Choices.Flag)
    { Manual = "Read standard input from /dev/null." });

    public static readonly Keyword<bool> ForkAfterAuthentication = Declared.Add(new Keyword<bool>("ForkAfterAuthentication", Choices.Flag)
    { Manual = "Go to the background once logged in and forwarding." });

    public static readonly Keyword<bool> StreamLocalBindUnlink = Declared.Add(new Keyword<bool>("StreamLocalBindUnlink", Choices.Flag)
    { Manual = "Remove the file of a Unix socket that is in the way of a forwarding." });

    public static readonly Keyword<HostKeyChecking> StrictHostKeyChecking = Declared.Add(new Keyword<HostKeyChecking>("StrictHostKeyChecking", Choices.HostKeys)
    { Manual = "What to do about a host that is not known: refuse, ask, or add it; a changed key is never added." });

    public static readonly Keyword<bool> TCPKeepAlive = Declared.Add(new Keyword<bool>("TCPKeepAlive", Choices.Flag)
    { Aliases = ["KeepAlive"], Default = true, Manual = "Send TCP keepalive messages." });

    public static readonly Keyword<TunnelChoice> Tunnel = Declared.Add(new Keyword<TunnelChoice>("Tunnel", Choices.ClientTunnel)
    { Manual = "Carry a tun device to the server: point-to-point for packets, ethernet for frames." });

    public static readonly Keyword<AskChoice> VerifyHostKeyDNS = Declared.Add(new Keyword<AskChoice>("VerifyHostKeyDNS", Choices.Ask)
    { Manual = "Look for the host key in DNS (SSHFP); yes trusts a secure answer, ask shows what it says." });

    public static readonly Keyword<bool> VisualHostKey = Declared.Add(new Keyword<bool>("VisualHostKey", Choices.Flag)
    { Manual = "Draw host keys as pictures, too." });

    public static readonly Keyword<AskChoice> UpdateHostKeys = Declared.Add(new Keyword<AskChoice>("UpdateHostKeys", Choices.Ask)
    { Default = AskChoice.Yes, Manual = "Learn the other keys that a trusted host proves to have; off by default when the host was not looked up in the usual file." });

    public static readonly Keyword<bool> EnableEscapeCommandline = Declared.Add(new Keyword<bool>("EnableEscapeCommandline", Choices.Flag)
    { Manual = "Allow the command line of the escape ~C." });

    public static readonly Keyword<bool> WarnWeakCrypto = Declared.Add(new Keyword<bool>("WarnWeakCrypto", Choices.WarnWeakCrypto)
    { Default = true, Manual = "Warn of a connection that could be read once there are quantum computers." });

    public static readonly Keyword<int> CanonicalizeMaxDots = Declared.Add(new Keyword<int>("CanonicalizeMaxDots", new NumberShape())
    { Default = 1, Manual = "A name with more dots is canonical already." });

    public static readonly Keyword<int> ConnectionAttempts = Declared.Add(new Keyword<int>("ConnectionAttempts", new NumberShape())
    { Default = 1, Manual = "How often to try to connect, a second apart." });

    public static readonly Keyword<TimeSpan?> ForwardX11Timeout = Declared.Add(new Keyword<TimeSpan?>("ForwardX11Timeout", new TimeShape())
    { Default = TimeSpan.FromMinutes(20), Manual = "After this time untrusted X11 programs are refused; 0 for never." });

    public static readonly Keyword<int> NumberOfPasswordPrompts = Declared.Add(new Keyword<int>("NumberOfPasswordPrompts", new NumberShape())
    { Default = 3, Manual = "How often to ask for a password." });

    public static readonly Keyword<int> ServerAliveCountMax = Declared.Add(new Keyword<int>("ServerAliveCountMax", new NumberShape())
    { Default = 3, Manual = "How many keepalive requests may stay unanswered before the connection is given up." });

    public static readonly Keyword<TimeSpan?> ServerAliveInterval = Declared.Add(new Keyword<TimeSpan?>("ServerAliveInterval", new TimeShape())
    { Default = TimeSpan.Zero, Manual = "Silence after which the server is asked whether it is still there; 0 for never." });

    public static readonly Keyword<int> RequiredRSASize = Declared.Add(new Keyword<int>("RequiredRSASize", new NumberShape())
    { Default = 1024, Manual = "The fewest bits that an RSA key may have." });

    public static readonly Keyword<TimeSpan?> ObscureKeystrokeTiming = Declared.Add(new Keyword<TimeSpan?>("ObscureKeystrokeTiming", new KeystrokeTimingShape())
    { Default = TimeSpan.FromMilliseconds(KeystrokeTimingShape.DefaultMs), Manual = "Send keystrokes at fixed times and some that nobody typed, so that their rhythm is hidden." });

    public static readonly Keyword<string> BindAddress = Declared.Add(new Keyword<string>("BindAddress", new TextShape("address"))
    { Manual = "The local address to connect from." });

    public static readonly Keyword<string> BindInterface = Declared.Add(new Keyword<string>("BindInterface", new TextShape("interface"))
    { Manual = "The interface whose address to connect from." });

    public static readonly Keyword<IReadOnlyList<string>> Ciphers = Declared.Add(new Keyword<IReadOnlyList<string>>("Ciphers", Choices.Ciphers)
    { DefaultFrom = static a => a.Ciphers.Defaults, Manual = "The ciphers to offer, best first." });

    public static readonly Keyword<string> ControlPath = Declared.Add(new Keyword<string>("ControlPath", new TextShape("path | none") { HidesNone = true })
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true, ShownExpanded: true),
        Manual = "The socket at which a connection is shared.",
    });

    public static readonly Keyword<IReadOnlyList<string>> HostKeyAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("HostKeyAlgorithms", Choices.HostKeyAlgorithms)
    { DefaultFrom = static a => a.HostKeys.Defaults, Manual = "The host key signature algorithms to accept, best first." });

    public static readonly Keyword<string> HostKeyAlias = Declared.Add(new Keyword<string>("HostKeyAlias", new TextShape("name"))
    { Manual = "The name to look up in known_hosts in place of the host's." });

    public static readonly Keyword<IReadOnlyList<string>> HostbasedAcceptedAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("HostbasedAcceptedAlgorithms", Choices.HostKeyAlgorithms)
    {
        Aliases = ["HostbasedKeyTypes", "HostbasedAcceptedKeyTypes"],
        DefaultFrom = static a => a.HostKeys.Defaults,
        Manual = "The signature algorithms to use for host-based authentication, in order.",
    });

    public static readonly Keyword<string> IdentityAgent = Declared.Add(new Keyword<string>("IdentityAgent", new TextShape("socket | SSH_AUTH_SOCK | none"))
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true, ShownExpanded: true),
        Manual = "The socket of the authentication agent; $NAME takes it from that variable.",
    });

    public static readonly Keyword<string> IgnoreUnknown = Declared.Add(new Keyword<string>("IgnoreUnknown", new TextShape("pattern[,pattern...]"))
    { Manual = "Unknown keywords further down that are not an error." });

    public static readonly Keyword<string> KbdInteractiveDevices = Declared.Add(new Keyword<string>("KbdInteractiveDevices", new TextShape("device[,device...]"))
    { Manual = "What to ask a server for in keyboard-interactive authentication." });

    public static readonly Keyword<IReadOnlyList<string>> KexAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("KexAlgorithms", Choices.KeyExchanges)
    { DefaultFrom = static a => a.KeyExchanges.Defaults, Manual = "The key exchange methods to offer, best first." });

    public static readonly Keyword<IReadOnlyList<string>> CASignatureAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("CASignatureAlgorithms", Choices.CASignatureAlgorithms)
    { DefaultFrom = static a => a.CASignatures.Defaults, Manual = "The algorithms that host certificates may be signed with." });

    public static readonly Keyword<string> LocalCommand = Declared.Add(new Keyword<string>("LocalCommand", new CommandShape("command") { HidesNone = true })
    { Tokens = new TokenRules(CommonTokens, LateLetters: HostKeyTokens + "T"), Manual = "A command to run here once logged in, when PermitLocalCommand allows it." });

    public static readonly Keyword<string> RemoteCommand = Declared.Add(new Keyword<string>("RemoteCommand", new CommandShape("command") { HidesNone = true })
    { Tokens = new TokenRules(CommonTokens, ShownExpanded: true), Manual = "The command to run at the server when the command line gives none." });

    public static readonly Keyword<LogLevel> LogLevel = Declared.Add(new Keyword<LogLevel>("LogLevel", Choices.LogLevel)
    { Default = Values.LogLevel.Info, Manual = "How much to tell about what happens." });

    public static readonly Keyword<IReadOnlyList<string>> MACs = Declared.Add(new Keyword<IReadOnlyList<string>>("MACs", Choices.ClientMacs)
    { DefaultFrom = static a => a.Macs.Defaults, Manual = "The message authentication codes to offer, best first." });

    public static readonly Keyword<string> PKCS11Provider = Declared.Add(new Keyword<string>("PKCS11Provider", new TextShape("library | none") { HidesNone = true })
    {
        Aliases = ["SmartcardDevice"],
        Manual = "The PKCS#11 library of the tokens whose keys to log in with; a process of its own loads it.",
    });

    public static readonly Keyword<string> PreferredAuthentications = Declared.Add(new Keyword<string>("PreferredAuthentications", new TextShape("method[,method...]"))
    { Manual = "The order in which authentication methods are tried." });

    public static readonly Keyword<IReadOnlyList<string>> PubkeyAcceptedAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("PubkeyAcceptedAlgorithms", Choices.PublicKeyAlgorithms)
    {
        Aliases = ["PubkeyAcceptedKeyTypes"],
        DefaultFrom = static a => a.PublicKeys.Defaults,
        Manual = "The signature algorithms to use for the user's keys.",
    });

    public static readonly Keyword<string> XAuthLocation = Declared.Add(new Keyword<string>("XAuthLocation", new TextShape("file"))
    { Default = "/usr/bin/xauth", Manual = "The program xauth." });

    public static readonly Keyword<string> KnownHostsCommand = Declared.Add(new Keyword<string>("KnownHostsCommand", new CommandShape("command | none") { HidesNone = true })
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, LateLetters: HostKeyTokens),
        Manual = "A command that prints more lines of known_hosts; it is started without a shell.",
    });

    public static readonly Keyword<string> SecurityKeyProvider = Declared.Add(new Keyword<string>("SecurityKeyProvider", new TextShape("library"))
    { Default = "$SSH_SK_PROVIDER", Manual = "The shared library that speaks to security keys, loaded in a process of its own; $NAME takes it from that variable. There is none within Nacre (internal)." });

    public static readonly Keyword<string> Tag = Declared.Add(new Keyword<string>("Tag", new TextShape("name"))
    { Manual = "A name that Match tagged asks for." });

    public static readonly Keyword<string> VersionAddendum = Declared.Add(new Keyword<string>("VersionAddendum", new CommandShape("text | none") { HidesNone = true })
    { Tokens = new TokenRules(CommonTokens), Manual = "Text to add to the identification that the client sends." });

    public static readonly Keyword<string> RefuseConnection = Declared.Add(new Keyword<string>("RefuseConnection", new TextShape("reason"))
    { Manual = "Do not connect, and say why not." });

    public static readonly Keyword<IReadOnlyList<Forward>> DynamicForward = Declared.Add(new Keyword<IReadOnlyList<Forward>>("DynamicForward", Lists.DynamicForwards)
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, ShownExpanded: true),
        Manual = "Be a SOCKS server at a local port or socket, whose connections go out from the server.",
    });

    public static readonly Keyword<IReadOnlyList<Forward>> LocalForward = Declared.Add(new Keyword<IReadOnlyList<Forward>>("LocalForward", Lists.Forwards(isRemote: false))
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, ShownExpanded: true),
        Manual = "Carry connections to a local port or socket to a place that the server reaches.",
    });

    public static readonly Keyword<IReadOnlyList<Forward>> RemoteForward = Declared.Add(new Keyword<IReadOnlyList<Forward>>("RemoteForward", Lists.Forwards(isRemote: true))
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, ShownExpanded: true),
        Manual = "Carry connections to a port or socket of the server to a place that this machine reaches.",
    });

    public static readonly Keyword<IReadOnlyList<string>> IdentityFile = Declared.Add(new Keyword<IReadOnlyList<string>>("IdentityFile", Lists.IdentityFiles)
    {
        Aliases = ["IdentityFile2"],
        Default = ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_ed25519", "~/.ssh/id_ed25519_sk"],
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true),
        Manual = "A private key to try; lines add to each other.",
    });

    public static readonly Keyword<IReadOnlyList<string>> CanonicalDomains = Declared.Add(new Keyword<IReadOnlyList<string>>("CanonicalDomains", Lists.Domains)
    { Default = [], Manual = "Domains in which CanonicalizeHostname looks for a short name, in this order." });

    public static readonly Keyword<IReadOnlyList<string>> CertificateFile = Declared.Add(new Keyword<IReadOnlyList<string>>("CertificateFile", Lists.CertificateFiles)
    {
        Default = [],
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true),
        Manual = "A certificate for one of the private keys; lines add to each other.",
    });

    public static readonly Keyword<IReadOnlyList<string>> GlobalKnownHostsFile = Declared.Add(new Keyword<IReadOnlyList<string>>("GlobalKnownHostsFile", Lists.Files(noneStandsAlone: true))
    {
        Default = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
        Tokens = new TokenRules("", Tilde: true),
        Manual = "The known_hosts files of this machine.",
    });

    public static readonly Keyword<IReadOnlyList<string>> UserKnownHostsFile = Declared.Add(new Keyword<IReadOnlyList<string>>("UserKnownHostsFile", Lists.Files(noneStandsAlone: true))
    {
        Default = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"],
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true, ShownExpanded: true),
        Manual = "The known_hosts files of the user; new hosts are added to the first.",
    });

    public static readonly Keyword<IReadOnlyList<string>> SendEnv = Declared.Add(new Keyword<IReadOnlyList<string>>("SendEnv", Lists.SentVariables)
    { Default = [], Manual = "Environment variables to send; -pattern takes earlier ones away." });

    public static readonly Keyword<IReadOnlyList<EnvironmentSetting>> SetEnv = Declared.Add(new Keyword<IReadOnlyList<EnvironmentSetting>>("SetEnv", Lists.Settings)
    { Default = [], Manual = "Environment variables to set at the server." });

    public static readonly Keyword<IReadOnlyList<string>> LogVerbose = Declared.Add(new Keyword<IReadOnlyList<string>>("LogVerbose", Lists.WordsOrNone("file:function:line ... | none"))
    { Default = [], Manual = "Places in the program, as patterns of its files, functions and lines, that tell everything whatever LogLevel is." });

    public static readonly Keyword<IReadOnlyList<ChannelTimeout>> ChannelTimeout = Declared.Add(new Keyword<IReadOnlyList<ChannelTimeout>>("ChannelTimeout", Lists.ChannelTimeouts)
    { Default = [], Manual = "Close channels of a type that have been idle for so long; global is about all of them together." });

    public static readonly Keyword<IReadOnlyList<string>> RevokedHostKeys = Declared.Add(new Keyword<IReadOnlyList<string>>("RevokedHostKeys", Lists.FilesOrNone)
    {
        Default = [],
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true, ShownExpanded: true),
        Manual = "Files of host keys that are refused whatever known_hosts says.",
    });

    public static readonly Keyword<EndpointPermissions> PermitRemoteOpen = Declared.Add(new Keyword<EndpointPermissions>("PermitRemoteOpen", new EndpointShape(isListener: false))
    { Default = EndpointPermissions.Any, Manual = "Where a remote forwarding that is a SOCKS server may connect to." });

    public static readonly Keyword<AddKeys> AddKeysToAgent = Declared.Add(new Keyword<AddKeys>("AddKeysToAgent", new AddKeysShape())
    { Manual = "Add keys that were used to the agent, perhaps for a time, or so that it asks before each use." });

    public static readonly Keyword<AgentForwarding> ForwardAgent = Declared.Add(new Keyword<AgentForwarding>("ForwardAgent", new AgentForwardingShape())
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true, ShownExpanded: true),
        Manual = "Let programs at the server use the agent here, or the one at this path or named by $NAME.",
    });

    public static readonly Keyword<TimeSpan?> ConnectTimeout = Declared.Add(new Keyword<TimeSpan?>("ConnectTimeout", new TimeShape())
    { Manual = "How long to wait for each address to take the connection; by default as long as the system does." });

    public static readonly Keyword<TunnelDevices> TunnelDevice = Declared.Add(new Keyword<TunnelDevices>("TunnelDevice", new TunnelDeviceShape())
    { Manual = "The numbers of the tun devices here and at the server." });

    public static readonly Keyword<IReadOnlyList<CnameRule>> CanonicalizePermittedCNAMEs = Declared.Add(new Keyword<IReadOnlyList<CnameRule>>("CanonicalizePermittedCNAMEs", Lists.CnameRules)
    {
        // OpenSSH's spelling, to which scripts are used.
        DumpName = "canonicalizePermittedcnames",
        Default = [],
        Manual = "Which names that turn out to be aliases are replaced by the name behind them.",
    });

    public static readonly Keyword<ControlPersistence> ControlPersist = Declared.Add(new Keyword<ControlPersistence>("ControlPersist", new ControlPersistShape())
    { Manual = "Keep a shared connection in the background when its last session has ended, for good or for a time." });

    public static readonly Keyword<EscapeCharacter> EscapeChar = Declared.Add(new Keyword<EscapeCharacter>("EscapeChar", new EscapeCharacterShape())
    { Default = new EscapeCharacter('~'), Manual = "The character that, first in a line, speaks to the client." });

    public static readonly Keyword<IpQos> IPQoS = Declared.Add(new Keyword<IpQos>("IPQoS", new IpQosShape())
    { Default = new IpQos(0xb8, 0), Manual = "How packets are marked for routers: first with a terminal open, then without." });

    public static readonly Keyword<RekeyLimit> RekeyLimit = Declared.Add(new Keyword<RekeyLimit>("RekeyLimit", new RekeyLimitShape())
    { Manual = "When to renew the keys; 0 leaves the bytes to the cipher and the time out." });

    public static readonly Keyword<UnixFileMode> StreamLocalBindMask = Declared.Add(new Keyword<UnixFileMode>("StreamLocalBindMask", new FileModeMaskShape())
    { Default = (UnixFileMode)0x7f, Manual = "The permissions that Unix sockets of forwardings are not to have." });

    public static readonly Keyword<LogFacility> SyslogFacility = Declared.Add(new Keyword<LogFacility>("SyslogFacility", Choices.LogFacility)
    { Default = LogFacility.User, Manual = "The facility of syslog to log to." });

    public static readonly Keyword<string> ProxyCommand = Declared.Add(new Keyword<string>("ProxyCommand", new CommandShape("command") { HidesNone = true })
    {
        Tokens = new TokenRules("hnpr"),
        YieldsTo = static values => values.TryGet(ProxyJump!, out string? machines) && machines != "none",
        Manual = "A command whose input and output are the connection to the server.",
    });

    public static readonly Keyword<string> ProxyJump = Declared.Add(new Keyword<string>("ProxyJump", new JumpShape())
    {
        Tokens = new TokenRules("hnpr"),
        YieldsTo = static values => values.Has(ProxyCommand),
        Manual = "The machines to go through, in this order: each is logged in to by way of the one before it. Of this and ProxyCommand the first counts.",
    });

    static ClientKeywords()
    {
        Declared.AddNames(KeywordStatus.Ignored, "Protocol", "Cipher");
        Declared.AddNames(KeywordStatus.Deprecated, "FallBackToRsh", "GlobalKnownHostsFile2", "RhostsAuthentication",
            "UseBlacklistedKeys", "UserKnownHostsFile2", "UseRoaming", "UseRsh", "UsePrivilegedPort");
        Declared.AddNames(KeywordStatus.Unsupported, "AFSTokenPassing", "KerberosAuthentication", "KerberosTgtPassing",
            "RSAAuthentication", "RhostsRSAAuthentication", "CompressionLevel");
        // Debian's ssh_config turns GSSAPI on for everyone; a warning at every start would help nobody.
        Declared.AddLeftOut(KeywordStatus.Deprecated, "Nacre does not use GSSAPI", "no", "GSSAPIAuthentication", "GSSAPIClientIdentity", "GSSAPIDelegateCredentials",
            "GSSAPIKeyExchange", "GSSAPIRenewalForcesRekey", "GSSAPIServerIdentity", "GSSAPITrustDns", "GSSAPIKexAlgorithms");
    }

    public static KeywordTable Table => Declared;
}
