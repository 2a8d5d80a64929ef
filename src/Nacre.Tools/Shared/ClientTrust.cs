using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.SecurityKeys;
using Nacre.Tools.Tokens;

namespace Nacre.Tools.Shared;

/// <summary>What one connection of a tool trusts and logs in with: known_hosts, identity files, the agent, tokens, the person at the terminal.</summary>
internal sealed class ClientTrust : IHostKeyDialog, IPassphraseSource, IBannerViewer, IAsyncDisposable
{
    private readonly ClientConfig _config;
    private readonly ErrorTrace _trace;
    private readonly Prompts _prompts;
    private readonly LoginTokens _tokens;
    private ConfiguredIdentities? _identities;

    private ClientTrust(ClientConfig config, ErrorTrace trace)
    {
        (_config, _trace) = (config, trace);
        _prompts = new Prompts($"{config.User}@{config.Hostname}", config.BatchMode);
        _tokens = new LoginTokens(_prompts, config.BatchMode, trace);
    }

    /// <summary>Reads the files and asks the agent and the tokens for their keys.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="offered">Keys that are offered instead of those; null for none.</param>
    public static async Task<(ClientTrust Trust, SshClientOptions Options)> LoadAsync(ClientConfig config, ErrorTrace trace, IReadOnlyList<IIdentity>? offered)
    {
        var trust = new ClientTrust(config, trace);
        if (offered is not null) return (trust, await trust.CreateOptionsAsync(offered).ConfigureAwait(false));
        ConfiguredIdentities identities = trust._identities = await ConfiguredIdentities.LoadAsync(config, trust, trust._tokens, told => trace.Write(1, told), default).ConfigureAwait(false);
        foreach (IdentityFile file in identities.Files) file.SecurityKeys = key => trust.Reach(key, file.Name);
        if (identities.Agent is { } agent && config.AddKeysToAgent.Choice != AddKeysChoice.No)
        {
            var keeper = new AgentKeeper(agent, config.AddKeysToAgent, config.SecurityKeyProvider, trace);
            foreach (IdentityFile file in identities.Files) file.Opened = keeper.KeepAsync;
        }

        return (trust, await trust.CreateOptionsAsync(identities.All).ConfigureAwait(false));
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

    private SecurityKeySigner Reach(SecurityPrivateKey key, string path)
    {
        string provider = _config.SecurityKeyProvider ?? SecurityKeyProcess.NoProvider;
        string question = $"Enter PIN for {key.PublicKey.ShortType} key {Printable.Escape(path)}: ";
        return new SecurityKeySigner(
            key, new SecurityKeyProcess(provider), ct => _prompts.AskAsync(question, echo: false, ct), wanted => TouchNotice.Begin(wanted, _config.FingerprintHash, !_config.BatchMode));
    }

    public ValueTask DisposeAsync() => _identities?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<SshClientOptions> CreateOptionsAsync(IReadOnlyList<IIdentity> identities)
    {
        var policy = new KnownHostsPolicy(HostTrust.OptionsOf(_config, _trace), this);
        return await ClientOptions.OfAsync(_config, policy, default).ConfigureAwait(false) with
        {
            Identities = identities,
            Hostbased = _config.HostbasedAuthentication ? new SshKeysign { Trace = _trace } : null,
            Passwords = _config.PasswordAuthentication ? _prompts : null,
            Prompter = _config.KbdInteractiveAuthentication ? _prompts : null,
            Banners = this,
            Trace = _trace,
            Warn = _trace.Fail,
        };
    }
}
