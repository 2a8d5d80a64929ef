using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>
/// Puts the user's keys into OpenSSH's order: certificates that are configured, agent keys that are, other agent keys, keys of tokens that a file
/// names, other keys of tokens, then the files that no agent has, each with the certificate beside it.
/// </summary>
internal sealed class IdentityOrder
{
    private readonly IReadOnlyList<IdentityFile> _files;
    private readonly IReadOnlyList<FoundCertificate> _certificates;
    private readonly IReadOnlyList<AgentIdentity> _agentKeys;
    private readonly IReadOnlyList<IIdentity> _tokenKeys;

    private IdentityOrder(IReadOnlyList<IdentityFile> files, IReadOnlyList<FoundCertificate> certificates, IReadOnlyList<AgentIdentity> agentKeys, IReadOnlyList<IIdentity> tokenKeys) =>
        (_files, _certificates, _agentKeys, _tokenKeys) = (files, certificates, agentKeys, tokenKeys);

    /// <param name="files">The identity files, in the configured order.</param>
    /// <param name="certificates">The users' certificates, in the configured order; for a host's there is no use here.</param>
    /// <param name="agentKeys">The agent's keys.</param>
    /// <param name="tokenKeys">The keys of tokens.</param>
    /// <param name="isFilesOnly">IdentitiesOnly: keys of agents and tokens serve only where a file names them, those of an agent also where a token has them.</param>
    public static IReadOnlyList<IIdentity> Of(
        IReadOnlyList<IdentityFile> files, IReadOnlyList<FoundCertificate> certificates, IReadOnlyList<AgentIdentity> agentKeys, IReadOnlyList<IIdentity> tokenKeys, bool isFilesOnly)
    {
        IReadOnlyList<IIdentity> usable = tokenKeys.Count > 0 ? Usable(tokenKeys, files, isFilesOnly) : [];
        FoundCertificate[] users = [.. certificates.Where(found => found.Certificate.Kind == CertificateKind.User)];
        var order = new IdentityOrder(files, users, agentKeys, usable);
        AgentIdentity[] configured = [.. order.Configured(tokenKeys).Distinct()];
        return
        [
            .. order.ConfiguredCertificates(),
            .. configured,
            .. isFilesOnly ? [] : agentKeys.Except(configured),
            .. usable.Where(key => order.InAgent(key.PublicKey) is null),
            .. order.Files(),
        ];
    }

    private static IReadOnlyList<IIdentity> Usable(IReadOnlyList<IIdentity> tokenKeys, IReadOnlyList<IdentityFile> files, bool isFilesOnly)
    {
        IIdentity[] named = [.. tokenKeys.Where(key => files.Any(file => key.PublicKey!.Equals(file.PublicKey)))];
        return isFilesOnly ? named : [.. named, .. tokenKeys.Except(named)];
    }

    private IEnumerable<IIdentity> ConfiguredCertificates()
    {
        foreach (FoundCertificate found in _certificates)
        {
            if (found.IsConfigured && Join(found) is { } identity) yield return identity;
        }
    }

    private IEnumerable<AgentIdentity> Configured(IReadOnlyList<IIdentity> tokenKeys)
    {
        foreach (IIdentity key in tokenKeys)
        {
            if (InAgent(key.PublicKey) is { } known) yield return known;
        }

        foreach (IdentityFile file in _files)
        {
            if (InAgent(file.PublicKey) is { } known) yield return known;
        }

        foreach (FoundCertificate found in _certificates)
        {
            if (!found.IsConfigured && InAgent(found.Certificate) is { } known) yield return known;
        }
    }

    private IEnumerable<IIdentity> Files()
    {
        foreach (IdentityFile file in _files)
        {
            if (file.HasPrivateKey && InAgent(file.PublicKey) is null) yield return file;
            foreach (FoundCertificate beside in Beside(file))
            {
                if (Join(beside) is { } identity) yield return identity;
            }
        }

        foreach (FoundCertificate alone in _certificates.Where(found => !found.IsConfigured && !_files.Any(file => file.Name == found.KeyPath)))
        {
            if (InAgent(alone.Certificate) is null && Join(alone) is { } identity) yield return identity;
        }
    }

    private IEnumerable<FoundCertificate> Beside(IdentityFile file) =>
        _certificates.Where(found => !found.IsConfigured && found.KeyPath == file.Name && InAgent(found.Certificate) is null);

    /// <summary>The certificate with what signs for it: the agent, a token or a file; null where nobody has the key.</summary>
    private UserCertificate? Join(FoundCertificate found)
    {
        PublicKey key = found.Certificate.PlainKey;
        IIdentity? signer = InAgent(key) ?? _tokenKeys.FirstOrDefault(known => key.Equals(known.PublicKey));
        signer ??= _files.FirstOrDefault(file => file.HasPrivateKey && (key.Equals(file.PublicKey) || (file.PublicKey is null && file.Name == found.KeyPath)));
        return signer is null ? null : new UserCertificate(found.Certificate, signer);
    }

    private AgentIdentity? InAgent(PublicKey? key) => _agentKeys.FirstOrDefault(known => known.PublicKey.Equals(key));
}
