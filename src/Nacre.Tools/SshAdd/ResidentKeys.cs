using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Tools.SecurityKeys;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tools.SshAdd;

/// <summary>Gives an agent the keys that a security key keeps whole (-K).</summary>
internal sealed class ResidentKeys(AgentClient agent, AddSettings settings, AddPlace place, Answers answers, AddReport report)
{
    public async Task<bool> RunAsync()
    {
        string provider = settings.SecurityKeyProvider ?? throw new FatalException("Cannot download keys without provider");
        AgentConstraints constraints = AgentConstraints.None with
        {
            Lifetime = settings.Lifetime,
            MustConfirm = settings.MustConfirm,
            Destinations = DestinationReader.ReadAll(settings, place, report),
            SecurityKeyProvider = provider,
        };
        IReadOnlyList<EnrolledSecurityKey> keys;
        try
        {
            using Password pin = SecurityKeyEnrolment.AskPin(answers);
            keys = await new SecurityKeyProcess(provider).LoadResidentKeysAsync(null, pin, default).ConfigureAwait(false);
        }
        catch (SshException refused)
        {
            report.Fail($"Unable to load resident keys: {refused.Message}");
            return false;
        }

        bool isAnyAdded = false;
        foreach (EnrolledSecurityKey key in keys)
        {
            using (key) isAnyAdded |= await AddAsync(key, constraints).ConfigureAwait(false);
        }

        return isAnyAdded;
    }

    private async Task<bool> AddAsync(EnrolledSecurityKey found, AgentConstraints constraints)
    {
        string shown = $"{found.Key.PublicKey.ShortType} {found.Key.PublicKey.FingerprintBy(settings.Hash)}";
        try
        {
            await agent.AddAsync(found.Key, "", constraints).ConfigureAwait(false);
        }
        catch (SshException refused)
        {
            report.Fail($"Unable to add key {shown}: {refused.Message}");
            return false;
        }

        report.Done($"Resident identity added: {shown}");
        if (constraints.Lifetime is { } lifetime) report.Done($"Lifetime set to {(long)lifetime.TotalSeconds} seconds");
        if (constraints.MustConfirm) report.Done("The user must confirm each use of the key");
        return true;
    }
}
