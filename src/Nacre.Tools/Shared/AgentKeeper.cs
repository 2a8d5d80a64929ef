using Nacre.Client;
using Nacre.Config.Values;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>Gives the agent the keys that were read from files, so that their passphrases are asked for once (AddKeysToAgent).</summary>
internal sealed class AgentKeeper(AgentClient agent, AddKeys settings, string? securityKeyProvider, ErrorTrace trace)
{
    /// <summary>Gives it a key; that it does not take it is no reason not to log in.</summary>
    public async ValueTask KeepAsync(IdentityFile file, PrivateKey key, CancellationToken ct)
    {
        string path = Printable.Escape(file.Name), comment = key.Comment.Length > 0 ? key.Comment : file.Name;
        if (settings.Choice == AddKeysChoice.Ask && !await Askpass.OfProcess.ConfirmAsync($"Add key {path} ({Printable.Escape(comment)}) to agent?", ct).ConfigureAwait(false))
        {
            trace.Write(3, "user denied adding this key");
            return;
        }

        try
        {
            AgentConstraints constraints = AgentConstraints.None with
            {
                Lifetime = settings.Lifetime > TimeSpan.Zero ? settings.Lifetime : null,
                MustConfirm = settings.Choice == AddKeysChoice.Confirm,
                SecurityKeyProvider = key is SecurityPrivateKey ? securityKeyProvider : null,
            };
            await agent.AddAsync(key, comment, constraints, ct: ct).ConfigureAwait(false);
            trace.Write(1, $"identity added to agent: {path}");
        }
        catch (SshException error)
        {
            trace.Write(1, $"could not add identity to agent: {path} ({error.Message})");
        }
    }
}
