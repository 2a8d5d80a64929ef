using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Config;

/// <summary>What a client's configuration says for one host, with every default filled in and every token expanded.</summary>
/// <remarks>Each property's meaning is in the manual line of the keyword that it is named after.</remarks>
internal sealed class ClientConfig(string host, LocalIdentity local, ConfigValues shown, ConfigValues values, TokenExpander expander)
{
    /// <summary>The host as the command line gave it.</summary>
    public string OriginalHost => host;

    public string Hostname => values.Get(ClientKeywords.Hostname)!;

    public string User => values.Get(ClientKeywords.User)!;

    public int Port => values.Get(ClientKeywords.Port);

    public AddressFamilyChoice AddressFamily => values.Get(ClientKeywords.AddressFamily);

    public bool BatchMode => values.Get(ClientKeywords.BatchMode);

    public bool CanonicalizeFallbackLocal => values.Get(ClientKeywords.CanonicalizeFallbackLocal);

    public CanonicalizeChoice CanonicalizeHostname => values.Get(ClientKeywords.CanonicalizeHostname);

    public bool CheckHostIP => values.Get(ClientKeywords.CheckHostIP);

    public bool Compression => values.Get(ClientKeywords.Compression);

    public ControlMasterChoice ControlMaster => values.Get(ClientKeywords.ControlMaster);

    public bool EnableSSHKeysign => values.Get(ClientKeywords.EnableSSHKeysign);

    public bool ClearAllForwardings => values.Get(ClientKeywords.ClearAllForwardings);

    public bool ExitOnForwardFailure => values.Get(ClientKeywords.ExitOnForwardFailure);

    public FingerprintHash FingerprintHash => values.Get(ClientKeywords.FingerprintHash);

    public bool ForwardX11 => values.Get(ClientKeywords.ForwardX11);

    public bool ForwardX11Trusted => values.Get(ClientKeywords.ForwardX11Trusted);

    public bool GatewayPorts => values.Get(ClientKeywords.GatewayPorts);

    public bool HashKnownHosts => values.Get(ClientKeywords.HashKnownHosts);

    public bool HostbasedAuthentication => values.Get(ClientKeywords.HostbasedAuthentication);

    public bool IdentitiesOnly => values.Get(ClientKeywords.IdentitiesOnly);

    public bool KbdInteractiveAuthentication => values.Get(ClientKeywords.KbdInteractiveAuthentication);

    public bool NoHostAuthenticationForLocalhost => values.Get(ClientKeywords.NoHostAuthenticationForLocalhost);

    public bool PasswordAuthentication => values.Get(ClientKeywords.PasswordAuthentication);

    public bool PermitLocalCommand => values.Get(ClientKeywords.PermitLocalCommand);

    public bool ProxyUseFdpass => values.Get(ClientKeywords.ProxyUseFdpass);

    public PubkeyChoice PubkeyAuthentication => values.Get(ClientKeywords.PubkeyAuthentication);

    public TtyChoice RequestTTY => values.Get(ClientKeywords.RequestTTY);

    public SessionChoice SessionType => values.Get(ClientKeywords.SessionType);

    /// <summary>ssh_config(5) of ForkAfterAuthentication: "This implies the StdinNull configuration option being set to 'yes'."</summary>
    public bool StdinNull => values.Get(ClientKeywords.StdinNull) || ForkAfterAuthentication;

    public bool ForkAfterAuthentication => values.Get(ClientKeywords.ForkAfterAuthentication);

    public bool StreamLocalBindUnlink => values.Get(ClientKeywords.StreamLocalBindUnlink);

    public HostKeyChecking StrictHostKeyChecking => values.Get(ClientKeywords.StrictHostKeyChecking);

    public bool TcpKeepAlive => values.Get(ClientKeywords.TCPKeepAlive);

    public TunnelChoice Tunnel => values.Get(ClientKeywords.Tunnel);

    public AskChoice VerifyHostKeyDNS => values.Get(ClientKeywords.VerifyHostKeyDNS);

    public bool VisualHostKey => values.Get(ClientKeywords.VisualHostKey);

    public AskChoice UpdateHostKeys => values.Get(ClientKeywords.UpdateHostKeys);

    public bool EnableEscapeCommandline => values.Get(ClientKeywords.EnableEscapeCommandline);

    public bool WarnWeakCrypto => values.Get(ClientKeywords.WarnWeakCrypto);

    public int CanonicalizeMaxDots => values.Get(ClientKeywords.CanonicalizeMaxDots);

    public int ConnectionAttempts => values.Get(ClientKeywords.ConnectionAttempts);

    /// <summary>Zero for never.</summary>
    public TimeSpan ForwardX11Timeout => values.Get(ClientKeywords.ForwardX11Timeout) ?? TimeSpan.Zero;

    public int NumberOfPasswordPrompts => values.Get(ClientKeywords.NumberOfPasswordPrompts);

    public int ServerAliveCountMax => values.Get(ClientKeywords.ServerAliveCountMax);

    /// <summary>Zero for never.</summary>
    public TimeSpan ServerAliveInterval => values.Get(ClientKeywords.ServerAliveInterval) ?? TimeSpan.Zero;

    public int RequiredRsaSize => values.Get(ClientKeywords.RequiredRSASize);

    /// <summary>The time between two packets with keystrokes; zero when their rhythm is not hidden.</summary>
    public TimeSpan ObscureKeystrokeTiming => values.Get(ClientKeywords.ObscureKeystrokeTiming) ?? TimeSpan.Zero;

    public string? BindAddress => values.Get(ClientKeywords.BindAddress);

    public string? BindInterface => values.Get(ClientKeywords.BindInterface);

    public IReadOnlyList<string> Ciphers => values.Get(ClientKeywords.Ciphers)!;

    /// <summary>The path of the shared connection's socket, or null for none.</summary>
    public string? ControlPath => NotNone(values.Get(ClientKeywords.ControlPath));

    public IReadOnlyList<string> Macs => values.Get(ClientKeywords.MACs)!;

    public IReadOnlyList<string> KexAlgorithms => values.Get(ClientKeywords.KexAlgorithms)!;

    public IReadOnlyList<string> HostKeyAlgorithms => values.Get(ClientKeywords.HostKeyAlgorithms)!;

    /// <summary>Whether the user chose the host key algorithms, so that known_hosts must not reorder them.</summary>
    public bool HasOwnHostKeyAlgorithms => values.IsSet(ClientKeywords.HostKeyAlgorithms);

    public IReadOnlyList<string> HostbasedAcceptedAlgorithms => values.Get(ClientKeywords.HostbasedAcceptedAlgorithms)!;

    public IReadOnlyList<string> CASignatureAlgorithms => values.Get(ClientKeywords.CASignatureAlgorithms)!;

    public IReadOnlyList<string> PubkeyAcceptedAlgorithms => values.Get(ClientKeywords.PubkeyAcceptedAlgorithms)!;

    public string? HostKeyAlias => values.Get(ClientKeywords.HostKeyAlias);

    /// <summary>The path of the agent's socket, or null for no agent.</summary>
    public string? IdentityAgent
    {
        get
        {
            string? agent = values.Get(ClientKeywords.IdentityAgent);
            if (agent is null || agent == "SSH_AUTH_SOCK")
                return local.Environment("SSH_AUTH_SOCK");
            if (agent.Equals("none", StringComparison.OrdinalIgnoreCase))
                return null;
            return agent.StartsWith('$') ? local.Environment(agent[1..]) : agent;
        }
    }

    /// <summary>The path of the library that speaks to security keys, or null for none.</summary>
    public string? SecurityKeyProvider
    {
        get
        {
            string library = values.Get(ClientKeywords.SecurityKeyProvider)!;
            return library is ['$', _, ..] ? local.Environment(library[1..]) : library;
        }
    }

    /// <summary>The path of the PKCS#11 library whose keys to log in with, or null for none.</summary>
    public string? PKCS11Provider => NotNone(values.Get(ClientKeywords.PKCS11Provider));

    /// <summary>The paths of the private keys to try, in order; empty after "none".</summary>
    public IReadOnlyList<string> IdentityFiles =>
        [.. values.Get(ClientKeywords.IdentityFile)!.Where(static file => !file.Equals("none", StringComparison.OrdinalIgnoreCase))];

    /// <summary>Whether the user named identity files; a file of the defaults may be missing without a word.</summary>
    public bool HasOwnIdentityFiles => values.IsSet(ClientKeywords.IdentityFile);

    public IReadOnlyList<string> GlobalKnownHostsFiles => WithoutNone(values.Get(ClientKeywords.GlobalKnownHostsFile)!);

    public IReadOnlyList<string> UserKnownHostsFiles => WithoutNone(values.Get(ClientKeywords.UserKnownHostsFile)!);

    public IReadOnlyList<Forward> DynamicForwards => values.Get(ClientKeywords.DynamicForward) ?? [];

    public IReadOnlyList<string> CanonicalDomains => values.Get(ClientKeywords.CanonicalDomains)!;

    public IReadOnlyList<CnameRule> CanonicalizePermittedCNAMEs => values.Get(ClientKeywords.CanonicalizePermittedCNAMEs)!;

    public IReadOnlyList<string> CertificateFiles => WithoutNone(values.Get(ClientKeywords.CertificateFile)!);

    /// <summary>The files of revoked keys.</summary>
    public IReadOnlyList<string> RevokedHostKeys => values.Get(ClientKeywords.RevokedHostKeys)!;

    public IReadOnlyList<Forward> LocalForwards => values.Get(ClientKeywords.LocalForward) ?? [];

    public IReadOnlyList<Forward> RemoteForwards => values.Get(ClientKeywords.RemoteForward) ?? [];

    public LogLevel LogLevel => values.Get(ClientKeywords.LogLevel);

    public IReadOnlyList<string> LogVerbose => values.Get(ClientKeywords.LogVerbose)!;

    public LogFacility SyslogFacility => values.Get(ClientKeywords.SyslogFacility);

    public IReadOnlyList<ChannelTimeout> ChannelTimeout => values.Get(ClientKeywords.ChannelTimeout)!;

    public EndpointPermissions PermitRemoteOpen => values.Get(ClientKeywords.PermitRemoteOpen)!;

    public AddKeys AddKeysToAgent => values.Get(ClientKeywords.AddKeysToAgent);

    /// <summary>Whether an agent is forwarded, and the path of its socket; null for the one of <see cref="IdentityAgent"/>'s variable, SSH_AUTH_SOCK.</summary>
    public AgentForwarding ForwardAgent
    {
        get
        {
            AgentForwarding forwarding = values.Get(ClientKeywords.ForwardAgent);
            if (forwarding.Path is not ['$', ..])
                return forwarding;
            string? named = local.Environment(forwarding.Path[1..]);
            return new AgentForwarding(named is not null, named);
        }
    }

    public TunnelDevices TunnelDevice => values.Get(ClientKeywords.TunnelDevice);

    public ControlPersistence ControlPersist => values.Get(ClientKeywords.ControlPersist);

    public IpQos IPQoS => values.Get(ClientKeywords.IPQoS);

    public UnixFileMode StreamLocalBindMask => values.Get(ClientKeywords.StreamLocalBindMask);

    public string? KbdInteractiveDevices => values.Get(ClientKeywords.KbdInteractiveDevices);

    public string? XAuthLocation => NotNone(values.Get(ClientKeywords.XAuthLocation));

    public string? VersionAddendum => NotNone(values.Get(ClientKeywords.VersionAddendum));

    /// <summary>Why the user does not want to connect, or null.</summary>
    public string? RefuseConnection => values.Get(ClientKeywords.RefuseConnection);

    /// <summary>The command as it was written; each of its words is for <see cref="TryExpandLate"/>.</summary>
    public string? KnownHostsCommand => NotNone(values.Get(ClientKeywords.KnownHostsCommand));

    /// <summary>The command as it was written, for <see cref="TryExpandLate"/>.</summary>
    public string? LocalCommand => NotNone(values.Get(ClientKeywords.LocalCommand));

    /// <summary>The methods in the order to try them, or null for the usual order.</summary>
    public IReadOnlyList<string>? PreferredAuthentications =>
        values.Get(ClientKeywords.PreferredAuthentications)?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public RekeyLimit RekeyLimit => values.Get(ClientKeywords.RekeyLimit);

    public string? RemoteCommand => NotNone(values.Get(ClientKeywords.RemoteCommand));

    /// <summary>The one file that -F named, or "none"; null for the usual ones.</summary>
    public string? ConfigFile { get; init; }

    public string? ProxyJump => NotNone(values.Get(ClientKeywords.ProxyJump));

    public string? ProxyCommand => NotNone(values.Get(ClientKeywords.ProxyCommand));

    public IReadOnlyList<string> SendEnv => values.Get(ClientKeywords.SendEnv)!;

    public IReadOnlyList<EnvironmentSetting> SetEnv => values.Get(ClientKeywords.SetEnv)!;

    /// <summary>Null for as long as the system takes.</summary>
    public TimeSpan? ConnectTimeout => values.Get(ClientKeywords.ConnectTimeout);

    /// <summary>Null for no escape character.</summary>
    public char? EscapeChar => values.Get(ClientKeywords.EscapeChar).Value;

    public string? Tag => values.Get(ClientKeywords.Tag);

    /// <summary>Expands the text of a keyword with tokens that become known during the connection (LocalCommand, KnownHostsCommand).</summary>
    /// <param name="keyword">The keyword, whose rules count.</param>
    /// <param name="text">Its value, or a word of it.</param>
    /// <param name="late">The tokens that are known now.</param>
    /// <param name="expanded">The text to use.</param>
    /// <param name="error">What is wrong, when the result is false.</param>
    public bool TryExpandLate(Keyword keyword, string text, IReadOnlyDictionary<char, string> late, out string expanded, out string error) =>
        expander.With(late).TryExpand(text, keyword.Tokens!, out expanded, out error);

    /// <summary>Whether a file or the command line set a keyword.</summary>
    public bool IsSet(Keyword keyword) => values.IsSet(keyword);

    /// <summary>The lines that ssh -G prints.</summary>
    public IEnumerable<string> Dump() => ClientKeywords.Table.All.SelectMany(keyword => keyword.Dump(shown)).Prepend($"host {host}");

    private static string? NotNone(string? text) => text is null || text.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : text;

    private static IReadOnlyList<string> WithoutNone(IReadOnlyList<string> files) => files is ["none"] ? [] : files;
}
