using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>What one connection of a tool trusts and logs in with: known_hosts, identity files, the agent, the person at the terminal.</summary>
internal sealed class ClientTrust : IHostKeyDialog, IPassphraseSource, IBannerViewer, IAsyncDisposable
{
    private readonly ClientConfig _config;
    private readonly ErrorTrace _trace;
    private readonly Prompts _prompts;
    private readonly List<IdentityFile> _files = [];
    private AgentClient? _agent;

    private ClientTrust(ClientConfig config, ErrorTrace trace)
    {
        (_config, _trace) = (config, trace);
        _prompts = new Prompts($"{config.User}@{config.Hostname}", config.BatchMode);
    }

    /// <summary>Reads the files and asks the agent for its keys.</summary>
    public static async Task<(ClientTrust Trust, SshClientOptions Options)> LoadAsync(ClientConfig config, ErrorTrace trace)
    {
        var trust = new ClientTrust(config, trace);
        if (config.HostbasedAuthentication) trace.Say("HostbasedAuthentication is not part of Nacre; the other methods are tried.");
        IReadOnlyList<IIdentity> identities = config.PubkeyAuthentication == PubkeyChoice.No ? [] : await trust.LoadIdentitiesAsync().ConfigureAwait(false);
        return (trust, await trust.CreateOptionsAsync(identities).ConfigureAwait(false));
    }

    public void Inform(string message) => _trace.Say(message);

    public void Warn(string message) => _trace.Fail(message);

    public ValueTask<string?> AskAsync(string question, CancellationToken ct) => _prompts.AskAloudAsync(question, ct);

    public ValueTask<Password?> AskPassphraseAsync(string path, int attempt, CancellationToken ct) =>
        _prompts.AskAsync($"Enter passphrase for key '{Printable.Escape(path)}': ", echo: false, ct);

    public ValueTask ShowAsync(PeerText banner, CancellationToken ct)
    {
        // It is for the person, and goes to standard error even where -E or -y has what is told elsewhere.
        if (_trace.Level >= LogLevel.Info) Console.Error.Write(banner.Lines);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IdentityFile file in _files) file.Dispose();
        if (_agent is not null) await _agent.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<IIdentity>> LoadIdentitiesAsync()
    {
        foreach (string path in _config.IdentityFiles)
        {
            IdentityFile? file = IdentityFile.Find(path, this, _config.NumberOfPasswordPrompts);
            if (file is not null) _files.Add(file);
            else _trace.Write(1, $"no such identity: {Printable.Escape(path)}");
        }

        IReadOnlyList<AgentIdentity> agentKeys = [];
        if (_config.IdentityAgent is { } socket)
        {
            try
            {
                _agent = await AgentClient.ConnectAsync(socket, default).ConfigureAwait(false);
                if (_agent is not null) agentKeys = await _agent.ListAsync(default).ConfigureAwait(false);
            }
            catch (SshException error)
            {
                _trace.Write(1, $"agent: {error.Message}");
            }
        }

        if (_agent is not null && _config.AddKeysToAgent.Choice != AddKeysChoice.No)
        {
            var keeper = new AgentKeeper(_agent, _config.AddKeysToAgent, _trace);
            foreach (IdentityFile file in _files) file.Opened = keeper.KeepAsync;
        }

        return IdentityOrder.Of(_files, FoundCertificate.Load(_config.CertificateFiles, _config.IdentityFiles), agentKeys, _config.IdentitiesOnly);
    }

    private async Task<SshClientOptions> CreateOptionsAsync(IReadOnlyList<IIdentity> identities)
    {
        KnownHostsOptions knownHosts = HostTrust.OptionsOf(_config, _trace);
        IReadOnlyList<string> hostKeyAlgorithms = await HostTrust.OrderAsync(_config, knownHosts).ConfigureAwait(false);
        return new SshClientOptions
        {
            HostKeyPolicy = new KnownHostsPolicy(knownHosts, this),
            UserName = _config.User,
            Identities = identities,
            Passwords = _config.PasswordAuthentication ? _prompts : null,
            Prompter = _config.KbdInteractiveAuthentication ? _prompts : null,
            Banners = this,
            KeepAliveInterval = _config.ServerAliveInterval,
            KeepAliveCount = _config.ServerAliveCountMax,
            PreferredMethods = _config.PreferredAuthentications,
            PasswordPrompts = _config.NumberOfPasswordPrompts,
            InteractiveDevices = _config.KbdInteractiveDevices ?? "",
            RequiredRsaBits = _config.RequiredRsaSize,
            UserSignatureAlgorithms = _config.PubkeyAcceptedAlgorithms,
            BindsToHost = _config.PubkeyAuthentication != PubkeyChoice.Unbound,
            Rekey = Rekeying.PolicyOf(_config.RekeyLimit),
            IdleLimits = ChannelLimits.Of(_config.ChannelTimeout),
            Trace = _trace,
            Warn = _trace.Fail,
            Version = _config.VersionAddendum is { } addendum ? $"{ProductVersion.Identification} {addendum}" : ProductVersion.Identification,
            Algorithms = AlgorithmSelection.ClientDefault with
            {
                KexAlgorithms = _config.KexAlgorithms,
                HostKeyAlgorithms = hostKeyAlgorithms,
                Ciphers = _config.Ciphers,
                Macs = _config.Macs,
                Compressions = _config.Compression ? ["zlib@openssh.com", "none"] : ["none", "zlib@openssh.com"],
            },
        };
    }
}
