using System.Runtime.CompilerServices;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Patterns;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Log;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Turns the configuration into the options of one connection: first for whoever comes, and again once they have named their user.</summary>
/// <remarks>What a Match block says is obeyed from when its criteria are known: the address at once, the user and group with the name.</remarks>
/// <param name="hostKeys">The server's host keys.</param>
/// <param name="groups">The groups for Diffie-Hellman group exchange.</param>
internal sealed class ConnectionRules(IReadOnlyList<ISigner> hostKeys, IModulusSource groups)
{
    // Each name is looked up as a selection is made: that need not be for every connection.
    private static readonly ConditionalWeakTable<ServerConfig, AlgorithmSelection> Offered = [];

    /// <summary>Whether passwords can be checked here, or by whoever this process asks.</summary>
    public bool ChecksPasswords { get; init; } = SystemAuthenticator.CanCheckPasswords;

    /// <param name="client">The connection.</param>
    /// <param name="log">The log of it alone, which obeys what Match blocks say of it.</param>
    public SshServerOptions For(ClientConnection client, SshdLog log)
    {
        ServerConfig config = client.Config;
        log.Obey(config, client.General);
        var attempts = new AttemptLog(client, log);
        var forwards = new ForwardLines(client.Place);
        var options = new SshServerOptions
        {
            HostKeys = hostKeys,
            Authenticator = new EvenTimedAuthenticator(new SystemAuthenticator(client, log), TimeProvider.System),
            Sessions = new UserSessions(client, log),
            Forwarding = new UserForwarding(client, log),
            OnForwardTrouble = trouble =>
            {
                foreach (LogLine line in forwards.Of(trouble)) log.Tell(line);
            },
            RightsOf = client.RightsOf,
            Connection = ConnectionSettings.Default with { DefersWakeups = true, MaximumChannels = 16 * 1024 },
            LoginGraceTime = config.LoginGraceTime,
            Version = ProductVersion.Identification + (config.VersionAddendum is { } addendum ? " " + addendum : ""),
            OnUnused = () => log.Info($"terminating inactive connection from {client.Place}"),
            OnFailure = error => log.Error($"a session ended by an internal failure: {Printable.Escape(error.ToString())}"),
            Trace = log,
            Moduli = groups,
            Journal = attempts.Report,
            Remarks = client.Login.TakeRemarks,
            Rekey = Rekeying.PolicyOf(config.RekeyLimit),
            Algorithms = Offered.GetValue(config, Offer),
        };

        // A client holds itself to what it was told before anybody knows its user: so it hears of all that one user or another may sign by.
        if (client.General.HasMatchBlocks) options = options with { AnnouncedSignatureAlgorithms = [.. config.PubkeyAcceptedAlgorithms.Union(AlgorithmSelection.ServerDefault.HostKeyAlgorithms)] };
        return With(options, config) with { ForUser = ForUser };

        ValueTask<SshServerOptions> ForUser(string name, CancellationToken ct)
        {
            client.UserName = name;
            ServerConfig own = client.ConfigFor(name);
            log.Obey(own, client.General);
            if (own.RefuseConnection)
            {
                client.Startup?.OnRefused();
                log.Info($"administratively prohibited connection for {(client.AccountOf(name) is null ? "invalid user " : "")}{Printable.Escape(name)} from {client.Place}");
            }

            return ValueTask.FromResult(With(options, own));
        }
    }

    /// <summary>The options with all that a Match block may change.</summary>
    public SshServerOptions With(SshServerOptions options, ServerConfig config) => options with
    {
        Methods = MethodsOf(config),
        Chains = PassableOf(config) is { Count: > 0 } lists ? AuthenticationChains.Of(lists) : AuthenticationChains.Any,
        Banner = config.Banner is { } path ? new FileBanner(path) : null,
        MaxAuthTries = config.MaxAuthTries,
        MaxSessions = config.MaxSessions,
        PermitsTerminal = config.PermitTty,
        AcceptsVariable = name => config.AcceptEnv.Any(pattern => PatternMatcher.Matches(name, pattern)),
        IdleLimits = ChannelLimits.Of(config.ChannelTimeout),
        TrafficClass = (config.IPQoS.Interactive, config.IPQoS.Bulk),
        Refusal = config.RefuseConnection ? "Connection administratively prohibited" : null,
        UnusedTimeout = config.UnusedConnectionTimeout,
        KeepAliveInterval = config.ClientAliveInterval,
        KeepAliveCount = config.ClientAliveCountMax,
        RequiredRsaBits = config.RequiredRsaSize,
        UserSignatureAlgorithms = config.PubkeyAcceptedAlgorithms,
        HostbasedAlgorithms = config.HostbasedAcceptedAlgorithms,
        AuthorityAlgorithms = config.CASignatureAlgorithms,
    };

    private static AlgorithmSelection Offer(ServerConfig config) => AlgorithmSelection.ServerDefault with
    {
        KexAlgorithms = config.KexAlgorithms,
        HostKeyAlgorithms = config.HostKeyAlgorithms,
        Ciphers = config.Ciphers,
        Macs = config.Macs,
        Compressions = config.Compression ? ["none", "zlib@openssh.com"] : ["none"],
    };

    // A list that asks for a method or a device that others have, and Nacre has not, is one that nobody can pass.
    private static List<IReadOnlyList<string>> PassableOf(ServerConfig config) =>
        [.. config.AuthenticationMethods.Where(list => list.All(method => method is "keyboard-interactive:pam" or not "gssapi-with-mic" && !method.Contains(':', StringComparison.Ordinal)))];

    private List<string> MethodsOf(ServerConfig config)
    {
        var methods = new List<string>();
        if (config.AuthenticationMethods.Count > 0 && PassableOf(config).Count == 0) return methods;
        if (config.PubkeyAuthentication) methods.Add(MethodName.PublicKey);
        if (config.PasswordAuthentication && ChecksPasswords) methods.Add(MethodName.Password);
        if (config.KbdInteractiveAuthentication && ChecksPasswords) methods.Add(MethodName.KeyboardInteractive);
        if (config.HostbasedAuthentication) methods.Add(MethodName.Hostbased);
        return methods;
    }

    private sealed class FileBanner(string path) : IBannerPolicy
    {
        private const int MaxLength = 1024 * 1024;

        public ValueTask<string?> BannerAsync(string userName, CancellationToken ct)
        {
            try
            {
                return ValueTask.FromResult<string?>(System.Text.Encoding.UTF8.GetString(FileSafety.Read(path, MaxLength, out _)));
            }
            catch (Exception error) when (error is UnixException or InvalidDataException)
            {
                return ValueTask.FromResult<string?>(null);
            }
        }
    }
}
