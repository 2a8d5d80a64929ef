using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>What a client's configuration says for one host, with every default filled in and every token expanded.</summary>
/// <remarks>Each property's meaning is in the manual line of the keyword that it is named after.</remarks>
internal sealed class ClientConfig(string host, LocalIdentity local, ConfigValues shown, ConfigValues values)
{
    /// <summary>The host as the command line gave it.</summary>
    public string OriginalHost => host;

    public string Hostname => values.Get(ClientKeywords.Hostname)!;

    public string User => values.Get(ClientKeywords.User)!;

    public int Port => values.Get(ClientKeywords.Port);

    public AddressFamilyChoice AddressFamily => values.Get(ClientKeywords.AddressFamily);

    public bool BatchMode => values.Get(ClientKeywords.BatchMode);

    public bool CheckHostIP => values.Get(ClientKeywords.CheckHostIP);

    public bool Compression => values.Get(ClientKeywords.Compression);

    public bool ExitOnForwardFailure => values.Get(ClientKeywords.ExitOnForwardFailure);

    public FingerprintDigest FingerprintHash => values.Get(ClientKeywords.FingerprintHash);

    public bool GatewayPorts => values.Get(ClientKeywords.GatewayPorts);

    public bool HashKnownHosts => values.Get(ClientKeywords.HashKnownHosts);

    public bool IdentitiesOnly => values.Get(ClientKeywords.IdentitiesOnly);

    public bool KbdInteractiveAuthentication => values.Get(ClientKeywords.KbdInteractiveAuthentication);

    public bool PasswordAuthentication => values.Get(ClientKeywords.PasswordAuthentication);

    public PubkeyChoice PubkeyAuthentication => values.Get(ClientKeywords.PubkeyAuthentication);

    public TtyChoice RequestTTY => values.Get(ClientKeywords.RequestTTY);

    public SessionChoice SessionType => values.Get(ClientKeywords.SessionType);

    public bool StdinNull => values.Get(ClientKeywords.StdinNull);

    public HostKeyChecking StrictHostKeyChecking => values.Get(ClientKeywords.StrictHostKeyChecking);

    public bool TcpKeepAlive => values.Get(ClientKeywords.TCPKeepAlive);

    public int ConnectionAttempts => values.Get(ClientKeywords.ConnectionAttempts);

    public int NumberOfPasswordPrompts => values.Get(ClientKeywords.NumberOfPasswordPrompts);

    public int ServerAliveCountMax => values.Get(ClientKeywords.ServerAliveCountMax);

    /// <summary>Zero for never.</summary>
    public TimeSpan ServerAliveInterval => values.Get(ClientKeywords.ServerAliveInterval) ?? TimeSpan.Zero;

    public int RequiredRsaSize => values.Get(ClientKeywords.RequiredRSASize);

    public string? BindAddress => values.Get(ClientKeywords.BindAddress);

    public IReadOnlyList<string> Ciphers => values.Get(ClientKeywords.Ciphers)!;

    public IReadOnlyList<string> Macs => values.Get(ClientKeywords.MACs)!;

    public IReadOnlyList<string> KexAlgorithms => values.Get(ClientKeywords.KexAlgorithms)!;

    public IReadOnlyList<string> HostKeyAlgorithms => values.Get(ClientKeywords.HostKeyAlgorithms)!;

    /// <summary>Whether the user chose the host key algorithms, so that known_hosts must not reorder them.</summary>
    public bool HasOwnHostKeyAlgorithms => values.IsSet(ClientKeywords.HostKeyAlgorithms);

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

    /// <summary>The paths of the private keys to try, in order; empty after "none".</summary>
    public IReadOnlyList<string> IdentityFiles =>
        [.. values.Get(ClientKeywords.IdentityFile)!.Where(static file => !file.Equals("none", StringComparison.OrdinalIgnoreCase))];

    /// <summary>Whether the user named identity files; a file of the defaults may be missing without a word.</summary>
    public bool HasOwnIdentityFiles => values.IsSet(ClientKeywords.IdentityFile);

    public IReadOnlyList<string> GlobalKnownHostsFiles => WithoutNone(values.Get(ClientKeywords.GlobalKnownHostsFile)!);

    public IReadOnlyList<string> UserKnownHostsFiles => WithoutNone(values.Get(ClientKeywords.UserKnownHostsFile)!);

    public IReadOnlyList<Forward> LocalForwards => values.Get(ClientKeywords.LocalForward) ?? [];

    public IReadOnlyList<Forward> RemoteForwards => values.Get(ClientKeywords.RemoteForward) ?? [];

    public LogLevel LogLevel => values.Get(ClientKeywords.LogLevel);

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

    /// <summary>Whether a file or the command line set a keyword.</summary>
    public bool IsSet(Keyword keyword) => values.IsSet(keyword);

    /// <summary>The lines that ssh -G prints.</summary>
    public IEnumerable<string> Dump() => ClientKeywords.Table.All.SelectMany(keyword => keyword.Dump(shown)).Prepend($"host {host}");

    private static string? NotNone(string? text) => text is null || text.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : text;

    private static IReadOnlyList<string> WithoutNone(IReadOnlyList<string> files) => files is ["none"] ? [] : files;
}
