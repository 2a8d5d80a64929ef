using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.SshKeyscan;

/// <summary>A kind of host key that is asked for over a connection of its own, since a server shows one key in each.</summary>
/// <param name="Name">As people write it after -t.</param>
/// <param name="KeyTypes">The types of key that it stands for, which may be written too.</param>
internal sealed record ScannedType(string Name, params IReadOnlyList<string> KeyTypes)
{
    /// <summary>All of them, in the order in which they are asked for.</summary>
    public static IReadOnlyList<ScannedType> All { get; } =
    [
        new("rsa", KeyAlgorithm.Rsa),
        new("ecdsa", KeyAlgorithm.EcdsaP256, KeyAlgorithm.EcdsaP384, KeyAlgorithm.EcdsaP521),
        new("ed25519", KeyAlgorithm.Ed25519),
        new("ecdsa-sk", KeyAlgorithm.SkEcdsaP256),
        new("ed25519-sk", KeyAlgorithm.SkEd25519),
    ];

    /// <summary>The type of a name; null when there is none.</summary>
    public static ScannedType? Find(string name) =>
        All.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || type.KeyTypes.Contains(name));

    /// <summary>The algorithms that ask for such a key; for certificates, those of certificates for such keys.</summary>
    public IReadOnlyList<string> Algorithms(bool ofCertificates) =>
        [.. AlgorithmCatalog.HostKeys.Rows.Where(row => KeyTypes.Any(type => row.KeyType == (ofCertificates ? KeyAlgorithm.CertifiedName(type) : type))).Select(row => row.Name)];
}
