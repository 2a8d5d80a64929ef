using Nacre.Agent;
using Nacre.Client;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Config.Connections;

/// <summary>The keys that a configuration names: identity files, those of the agent, and those of tokens.</summary>
internal sealed class ConfiguredIdentities : IAsyncDisposable
{
    private readonly List<IdentityFile> _files = [];

    private ITokenLibrary? _tokens;
    private string? _tokenLibrary;

    private ConfiguredIdentities()
    {
    }

    /// <summary>The keys, in the order to try them.</summary>
    public IReadOnlyList<IIdentity> All { get; private set; } = [];

    /// <summary>The identity files that there are.</summary>
    public IReadOnlyList<IdentityFile> Files => _files;

    /// <summary>The agent; null where there is none, or none is to be asked.</summary>
    public AgentClient? Agent { get; private set; }

    /// <summary>Looks at the files and asks the agent and the tokens.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="passphrases">Unlocks files; null leaves locked ones to the agent.</param>
    /// <param name="tokens">Opens the library of the tokens; null for nobody who does.</param>
    /// <param name="note">Told of what is not there.</param>
    /// <param name="ct">Cancels asking the agent and the tokens.</param>
    public static async Task<ConfiguredIdentities> LoadAsync(ClientConfig config, IPassphraseSource? passphrases, ITokenLibrary? tokens, Action<string> note, CancellationToken ct)
    {
        var identities = new ConfiguredIdentities { _tokens = tokens };
        try
        {
            if (config.PubkeyAuthentication != PubkeyChoice.No)
                await identities.FindAsync(config, passphrases, note, ct).ConfigureAwait(false);
            return identities;
        }
        catch
        {
            await identities.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IdentityFile file in _files)
            file.Dispose();
        if (Agent is not null)
            await Agent.DisposeAsync().ConfigureAwait(false);
        if (_tokenLibrary is not null)
            await _tokens!.CloseAsync(_tokenLibrary, default).ConfigureAwait(false);
    }

    private async Task FindAsync(ClientConfig config, IPassphraseSource? passphrases, Action<string> note, CancellationToken ct)
    {
        IReadOnlyList<TokenIdentity> tokenKeys = config.PKCS11Provider is { } library ? await OpenTokensAsync(library, note, ct).ConfigureAwait(false) : [];
        foreach (string path in config.IdentityFiles)
        {
            if (IdentityFile.Find(path, passphrases, config.NumberOfPasswordPrompts) is { } file)
                _files.Add(file);
            else
                note($"no such identity: {Printable.Escape(path)}");
        }

        IReadOnlyList<AgentIdentity> agentKeys = [];
        if (config.IdentityAgent is { } socket)
        {
            try
            {
                Agent = await AgentClient.ConnectAsync(socket, ct).ConfigureAwait(false);
                if (Agent is not null)
                    agentKeys = await Agent.ListAsync(ct).ConfigureAwait(false);
            }
            catch (SshException error)
            {
                note($"agent: {error.Message}");
            }
        }

        All = IdentityOrder.Of(_files, FoundCertificate.Load(config.CertificateFiles, config.IdentityFiles), agentKeys, tokenKeys, config.IdentitiesOnly);
    }

    private async Task<IReadOnlyList<TokenIdentity>> OpenTokensAsync(string library, Action<string> note, CancellationToken ct)
    {
        if (_tokens is null)
        {
            note($"PKCS11Provider is not used, since nobody opens tokens here: {Printable.Escape(library)}");
            return [];
        }

        _tokenLibrary = library;
        IReadOnlyList<TokenKey> keys = await _tokens.OpenAsync(library, default, ct).ConfigureAwait(false);
        return [.. keys.Select(key => new TokenIdentity(key, library))];
    }
}
