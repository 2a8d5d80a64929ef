using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys;

/// <summary>The hashes by which keys are shortened for people: their names, and what they make of a key.</summary>
internal static class KeyFingerprint
{
    /// <summary>The name that stands before the colon of a fingerprint.</summary>
    public static string NameOf(FingerprintHash hash) => hash switch
    {
        FingerprintHash.Sha256 => "SHA256",
        FingerprintHash.Md5 => "MD5",
        FingerprintHash.Sha1 => "SHA1",
        FingerprintHash.Sha384 => "SHA384",
        FingerprintHash.Sha512 => "SHA512",
        _ => throw new ArgumentOutOfRangeException(nameof(hash)),
    };

    /// <summary>Finds a hash by its name, however that is written.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out FingerprintHash? hash)
    {
        hash = name.ToUpperInvariant() switch
        {
            "SHA256" => FingerprintHash.Sha256,
            "MD5" => FingerprintHash.Md5,
            "SHA1" => FingerprintHash.Sha1,
            "SHA384" => FingerprintHash.Sha384,
            "SHA512" => FingerprintHash.Sha512,
            _ => null,
        };
        return hash is not null;
    }

    /// <summary>The hash of a key's blob; of a certificate, that of the key in it.</summary>
    public static byte[] DigestOf(PublicKey key, FingerprintHash hash)
    {
        ReadOnlySpan<byte> blob = key.PlainKey.Blob.Span;
        return hash switch
        {
            FingerprintHash.Sha256 => Digest.Sha256(blob),
            FingerprintHash.Md5 => MD5.HashData(blob),
            FingerprintHash.Sha1 => Digest.Sha1(blob),
            FingerprintHash.Sha384 => Digest.Sha384(blob),
            FingerprintHash.Sha512 => Digest.Sha512(blob),
            _ => throw new ArgumentOutOfRangeException(nameof(hash)),
        };
    }

    /// <summary>The name, a colon and the digest: MD5's in hexadecimal, the others' in base64.</summary>
    public static string Of(PublicKey key, FingerprintHash hash)
    {
        byte[] digest = DigestOf(key, hash);
        string text = hash == FingerprintHash.Md5
            ? string.Join(':', digest.Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))
            : Convert.ToBase64String(digest).TrimEnd('=');
        return $"{NameOf(hash)}:{text}";
    }
}
