using Nacre.Client;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Protocol.Algorithms;

namespace Nacre.Config.Connections;

/// <summary>Turns what a configuration says into the options of the library; whoever asks a person adds that person.</summary>
internal static class ClientOptions
{
    /// <summary>The options for a host, without anything to log in with.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="policy">Whom to trust.</param>
    /// <param name="ct">Cancels asking what is known of the host.</param>
    public static async Task<SshClientOptions> OfAsync(ClientConfig config, KnownHostsPolicy policy, CancellationToken ct)
    {
        var start = new SshClientOptions { HostKeyPolicy = policy };

        // Those of keys that are known come first, unless the user has said which.
        IReadOnlyList<string> hostKeyAlgorithms = config.HostKeyAlgorithms;
        if (!config.HasOwnHostKeyAlgorithms) hostKeyAlgorithms = await policy.OrderAsync(hostKeyAlgorithms, DestinationOf(config), ct).ConfigureAwait(false);
        return start with
        {
            UserName = config.User,
            ConnectTimeout = config.ConnectTimeout ?? TimeSpan.Zero,
            KeepAliveInterval = config.ServerAliveInterval,
            KeepAliveCount = config.ServerAliveCountMax,
            PreferredMethods = config.PreferredAuthentications,
            PasswordPrompts = config.NumberOfPasswordPrompts,
            InteractiveDevices = config.KbdInteractiveDevices ?? "",
            RequiredRsaBits = config.RequiredRsaSize,
            HostbasedAlgorithms = config.HostbasedAcceptedAlgorithms,
            UserSignatureAlgorithms = config.PubkeyAcceptedAlgorithms,
            BindsToHost = config.PubkeyAuthentication != PubkeyChoice.Unbound,
            Rekey = Rekeying.PolicyOf(config.RekeyLimit),
            IdleLimits = ChannelLimits.Of(config.ChannelTimeout),
            Version = config.VersionAddendum is { } addendum ? $"{start.Version} {addendum}" : start.Version,
            Algorithms = AlgorithmSelection.ClientDefault with
            {
                KexAlgorithms = config.KexAlgorithms,
                HostKeyAlgorithms = hostKeyAlgorithms,
                Ciphers = config.Ciphers,
                Macs = config.Macs,
                Compressions = config.Compression ? ["zlib@openssh.com", "none"] : ["none", "zlib@openssh.com"],
            },
        };
    }

    /// <summary>The user, the host and the port that the configuration leads to.</summary>
    public static SshDestination DestinationOf(ClientConfig config) => new(config.User, config.Hostname, config.Port);

    /// <summary>How a connection to the host itself is made.</summary>
    public static DialOptions DialOf(ClientConfig config) => new()
    {
        Family = SystemLookup.FamilyOf(config.AddressFamily),
        BindAddress = config.BindAddress,
        BindInterface = config.BindInterface,
        Timeout = config.ConnectTimeout ?? TimeSpan.Zero,
        Attempts = config.ConnectionAttempts,
    };

    /// <summary>How known_hosts is used for a host.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="runsCommands">False where KnownHostsCommand is passed over.</param>
    public static KnownHostsOptions KnownHostsOf(ClientConfig config, bool runsCommands) => new()
    {
        Source = runsCommands && config.KnownHostsCommand is not null ? new KnownHostsProgram(config, config.FingerprintHash) : null,
        UserFiles = config.UserKnownHostsFiles,
        GlobalFiles = config.GlobalKnownHostsFiles,
        HostKeyAlias = config.HostKeyAlias,
        HashesNames = config.HashKnownHosts,
        ChecksAddress = config.CheckHostIP,
        TrustsLoopback = config.NoHostAuthenticationForLocalhost,
        RevokedKeysFiles = config.RevokedHostKeys,
        CASignatureAlgorithms = config.CASignatureAlgorithms,
        ShowsDrawing = config.VisualHostKey,
        UpdateHostKeys = config.UpdateHostKeys switch
        {
            AskChoice.Yes => UpdateHostKeys.Yes,
            AskChoice.Ask => UpdateHostKeys.Ask,
            _ => UpdateHostKeys.No,
        },
        VerifyHostKeyDns = config.VerifyHostKeyDNS switch
        {
            AskChoice.Yes => VerifyHostKeyDns.Yes,
            AskChoice.Ask => VerifyHostKeyDns.Ask,
            _ => VerifyHostKeyDns.No,
        },
        FingerprintHash = config.FingerprintHash,
        Strict = config.StrictHostKeyChecking switch
        {
            HostKeyChecking.Yes => StrictHostKeyChecking.Yes,
            HostKeyChecking.No => StrictHostKeyChecking.No,
            HostKeyChecking.AcceptNew => StrictHostKeyChecking.AcceptNew,
            _ => StrictHostKeyChecking.Ask,
        },
    };
}
