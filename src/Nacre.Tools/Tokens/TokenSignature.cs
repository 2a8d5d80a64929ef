using System.Formats.Asn1;
using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>How a token makes the signatures of an algorithm: what it is given to sign, and what becomes of what it returns.</summary>
internal sealed class TokenSignature
{
    private const string Sha256Oid = "2.16.840.1.101.3.4.2.1", Sha512Oid = "2.16.840.1.101.3.4.2.3";

    private readonly PublicKey _key;
    private readonly KeyAlgorithm _algorithm;

    private TokenSignature(TokenKeyType type, PublicKey key, KeyAlgorithm algorithm) => (KeyType, _key, _algorithm) = (type, key, algorithm);

    public TokenKeyType KeyType { get; }

    /// <exception cref="TokenException">Tokens do not sign so.</exception>
    public static TokenSignature For(PublicKey key, string algorithm)
    {
        KeyAlgorithm row = KeyAlgorithm.Find(algorithm, key.Type) ?? throw new ArgumentException($"A key of the type {key.Type} does not sign with {algorithm}.", nameof(algorithm));
        if (row.IsLegacy) throw new TokenException(TokenFault.General, $"a token does not sign with {algorithm}, which is SHA-1; ask for {KeyAlgorithm.RsaSha512}");
        return new TokenSignature(TypeOf(key), key, row);
    }

    /// <summary>What the token is given.</summary>
    public byte[] ToBeSigned(ReadOnlySpan<byte> data) => KeyType switch
    {
        TokenKeyType.Rsa => DigestInfo(CryptographicOperations.HashData(_algorithm.Hash, data)),
        TokenKeyType.EllipticCurve => CryptographicOperations.HashData(_algorithm.Hash, data),
        _ => data.ToArray(),
    };

    /// <summary>The signature as it goes on the wire.</summary>
    /// <exception cref="TokenException">It is none.</exception>
    public byte[] ToWire(ReadOnlySpan<byte> raw)
    {
        int length = LongestRaw();
        if (raw.Length > length) throw new TokenException(TokenFault.General, $"the token's signature has {raw.Length} bytes where {length} are the most");
        return SignatureFields.Write(_algorithm.SignatureName, KeyType switch
        {
            TokenKeyType.Rsa => Padded(raw, length),
            TokenKeyType.EllipticCurve => Numbers(raw),
            _ => raw.ToArray(),
        });
    }

    private static TokenKeyType TypeOf(PublicKey key) => key switch
    {
        RsaPublicKey => TokenKeyType.Rsa,
        EcdsaPublicKey => TokenKeyType.EllipticCurve,
        Ed25519PublicKey => TokenKeyType.Edwards,
        _ => throw new ArgumentException($"A token has no keys of the type {key.Type}.", nameof(key)),
    };

    private int LongestRaw() => _key switch
    {
        RsaPublicKey rsa => rsa.Modulus.Length,
        EcdsaPublicKey ecdsa => 2 * ecdsa.Curve.FieldSize,
        _ => Crypto.Ed25519.SignatureSize,
    };

    // RFC 8017 9.2: the mechanism CKM_RSA_PKCS adds the padding to it.
    private byte[] DigestInfo(byte[] digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(_algorithm.Hash == HashAlgorithmName.SHA256 ? Sha256Oid : Sha512Oid);
                writer.WriteNull();
            }

            writer.WriteOctetString(digest);
        }

        return writer.Encode();
    }

    // RFC 8332 3: "unencoded, without padding, and in network byte order", and as long as the modulus.
    private static byte[] Padded(ReadOnlySpan<byte> raw, int length)
    {
        byte[] padded = new byte[length];
        raw.CopyTo(padded.AsSpan(length - raw.Length));
        return padded;
    }

    // PKCS#11 v2.40 2.3.1: both numbers in the same length, one behind the other.
    private static byte[] Numbers(ReadOnlySpan<byte> raw)
    {
        int half = raw.Length / 2;
        var numbers = new EcdsaSignatureFields { R = raw[..half].TrimStart((byte)0), S = raw[half..].TrimStart((byte)0) };
        return Message.WriteRecord(ref numbers);
    }
}
