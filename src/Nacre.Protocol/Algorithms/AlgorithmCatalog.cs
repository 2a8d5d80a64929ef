using System.Security.Cryptography;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms.Compression;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Algorithms.Macs;
using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Algorithms;

/// <summary>
/// Every algorithm that we have, one row each, best first. Negotiation, validation of what people configure and ssh -Q read it; nothing
/// else lists algorithms.
/// </summary>
/// <remarks>
/// The order is the order of preference, so the defaults are the rows marked so. Legacy rows come last and are never defaults.
/// Left out for good: SSH-1, DSA, RC4, Blowfish, CAST, HMAC-MD5, truncated MACs, RSA key exchange, the ciphers "none" and compression
/// before authentication.
/// </remarks>
internal static class AlgorithmCatalog
{
    /// <summary>True where the processor has instructions for AES; without them AES is slower than ChaCha20 and harder to keep constant in time.</summary>
    internal static bool HasAesHardware => System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;

    public static AlgorithmTable<KeyExchangeAlgorithm> KeyExchanges { get; } = new(
        AlgorithmKind.KeyExchange,
        new("mlkem768x25519-sha256", HashAlgorithmName.SHA256, random => new MlKem768X25519Method(random))
        { IsClientDefault = true, IsServerDefault = true, IsPostQuantum = true },
        new("sntrup761x25519-sha512", HashAlgorithmName.SHA512, random => new Sntrup761X25519Method(random))
        { IsClientDefault = true, IsServerDefault = true, IsPostQuantum = true },
        new("sntrup761x25519-sha512@openssh.com", HashAlgorithmName.SHA512, random => new Sntrup761X25519Method(random))
        { IsClientDefault = true, IsServerDefault = true, IsPostQuantum = true },
        new("curve25519-sha256", HashAlgorithmName.SHA256, random => new Curve25519Method(random))
        { IsClientDefault = true, IsServerDefault = true, IsQuick = true },
        new("curve25519-sha256@libssh.org", HashAlgorithmName.SHA256, random => new Curve25519Method(random))
        { IsClientDefault = true, IsServerDefault = true, IsQuick = true },
        new("ecdh-sha2-nistp256", HashAlgorithmName.SHA256, random => new NistEcdhMethod(NistCurve.P256, random))
        { IsClientDefault = true, IsServerDefault = true },
        new("ecdh-sha2-nistp384", HashAlgorithmName.SHA384, random => new NistEcdhMethod(NistCurve.P384, random))
        { IsClientDefault = true, IsServerDefault = true },
        new("ecdh-sha2-nistp521", HashAlgorithmName.SHA512, random => new NistEcdhMethod(NistCurve.P521, random))
        { IsClientDefault = true, IsServerDefault = true },
        new("diffie-hellman-group16-sha512", HashAlgorithmName.SHA512, random => new FiniteFieldMethod(FiniteFieldGroup.Group16, random))
        { IsClientDefault = true },
        new("diffie-hellman-group18-sha512", HashAlgorithmName.SHA512, random => new FiniteFieldMethod(FiniteFieldGroup.Group18, random))
        { IsClientDefault = true },
        new("diffie-hellman-group-exchange-sha256", HashAlgorithmName.SHA256, Create: null) { IsClientDefault = true },
        new("diffie-hellman-group14-sha256", HashAlgorithmName.SHA256, random => new FiniteFieldMethod(FiniteFieldGroup.Group14, random))
        { IsClientDefault = true },
        new("diffie-hellman-group14-sha1", HashAlgorithmName.SHA1, random => new FiniteFieldMethod(FiniteFieldGroup.Group14, random), IsLegacy: true),
        new("diffie-hellman-group1-sha1", HashAlgorithmName.SHA1, random => new FiniteFieldMethod(FiniteFieldGroup.Group1, random), IsLegacy: true));

    /// <summary>What keys sign with, which the floor of the keys declares.</summary>
    public static AlgorithmTable<HostKeyAlgorithm> HostKeys { get; } = new(
        AlgorithmKind.HostKey,
        [.. KeyAlgorithm.All.Select(row => new HostKeyAlgorithm(row.Name, row.KeyType, row.SignatureName, IsDefault: !row.IsLegacy, row.IsLegacy))]);

    public static AlgorithmTable<CipherAlgorithm> Ciphers { get; } = new(AlgorithmKind.Cipher, CipherRows(HasAesHardware));

    public static AlgorithmTable<MacAlgorithm> Macs { get; } = new(
        AlgorithmKind.Mac,
        new("hmac-sha2-256-etm@openssh.com", 32, 32, HmacPacketMac.Sha256),
        new("hmac-sha2-512-etm@openssh.com", 64, 64, HmacPacketMac.Sha512),
        new("umac-128-etm@openssh.com", 16, 16, UmacPacketMac.Tag128),
        new("hmac-sha2-256", 32, 32, HmacPacketMac.Sha256),
        new("hmac-sha2-512", 64, 64, HmacPacketMac.Sha512),
        new("umac-128@openssh.com", 16, 16, UmacPacketMac.Tag128, IsDefault: false),
        new("umac-64-etm@openssh.com", 16, 8, UmacPacketMac.Tag64, IsDefault: false),
        new("umac-64@openssh.com", 16, 8, UmacPacketMac.Tag64, IsDefault: false),
        new("hmac-sha1-etm@openssh.com", 20, 20, HmacPacketMac.Sha1, IsDefault: false, IsLegacy: true),
        new("hmac-sha1", 20, 20, HmacPacketMac.Sha1, IsDefault: false, IsLegacy: true));

    public static AlgorithmTable<CompressionAlgorithm> Compressions { get; } = new(
        AlgorithmKind.Compression,
        new("none", IsDelayed: false, CreateCompressor: null, CreateDecompressor: null, IsDefault: true),
        new("zlib@openssh.com", IsDelayed: true, () => new ZlibCompressor(), () => new ZlibDecompressor(), IsDefault: false));

    /// <summary>The ciphers in the order of preference of a processor with or without instructions for AES.</summary>
    internal static CipherAlgorithm[] CipherRows(bool hasAesHardware)
    {
        CipherAlgorithm chaCha = new("chacha20-poly1305@openssh.com", CipherConstruction.ChaChaPoly, KeyLength: 64, IvLength: 0, BlockSize: 8);
        CipherAlgorithm[] gcm =
        [
            new("aes256-gcm@openssh.com", CipherConstruction.Gcm, KeyLength: 32, IvLength: 12, BlockSize: 16),
            new("aes128-gcm@openssh.com", CipherConstruction.Gcm, KeyLength: 16, IvLength: 12, BlockSize: 16),
        ];
        return
        [
            .. hasAesHardware ? [.. gcm, chaCha] : new[] { chaCha }.Concat(gcm),
            new("aes256-ctr", CipherConstruction.Ctr, KeyLength: 32, IvLength: 16, BlockSize: 16),
            new("aes192-ctr", CipherConstruction.Ctr, KeyLength: 24, IvLength: 16, BlockSize: 16),
            new("aes128-ctr", CipherConstruction.Ctr, KeyLength: 16, IvLength: 16, BlockSize: 16),
            new("aes256-cbc", CipherConstruction.Cbc, KeyLength: 32, IvLength: 16, BlockSize: 16, IsDefault: false, IsLegacy: true),
            new("aes192-cbc", CipherConstruction.Cbc, KeyLength: 24, IvLength: 16, BlockSize: 16, IsDefault: false, IsLegacy: true),
            new("aes128-cbc", CipherConstruction.Cbc, KeyLength: 16, IvLength: 16, BlockSize: 16, IsDefault: false, IsLegacy: true),
            new("3des-cbc", CipherConstruction.Cbc, KeyLength: 24, IvLength: 8, BlockSize: 8, IsDefault: false, IsLegacy: true),
        ];
    }

    /// <summary>
    /// The names that ssh -Q prints for a kind of list, or for the keyword that takes such a list; null for a kind that there is not.
    /// </summary>
    public static IReadOnlyList<string>? Query(string kind) => kind.ToLowerInvariant() switch
    {
        "cipher" or "ciphers" => [.. Ciphers.Names],
        "cipher-auth" => [.. Ciphers.Rows.Where(row => row.IsAead).Select(row => row.Name)],
        "compression" => [.. Compressions.Names],
        "kex" or "kexalgorithms" => [.. KeyExchanges.Names],
        "key" => [.. HostKeys.Rows.Select(row => row.KeyType).Distinct()],
        "key-cert" => [.. HostKeys.Rows.Where(row => row.IsCertificate).Select(row => row.KeyType).Distinct()],
        "key-plain" => [.. HostKeys.Rows.Where(row => !row.IsCertificate).Select(row => row.KeyType).Distinct()],
        "key-sig" or "hostkeyalgorithms" or "pubkeyacceptedalgorithms" or "pubkeyacceptedkeytypes" or "hostbasedacceptedalgorithms" => [.. HostKeys.Names],
        "mac" or "macs" => [.. Macs.Names],
        "protocol-version" => ["2"],
        "sig" or "casignaturealgorithms" => [.. HostKeys.Rows.Where(row => !row.IsCertificate).Select(row => row.Name)],
        "help" => ["cipher", "cipher-auth", "compression", "kex", "key", "key-cert", "key-plain", "key-sig", "mac", "protocol-version", "sig"],
        _ => null,
    };
}
