using Nacre.Protocol.Authentication;

namespace Nacre.Client;

/// <summary>Puts the user's keys into OpenSSH's order: agent keys that are configured, other agent keys, then the files that no agent has.</summary>
internal static class IdentityOrder
{
    /// <param name="files">The identity files, in the configured order.</param>
    /// <param name="agentKeys">The agent's keys.</param>
    /// <param name="isFilesOnly">IdentitiesOnly: agent keys serve only where a file names them.</param>
    public static IReadOnlyList<IIdentity> Of(IReadOnlyList<IdentityFile> files, IReadOnlyList<AgentIdentity> agentKeys, bool isFilesOnly)
    {
        AgentIdentity[] configured = [.. files.Select(InAgent).OfType<AgentIdentity>().Distinct()];
        return
        [
            .. configured,
            .. isFilesOnly ? [] : agentKeys.Except(configured),
            .. files.Where(file => file.HasPrivateKey && InAgent(file) is null),
        ];

        AgentIdentity? InAgent(IdentityFile file) => agentKeys.FirstOrDefault(key => key.PublicKey.Equals(file.PublicKey));
    }
}
