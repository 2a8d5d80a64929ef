using System.Diagnostics.CodeAnalysis;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys;

/// <summary>A host key's fingerprint as DNS publishes it (RFC 4255 3.1).</summary>
/// <param name="Algorithm">The number of the key's type.</param>
/// <param name="Hash">The number of the hash.</param>
/// <param name="Fingerprint">The hash of the key's blob.</param>
internal sealed record SshfpRecord(byte Algorithm, byte Hash, ReadOnlyMemory<byte> Fingerprint)
{
    public const byte Sha1 = 1;
    public const byte Sha256 = 2;

    /// <summary>The record of a key; null when keys of its type have no number.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 4255 3.1.2 has SHA-1; whoever asks for it has old resolvers.")]
    public static SshfpRecord? Of(PublicKey key, byte hash)
    {
        if (NumberOf(key.Type) is not { } algorithm) return null;
        byte[] fingerprint = hash switch
        {
            Sha1 => Digest.Sha1(key.Blob.Span),
            Sha256 => Digest.Sha256(key.Blob.Span),
            _ => throw new ArgumentOutOfRangeException(nameof(hash)),
        };
        return new SshfpRecord(algorithm, hash, fingerprint);
    }

    /// <summary>The line of a zone file.</summary>
    public string LineFor(string host) => $"{host} IN SSHFP {Algorithm} {Hash} {Convert.ToHexStringLower(Fingerprint.Span)}";

    /// <summary>The same line for name servers that do not know the type of record (RFC 3597 5).</summary>
    public string GenericLineFor(string host) => $"{host} IN TYPE44 \\# {2 + Fingerprint.Length} {Algorithm:x2} {Hash:x2} {Convert.ToHexStringLower(Fingerprint.Span)}";

    // RFC 4255 3.1.1, RFC 6594 5.1 and RFC 7479 3.
    private static byte? NumberOf(string type) => type switch
    {
        KeyAlgorithm.Rsa => 1,
        KeyAlgorithm.EcdsaP256 or KeyAlgorithm.EcdsaP384 or KeyAlgorithm.EcdsaP521 => 3,
        KeyAlgorithm.Ed25519 => 4,
        _ => null,
    };
}
