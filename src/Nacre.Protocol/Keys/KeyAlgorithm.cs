using System.Security.Cryptography;

namespace Nacre.Protocol.Keys;

/// <summary>One row per signature algorithm: the key type that it belongs to and the hash that it signs.</summary>
/// <remarks>
/// Only RSA has more than one: RFC 8332 gave the same keys new algorithms when SHA-1 fell. Each algorithm has a second row for keys that
/// an authority has certified: name and type are others, what is signed and how is the same. Keys on curve nistp256 that a security key keeps
/// have two, since browsers have them sign more than was asked for (PROTOCOL.u2f).
/// </remarks>
internal sealed record KeyAlgorithm(string Name, string KeyType, HashAlgorithmName Hash, bool IsLegacy = false)
{
    public const string Ed25519 = "ssh-ed25519";
    public const string EcdsaP256 = "ecdsa-sha2-nistp256";
    public const string EcdsaP384 = "ecdsa-sha2-nistp384";
    public const string EcdsaP521 = "ecdsa-sha2-nistp521";
    public const string SkEd25519 = "sk-ssh-ed25519@openssh.com";
    public const string SkEcdsaP256 = "sk-ecdsa-sha2-nistp256@openssh.com";
    public const string WebauthnSkEcdsaP256 = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
    public const string RsaSha512 = "rsa-sha2-512";
    public const string RsaSha256 = "rsa-sha2-256";

    /// <summary>The type of RSA keys, and the name of their signatures with SHA-1, which are made and verified only where someone asks for them by this name.</summary>
    public const string Rsa = "ssh-rsa";

    /// <summary>What the names of certificates' types and algorithms end in (PROTOCOL.certkeys).</summary>
    public const string CertificateSuffix = "-cert-v01@openssh.com";

    private const string Domain = "@openssh.com";

    /// <summary>The algorithms of plain keys, strongest first within a key type.</summary>
    public static IReadOnlyList<KeyAlgorithm> Plain { get; } =
    [
        new(Ed25519, Ed25519, default),
        new(EcdsaP256, EcdsaP256, HashAlgorithmName.SHA256),
        new(EcdsaP384, EcdsaP384, HashAlgorithmName.SHA384),
        new(EcdsaP521, EcdsaP521, HashAlgorithmName.SHA512),
        new(SkEd25519, SkEd25519, default),
        new(SkEcdsaP256, SkEcdsaP256, HashAlgorithmName.SHA256),
        new(WebauthnSkEcdsaP256, SkEcdsaP256, HashAlgorithmName.SHA256),
        new(RsaSha512, Rsa, HashAlgorithmName.SHA512),
        new(RsaSha256, Rsa, HashAlgorithmName.SHA256),
        new(Rsa, Rsa, HashAlgorithmName.SHA1, IsLegacy: true),
    ];

    /// <summary>All of them: those of certificates first, as OpenSSH prefers them.</summary>
    public static IReadOnlyList<KeyAlgorithm> All { get; } = [.. Plain.Select(CertifiedBy), .. Plain];

    /// <summary>What authorities may sign certificates with, unless someone says otherwise.</summary>
    public static IReadOnlyList<string> AuthorityDefaults { get; } = NamesIn(Plain, static row => !row.IsLegacy);

    /// <summary>The name in the signatures' blobs; certificates sign as the keys in them do.</summary>
    public string SignatureName { get; private init; } = Name;

    /// <summary>True for the algorithms of certified keys.</summary>
    public bool IsCertificate => Name != SignatureName;

    /// <summary>True for signatures that only browsers have made: they are verified here, and never asked for.</summary>
    public bool IsWebauthn => SignatureName == WebauthnSkEcdsaP256;

    /// <summary>The row of a key type's algorithm; null where the type has no algorithm of that name.</summary>
    public static KeyAlgorithm? Find(string name, string keyType)
    {
        foreach (KeyAlgorithm row in All)
        {
            if (row.Name == name && row.KeyType == keyType) return row;
        }

        return null;
    }

    /// <summary>The names that a key type offers by itself, strongest first.</summary>
    public static string[] NamesOf(string keyType) => NamesIn(All, row => row.KeyType == keyType && !row.IsLegacy);

    private static string[] NamesIn(IReadOnlyList<KeyAlgorithm> rows, Func<KeyAlgorithm, bool> isWanted) => Array.ConvertAll(rows.Where(isWanted).ToArray(), static row => row.Name);

    /// <summary>The name of a plain key's type or algorithm once it is certified; a name has its domain once.</summary>
    public static string CertifiedName(string plain) =>
        (plain.EndsWith(Domain, StringComparison.Ordinal) ? plain[..^Domain.Length] : plain) + CertificateSuffix;

    private static KeyAlgorithm CertifiedBy(KeyAlgorithm plain) =>
        plain with { Name = CertifiedName(plain.Name), KeyType = CertifiedName(plain.KeyType) };
}
