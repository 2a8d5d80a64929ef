using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshAdd;

/// <summary>Shows which keys an agent has (-l and -L), and which extensions (-Q).</summary>
internal sealed class AgentListing(AgentClient agent, AddSettings settings, AddReport report)
{
    public async Task<bool> ListKeysAsync()
    {
        IReadOnlyList<AgentIdentity>? keys;
        try
        {
            keys = await agent.ReadIdentitiesAsync(default).ConfigureAwait(false);
        }
        catch (SshException failure)
        {
            report.Say($"error fetching identities: {failure.Message}");
            return false;
        }

        if (keys is null)
        {
            report.Print("The agent has no identities.");
            return false;
        }

        foreach (AgentIdentity key in keys) report.Print(settings.Action == AgentAction.ListKeys ? LineOf(key) : FingerprintOf(key));
        return true;
    }

    public async Task<bool> ListExtensionsAsync()
    {
        try
        {
            foreach (string name in await agent.ListExtensionsAsync(default).ConfigureAwait(false)) report.Print(Printable.Escape(name));
            return true;
        }
        catch (SshException failure)
        {
            report.Fail($"Unable to query supported extensions: {failure.Message}");
            return false;
        }
    }

    private static string LineOf(AgentIdentity key) => $"{key.PublicKey} {Printable.Escape(key.Name)}";

    private string FingerprintOf(AgentIdentity key)
    {
        PublicKey shown = key.PublicKey;
        return $"{shown.Bits} {shown.FingerprintBy(settings.Hash)} {Printable.Escape(key.Name)} ({shown.ShortType})";
    }
}
