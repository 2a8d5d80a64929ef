using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config.Connections;
using Nacre.Forwarding;

namespace Nacre.Config;

/// <summary>A host as ssh_config(5) describes it: where it is, how to get there, whom to trust and what to log in with.</summary>
/// <remarks>Nothing in the library reads these files unless a program asks for it here.</remarks>
/// <example>
/// <code>
/// await using ConfiguredHost host = await ConfiguredHost.LoadAsync("build-server");
/// await using SshClient ssh = await host.ConnectAsync();
/// </code>
/// </example>
public sealed class ConfiguredHost : IAsyncDisposable
{
    private readonly ClientConfig _config;
    private readonly ConfiguredIdentities _identities;
    private readonly ConfiguredHost? _jump;
    private readonly bool _runsCommands;

    private ConfiguredHost(ClientConfig config, ConfiguredIdentities identities, SshClientOptions options, IReadOnlyList<string> notes, ConfiguredHost? jump, bool runsCommands) =>
        (_config, _identities, Options, Notes, _jump, _runsCommands) = (config, identities, options, notes, jump, runsCommands);

    /// <summary>The user, the host and the port that the configuration leads to.</summary>
    public SshDestination Destination => ClientOptions.DestinationOf(_config);

    /// <summary>Whom to trust and what to log in with; change it with <c>with</c> and connect by <see cref="SshClient"/> where more is needed. The keys last as long as this object.</summary>
    public SshClientOptions Options { get; }

    /// <summary>What the configuration has that is passed over, and other things worth knowing; safe to show.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>ProxyCommand with its tokens replaced, or null for none. Unless <see cref="ConfiguredHostOptions.RunsCommands"/> is set, start it and connect over its streams.</summary>
    public string? ProxyCommand => _config.ProxyCommand;

    /// <summary>Reads the configuration for a host, with its keys and those of the agent.</summary>
    /// <param name="destination">[user@]host[:port] or ssh://[user@]host[:port]; the host as the configuration knows it.</param>
    /// <param name="options">Which files, and who is asked; the usual files and nobody when null.</param>
    /// <param name="ct">Cancels asking the agent.</param>
    /// <returns>The host; dispose of it when its keys are no longer used.</returns>
    /// <exception cref="FormatException">The destination is malformed, or has characters that a shell would act on.</exception>
    /// <exception cref="SshConfigException">The configuration is wrong.</exception>
    public static Task<ConfiguredHost> LoadAsync(string destination, ConfiguredHostOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return LoadAsync(ParseDestination(destination), options ?? new ConfiguredHostOptions(), 0, ct);
    }

    /// <summary>Connects as the configuration says, by way of the machines of ProxyJump where there are any, and logs in.</summary>
    /// <param name="ct">Cancels connecting and logging in.</param>
    /// <returns>The connection; disposing of it disconnects from every machine on the way.</returns>
    /// <exception cref="SshConfigException">The configuration refuses the connection (RefuseConnection), or wants a ProxyCommand where no commands are to be run.</exception>
    /// <exception cref="SocketException">No address of the host could be connected to.</exception>
    /// <exception cref="Protocol.Wire.SshException">The connection, the trust or the login failed.</exception>
    public async Task<SshClient> ConnectAsync(CancellationToken ct = default)
    {
        if (_config.RefuseConnection is { } reason)
            throw new SshConfigException([reason]);
        if (_jump is not null)
        {
            SshClient gate = await _jump.ConnectAsync(ct).ConfigureAwait(false);
            try
            {
                return await gate.GoOnAsync(Destination, Options, isOwned: true, ct).ConfigureAwait(false);
            }
            catch
            {
                await gate.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        if (ProxyCommand is not null)
            return await SshClient.ConnectAsync(await StartProxyAsync().ConfigureAwait(false), Destination, Options, ct).ConfigureAwait(false);
        Socket socket = await new TcpEndpoint(_config.Hostname, _config.Port).ConnectAsync(ClientOptions.DialOf(_config), ct).ConfigureAwait(false);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, _config.TcpKeepAlive);
        string address = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
        return await SshClient.ConnectAsync(new NetworkStream(socket, ownsSocket: true), Destination, address, Options, ct).ConfigureAwait(false);
    }

    /// <summary>Forgets the keys.</summary>
    /// <returns>Done when they are forgotten.</returns>
    public async ValueTask DisposeAsync()
    {
        await _identities.DisposeAsync().ConfigureAwait(false);
        if (_jump is not null)
            await _jump.DisposeAsync().ConfigureAwait(false);
    }

    private Task<Stream> StartProxyAsync() => _runsCommands
        ? ProxyRoute.ConnectAsync(_config)
        : throw new SshConfigException([$"{_config.OriginalHost} is reached by ProxyCommand, which is not started unless RunsCommands is set; set it, start the command and connect over its streams, or set ProxyCommand=none"]);

    private static async Task<ConfiguredHost> LoadAsync(Destination destination, ConfiguredHostOptions options, int hops, CancellationToken ct)
    {
        List<string> notes = [];
        ClientConfig config = ReadConfig(destination, options, notes);
        if (config.KnownHostsCommand is not null && !options.RunsCommands)
            notes.Add("KnownHostsCommand is not run: RunsCommands is not set");
        ConfiguredHost? jump = config.ProxyJump is not null ? await LoadJumpAsync(config, options, hops, ct).ConfigureAwait(false) : null;
        ConfiguredIdentities? identities = null;
        try
        {
            identities = await ConfiguredIdentities.LoadAsync(config, options.Passphrases, options.Tokens, notes.Add, ct).ConfigureAwait(false);
            var policy = new KnownHostsPolicy(ClientOptions.KnownHostsOf(config, options.RunsCommands), options.Dialog ?? new NobodyToAsk(notes));
            SshClientOptions client = await ClientOptions.OfAsync(config, policy, ct).ConfigureAwait(false) with
            {
                Identities = identities.All,
                Hostbased = config.HostbasedAuthentication && options.RunsCommands ? new SshKeysign() : null,
                Passwords = config.PasswordAuthentication ? options.Passwords : null,
                Prompter = config.KbdInteractiveAuthentication ? options.Prompter : null,
            };
            return new ConfiguredHost(config, identities, client, notes, jump, options.RunsCommands);
        }
        catch
        {
            if (identities is not null)
                await identities.DisposeAsync().ConfigureAwait(false);
            if (jump is not null)
                await jump.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // ssh(1) of -J: the last machine is reached by way of those before it; files say the rest about each.
    private static Task<ConfiguredHost> LoadJumpAsync(ClientConfig config, ConfiguredHostOptions options, int hops, CancellationToken ct)
    {
        JumpStep step = JumpStep.To(config, hops);
        return LoadAsync(step.Machine, options with { Lines = step.Before is { } before ? ["ProxyJump=" + before] : [] }, hops + 1, ct);
    }

    private static ClientConfig ReadConfig(Destination destination, ConfiguredHostOptions options, List<string> notes)
    {
        CommandLineOptions lines = new JumpStep(destination, Before: null).ToLines();
        foreach (string line in options.Lines)
            lines.Add(line);
        var diagnostics = new ConfigDiagnostics();
        Func<string, bool>? matchExec = options.RunsCommands ? command => MatchCommand.Succeeds(command, notes.Add) : null;
        ClientConfigSource source = MachineSource.Of(destination.Host, lines, options.ConfigFile, matchExec)
            ?? throw new SshConfigException(["There is no account for the user id of this process."]);
        ClientConfig? config = ClientConfigParser.Load(source, diagnostics);
        notes.AddRange(diagnostics.Where(static line => line.Severity == ConfigSeverity.Warning).Select(static line => line.Text));
        return config ?? throw new SshConfigException([.. diagnostics.Where(static line => line.Severity == ConfigSeverity.Error).Select(static line => line.Text)]);
    }

    private static Destination ParseDestination(string text)
    {
        string uri = text.StartsWith("ssh://", StringComparison.Ordinal) ? text : "ssh://" + text;
        return Nacre.Config.Destination.TryParse(uri, out Destination? destination, out string error, "ssh")
            ? destination!
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{error}; write [user@]host[:port]"));
    }

    /// <summary>Nobody answers; what would have been shown is kept.</summary>
    private sealed class NobodyToAsk(List<string> notes) : IHostKeyDialog
    {
        public void Inform(string message) => Keep(message);

        public void Warn(string message) => Keep(message);

        public ValueTask<string?> AskAsync(string question, CancellationToken ct) => ValueTask.FromResult<string?>(null);

        private void Keep(string message)
        {
            lock (notes)
                notes.Add(message);
        }
    }
}
