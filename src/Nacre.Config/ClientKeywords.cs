using Nacre.Config.Shapes;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>The keywords of ssh_config, in the order in which ssh -G prints them.</summary>
internal static class ClientKeywords
{
    /// <summary>The tokens that most keywords of a client expand.</summary>
    private const string CommonTokens = "CLdhijklnpru";

    /// <summary>The tokens in the command of Match exec.</summary>
    public static readonly TokenRules MatchExecTokens = new(CommonTokens);

    private static readonly KeywordTable Declared = new();

    public static readonly BareKeyword Host = Declared.Add(new BareKeyword("Host", "pattern ...")
    {
        Status = KeywordStatus.Structural,
        Manual = "The lines up to the next Host or Match apply when a pattern matches the host as it was given and none with ! does.",
    });

    public static readonly BareKeyword Match = Declared.Add(new BareKeyword("Match", "criterion ...")
    {
        Status = KeywordStatus.Structural,
        Manual = "The lines up to the next Host or Match apply when all criteria do: all, canonical, final, host, originalhost, user, localuser, tagged, exec.",
    });

    public static readonly BareKeyword Include = Declared.Add(new BareKeyword("Include", "file ...")
    {
        Status = KeywordStatus.Structural,
        Manual = "Reads other files in this place; * ? [] find several, and relative names start in ~/.ssh or /etc/ssh.",
    });

    public static readonly Keyword<string> User = Declared.Add(new Keyword<string>("User", new TextShape("name"))
    { Manual = "The user to log in as; by default the local user's name." });

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

    public static readonly Keyword<bool> CheckHostIP = Declared.Add(new Keyword<bool>("CheckHostIP", Choices.Flag)
    { Manual = "Accepted; known_hosts is searched for the host's name only, whatever is said here." });

    public static readonly Keyword<bool> Compression = Declared.Add(new Keyword<bool>("Compression", Choices.Flag)
    { Manual = "Offer compression first." });

    public static readonly Keyword<bool> ClearAllForwardings = Declared.Add(new Keyword<bool>("ClearAllForwardings", Choices.Flag)
    { Manual = "Drop every forwarding that files and the command line ask for." });

    public static readonly Keyword<bool> ExitOnForwardFailure = Declared.Add(new Keyword<bool>("ExitOnForwardFailure", Choices.Flag)
    { Manual = "End the connection when a forwarding cannot be set up." });

    public static readonly Keyword<FingerprintDigest> FingerprintHash = Declared.Add(new Keyword<FingerprintDigest>("FingerprintHash", Choices.Digest)
    { Manual = "The hash that fingerprints are shown in." });

    public static readonly Keyword<bool> GatewayPorts = Declared.Add(new Keyword<bool>("GatewayPorts", Choices.Flag)
    { Manual = "Let other machines connect to local forwardings that name no address." });

    public static readonly Keyword<bool> HashKnownHosts = Declared.Add(new Keyword<bool>("HashKnownHosts", Choices.Flag)
    { Manual = "Write host names hashed when adding to known_hosts." });

    public static readonly Keyword<bool> IdentitiesOnly = Declared.Add(new Keyword<bool>("IdentitiesOnly", Choices.Flag)
    { Manual = "Offer only the keys of IdentityFile, whatever the agent holds." });

    public static readonly Keyword<bool> KbdInteractiveAuthentication = Declared.Add(new Keyword<bool>("KbdInteractiveAuthentication", Choices.Flag)
    {
        Aliases = ["ChallengeResponseAuthentication", "SkeyAuthentication", "TISAuthentication"],
        Default = true,
        Manual = "Try keyboard-interactive authentication.",
    });

    public static readonly Keyword<bool> PasswordAuthentication = Declared.Add(new Keyword<bool>("PasswordAuthentication", Choices.Flag)
    { Default = true, Manual = "Try password authentication." });

    public static readonly Keyword<PubkeyChoice> PubkeyAuthentication = Declared.Add(new Keyword<PubkeyChoice>("PubkeyAuthentication", Choices.Pubkey)
    { Aliases = ["DSAAuthentication"], Manual = "Try public key authentication." });

    public static readonly Keyword<TtyChoice> RequestTTY = Declared.Add(new Keyword<TtyChoice>("RequestTTY", Choices.Tty)
    { Manual = "Ask for a terminal: auto when logging in from one, force even where there is none." });

    public static readonly Keyword<SessionChoice> SessionType = Declared.Add(new Keyword<SessionChoice>("SessionType", Choices.Session)
    { Manual = "What to run: none for forwardings only, subsystem to take the command as a subsystem's name." });

    public static readonly Keyword<bool> StdinNull = Declared.Add(new Keyword<bool>("StdinNull", Choices.Flag)
    { Manual = "Read standard input from /dev/null." });

    public static readonly Keyword<HostKeyChecking> StrictHostKeyChecking = Declared.Add(new Keyword<HostKeyChecking>("StrictHostKeyChecking", Choices.HostKeys)
    { Manual = "What to do about a host that is not known: refuse, ask, or add it; a changed key is never added." });

    public static readonly Keyword<bool> TCPKeepAlive = Declared.Add(new Keyword<bool>("TCPKeepAlive", Choices.Flag)
    { Aliases = ["KeepAlive"], Default = true, Manual = "Send TCP keepalive messages." });

    public static readonly Keyword<int> ConnectionAttempts = Declared.Add(new Keyword<int>("ConnectionAttempts", new NumberShape())
    { Default = 1, Manual = "How often to try to connect, a second apart." });

    public static readonly Keyword<int> NumberOfPasswordPrompts = Declared.Add(new Keyword<int>("NumberOfPasswordPrompts", new NumberShape())
    { Default = 3, Manual = "How often to ask for a password." });

    public static readonly Keyword<int> ServerAliveCountMax = Declared.Add(new Keyword<int>("ServerAliveCountMax", new NumberShape())
    { Default = 3, Manual = "How many keepalive requests may stay unanswered before the connection is given up." });

    public static readonly Keyword<TimeSpan?> ServerAliveInterval = Declared.Add(new Keyword<TimeSpan?>("ServerAliveInterval", new TimeShape())
    { Default = TimeSpan.Zero, Manual = "Silence after which the server is asked whether it is still there; 0 for never." });

    public static readonly Keyword<int> RequiredRSASize = Declared.Add(new Keyword<int>("RequiredRSASize", new NumberShape())
    { Default = 1024, Manual = "The fewest bits that an RSA key may have." });

    public static readonly Keyword<string> BindAddress = Declared.Add(new Keyword<string>("BindAddress", new TextShape("address"))
    { Manual = "The local address to connect from." });

    public static readonly Keyword<IReadOnlyList<string>> Ciphers = Declared.Add(new Keyword<IReadOnlyList<string>>("Ciphers", Choices.Ciphers)
    { DefaultFrom = static a => a.Ciphers.Defaults, Manual = "The ciphers to offer, best first." });

    public static readonly Keyword<IReadOnlyList<string>> HostKeyAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("HostKeyAlgorithms", Choices.HostKeyAlgorithms)
    { DefaultFrom = static a => a.HostKeys.Defaults, Manual = "The host key signature algorithms to accept, best first." });

    public static readonly Keyword<string> HostKeyAlias = Declared.Add(new Keyword<string>("HostKeyAlias", new TextShape("name"))
    { Manual = "The name to look up in known_hosts in place of the host's." });

    public static readonly Keyword<string> IdentityAgent = Declared.Add(new Keyword<string>("IdentityAgent", new TextShape("socket | SSH_AUTH_SOCK | none"))
    {
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true, ShownExpanded: true),
        Manual = "The socket of the authentication agent; $NAME takes it from that variable.",
    });

    public static readonly Keyword<string> IgnoreUnknown = Declared.Add(new Keyword<string>("IgnoreUnknown", new TextShape("pattern[,pattern...]"))
    { Manual = "Unknown keywords further down that are not an error." });

    public static readonly Keyword<IReadOnlyList<string>> KexAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("KexAlgorithms", Choices.KeyExchanges)
    { DefaultFrom = static a => a.KeyExchanges.Defaults, Manual = "The key exchange methods to offer, best first." });

    public static readonly Keyword<string> RemoteCommand = Declared.Add(new Keyword<string>("RemoteCommand", new CommandShape("command") { HidesNone = true })
    { Tokens = new TokenRules(CommonTokens), Manual = "The command to run at the server when the command line gives none." });

    public static readonly Keyword<LogLevel> LogLevel = Declared.Add(new Keyword<LogLevel>("LogLevel", Choices.LogLevel)
    { Default = Values.LogLevel.Info, Manual = "How much to tell about what happens." });

    public static readonly Keyword<IReadOnlyList<string>> MACs = Declared.Add(new Keyword<IReadOnlyList<string>>("MACs", Choices.ClientMacs)
    { DefaultFrom = static a => a.Macs.Defaults, Manual = "The message authentication codes to offer, best first." });

    public static readonly Keyword<string> PreferredAuthentications = Declared.Add(new Keyword<string>("PreferredAuthentications", new TextShape("method[,method...]"))
    { Manual = "The order in which authentication methods are tried." });

    public static readonly Keyword<IReadOnlyList<string>> PubkeyAcceptedAlgorithms = Declared.Add(new Keyword<IReadOnlyList<string>>("PubkeyAcceptedAlgorithms", Choices.PublicKeyAlgorithms)
    {
        Aliases = ["PubkeyAcceptedKeyTypes"],
        DefaultFrom = static a => a.PublicKeys.Defaults,
        Manual = "The signature algorithms to use for the user's keys.",
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
        Default = ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"],
        Tokens = new TokenRules(CommonTokens, Environment: true, Tilde: true),
        Manual = "A private key to try; lines add to each other.",
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

    public static readonly Keyword<TimeSpan?> ConnectTimeout = Declared.Add(new Keyword<TimeSpan?>("ConnectTimeout", new TimeShape())
    { Manual = "How long to wait for each address to take the connection; by default as long as the system does." });

    public static readonly Keyword<EscapeCharacter> EscapeChar = Declared.Add(new Keyword<EscapeCharacter>("EscapeChar", new EscapeCharacterShape())
    { Default = new EscapeCharacter('~'), Manual = "The character that, first in a line, speaks to the client." });

    public static readonly Keyword<RekeyLimit> RekeyLimit = Declared.Add(new Keyword<RekeyLimit>("RekeyLimit", new RekeyLimitShape())
    { Manual = "When to renew the keys; 0 leaves the bytes to the cipher and the time out." });

    public static readonly Keyword<string> ProxyCommand = Declared.Add(new Keyword<string>("ProxyCommand", new CommandShape("command") { HidesNone = true })
    {
        Tokens = new TokenRules("hnpr"),
        YieldsTo = static values => values.TryGet(ProxyJump!, out string? machines) && machines != "none",
        Manual = "A command whose input and output are the connection to the server.",
    });

    public static readonly Keyword<string> Tag = Declared.Add(new Keyword<string>("Tag", new TextShape("name"))
    { Manual = "A name that Match tagged asks for." });

    public static readonly Keyword<string> ProxyJump = Declared.Add(new Keyword<string>("ProxyJump", new JumpShape())
    {
        YieldsTo = static values => values.Has(ProxyCommand),
        Manual = "The machines to go through, in this order: each is logged in to by way of the one before it. Of this and ProxyCommand the first counts.",
    });

    static ClientKeywords()
    {
        Declared.AddNames(KeywordStatus.Pending, "AddKeysToAgent=no", "CanonicalDomains", "CanonicalizeFallbackLocal",
            "CanonicalizeHostname=no", "CanonicalizeMaxDots", "CanonicalizePermittedCNAMEs", "CASignatureAlgorithms",
            "CertificateFile", "ChannelTimeout", "ControlMaster=no", "ControlPath", "ControlPersist=no", "DynamicForward", "EnableEscapeCommandline=no",
            "EnableSSHKeysign=no", "ForkAfterAuthentication=no", "ForwardAgent=no", "ForwardX11=no", "ForwardX11Timeout",
            "ForwardX11Trusted", "HostbasedAcceptedAlgorithms", "HostbasedAuthentication=no",
            "IPQoS", "KbdInteractiveDevices", "LocalCommand", "LogVerbose",
            "NoHostAuthenticationForLocalhost=no", "ObscureKeystrokeTiming=no", "PermitLocalCommand=no", "PermitRemoteOpen",
            "SecurityKeyProvider", "StreamLocalBindMask", "StreamLocalBindUnlink=no", "SyslogFacility", "Tunnel=no", "TunnelDevice",
            "UpdateHostKeys=no", "VerifyHostKeyDNS=no", "VersionAddendum", "VisualHostKey=no", "WarnWeakCrypto=no", "XAuthLocation");
        Declared.AddNames(KeywordStatus.PendingRefused, "BindInterface", "KnownHostsCommand", "PKCS11Provider",
            "ProxyUseFdpass=no", "RefuseConnection", "RevokedHostKeys");
        Declared.AddNames(KeywordStatus.Ignored, "Protocol", "Cipher");
        Declared.AddNames(KeywordStatus.Deprecated, "FallBackToRsh", "GlobalKnownHostsFile2", "RhostsAuthentication",
            "UseBlacklistedKeys", "UserKnownHostsFile2", "UseRoaming", "UseRsh", "UsePrivilegedPort");
        Declared.AddNames(KeywordStatus.Unsupported, "AFSTokenPassing", "KerberosAuthentication", "KerberosTgtPassing",
            "RSAAuthentication", "RhostsRSAAuthentication", "CompressionLevel");
        // Debian's ssh_config turns GSSAPI on for everyone; a warning at every start would help nobody.
        Declared.AddNames(KeywordStatus.Deprecated, "GSSAPIAuthentication", "GSSAPIClientIdentity", "GSSAPIDelegateCredentials",
            "GSSAPIKeyExchange", "GSSAPIRenewalForcesRekey", "GSSAPIServerIdentity", "GSSAPITrustDns", "GSSAPIKexAlgorithms");
    }

    public static KeywordTable Table => Declared;
}
