using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
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
        return (trust, trust.CreateOptions(identities));
    }

    public void Inform(string message) => _trace.Say(message);

    public void Warn(string message) => _trace.Fail(message);

    public ValueTask<string?> AskAsync(string question, CancellationToken ct) => _prompts.AskAloudAsync(question, ct);

    public ValueTask<Password?> AskPassphraseAsync(string path, int attempt, CancellationToken ct) =>
        _prompts.AskAsync($"Enter passphrase for key '{Printable.Escape(path)}': ", echo: false, ct);

    public ValueTask ShowAsync(PeerText banner, CancellationToken ct)
    {
        _trace.Say(banner.Lines.TrimEnd('\n'));
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

        return IdentityOrder.Of(_files, FoundCertificate.Load(_config.CertificateFiles, _config.IdentityFiles), agentKeys, _config.IdentitiesOnly);
    }

    private SshClientOptions CreateOptions(IReadOnlyList<IIdentity> identities)
    {
        KnownHosts known = KnownHosts.Load([.. _config.UserKnownHostsFiles, .. _config.GlobalKnownHostsFiles]);
        (string host, int port) = _config.HostKeyAlias is { } alias ? (alias, 0) : (_config.Hostname, _config.Port);
        return new SshClientOptions
        {
            HostKeyPolicy = new KnownHostsPolicy(KnownHostsOptions(), this),
            UserName = _config.User,
            Identities = identities,
            Passwords = _config.PasswordAuthentication ? _prompts : null,
            Prompter = _config.KbdInteractiveAuthentication ? _prompts : null,
            Banners = this,
            KeepAliveInterval = _config.ServerAliveInterval,
            KeepAliveCount = _config.ServerAliveCountMax,
            PreferredMethods = _config.PreferredAuthentications,
            PasswordPrompts = _config.NumberOfPasswordPrompts,
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
                HostKeyAlgorithms = _config.HasOwnHostKeyAlgorithms ? _config.HostKeyAlgorithms : HostKeyOrder.For(_config.HostKeyAlgorithms, known, host, port),
                Ciphers = _config.Ciphers,
                Macs = _config.Macs,
                Compressions = _config.Compression ? ["zlib@openssh.com", "none"] : ["none", "zlib@openssh.com"],
            },
        };
    }

    private KnownHostsOptions KnownHostsOptions() => new()
    {
        UserFiles = _config.UserKnownHostsFiles,
        GlobalFiles = _config.GlobalKnownHostsFiles,
        HostKeyAlias = _config.HostKeyAlias,
        HashesNames = _config.HashKnownHosts,
        FingerprintHash = _config.FingerprintHash == FingerprintDigest.Md5 ? FingerprintHash.Md5 : FingerprintHash.Sha256,
        Strict = _config.StrictHostKeyChecking switch
        {
            HostKeyChecking.Yes => StrictHostKeyChecking.Yes,
            HostKeyChecking.No => StrictHostKeyChecking.No,
            HostKeyChecking.AcceptNew => StrictHostKeyChecking.AcceptNew,
            _ => StrictHostKeyChecking.Ask,
        },
    };
}
