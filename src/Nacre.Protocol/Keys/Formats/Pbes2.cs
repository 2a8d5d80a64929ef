using System.Formats.Asn1;
using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Unlocks and locks encrypted PKCS#8 (RFC 5958 3) by PBES2 (RFC 8018 6.2): PBKDF2 makes the key of a block cipher.</summary>
internal static class Pbes2
{
    /// <summary>Some seconds of work; a file that asks for more was made to hold someone up.</summary>
    public const int MaxIterations = 10_000_000;

    private const string Pbes2Oid = "1.2.840.113549.1.5.13";
    private const string Pbkdf2Oid = "1.2.840.113549.1.5.12";
    private const string HmacSha1Oid = "1.2.840.113549.2.7";
    private const string HmacSha256Oid = "1.2.840.113549.2.9";
    private const string Aes256CbcOid = "2.16.840.1.101.3.4.1.42";

    public static Secret Decrypt(ReadOnlyMemory<byte> der, ReadOnlySpan<byte> passphrase)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            AsnReader scheme = outer.ReadSequence();
            byte[] ciphertext = outer.ReadOctetString();
            outer.ThrowIfNotEmpty();
            string oid = scheme.ReadObjectIdentifier();
            if (oid != Pbes2Oid) throw KeyFormatException.Unsupported($"The private key is locked with the scheme {oid}, which is not supported.");
            AsnReader parameters = scheme.ReadSequence();
            AsnReader derivation = parameters.ReadSequence();
            AsnReader encryption = parameters.ReadSequence();
            BlockCipher cipher = ReadCipher(encryption.ReadObjectIdentifier());
            byte[] iv = encryption.ReadOctetString();
            if (iv.Length != cipher.BlockSize) throw KeyFormatException.Damaged("The private key file's initial vector is not one block.");
            using var key = new Secret(cipher.KeySize);
            Derive(derivation, passphrase, key.Span);
            return cipher.Decrypt(key.Span, iv, ciphertext);
        }
        catch (AsnContentException broken)
        {
            throw KeyFormatException.Damaged("The private key file is not the encrypted PKCS#8 that its begin line announces.", broken);
        }
    }

    /// <summary>Locks with AES-256 and PBKDF2 with HMAC-SHA-256.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> der, ReadOnlySpan<byte> passphrase, int iterations, int saltSize)
    {
        BlockCipher cipher = BlockCipher.Aes256Cbc;
        byte[] salt = new byte[saltSize], iv = new byte[cipher.BlockSize];
        SystemRandom.Instance.Fill(salt);
        SystemRandom.Instance.Fill(iv);
        using var key = new Secret(cipher.KeySize);
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key.Span, iterations, HashAlgorithmName.SHA256);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Pbes2Oid);
                using (writer.PushSequence())
                {
                    WriteDerivation(writer, salt, iterations);
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Aes256CbcOid);
                        writer.WriteOctetString(iv);
                    }
                }
            }

            writer.WriteOctetString(cipher.Encrypt(key.Span, iv, der));
        }

        return writer.Encode();
    }

    private static void WriteDerivation(AsnWriter writer, byte[] salt, int iterations)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Pbkdf2Oid);
            using (writer.PushSequence())
            {
                writer.WriteOctetString(salt);
                writer.WriteInteger(iterations);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(HmacSha256Oid);
                    writer.WriteNull();
                }
            }
        }
    }

    private static BlockCipher ReadCipher(string oid) => oid switch
    {
        "2.16.840.1.101.3.4.1.2" => BlockCipher.Aes128Cbc,
        "2.16.840.1.101.3.4.1.22" => BlockCipher.Aes192Cbc,
        Aes256CbcOid => BlockCipher.Aes256Cbc,
        "1.2.840.113549.3.7" => BlockCipher.TripleDesCbc,
        _ => throw KeyFormatException.Unsupported($"The private key is locked with the cipher {oid}, which is not supported."),
    };

    private static void Derive(AsnReader derivation, ReadOnlySpan<byte> passphrase, Span<byte> key)
    {
        string oid = derivation.ReadObjectIdentifier();
        if (oid != Pbkdf2Oid) throw KeyFormatException.Unsupported($"The private key is locked through {oid}, which is not supported.");
        AsnReader settings = derivation.ReadSequence();
        byte[] salt = settings.ReadOctetString();
        if (!settings.TryReadInt32(out int iterations) || iterations is < 1 or > MaxIterations)
        {
            throw KeyFormatException.Unsupported($"The private key is locked with more than {MaxIterations} rounds, or with none.");
        }

        if (settings.HasData && settings.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) && (!settings.TryReadInt32(out int length) || length != key.Length))
        {
            throw KeyFormatException.Damaged("The private key file's derived key is not of the length that its cipher takes.");
        }

        HashAlgorithmName hash = ReadFunction(settings);
        settings.ThrowIfNotEmpty();
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, iterations, hash);
    }

    private static HashAlgorithmName ReadFunction(AsnReader settings)
    {
        if (!settings.HasData) return HashAlgorithmName.SHA1;
        AsnReader function = settings.ReadSequence();
        string oid = function.ReadObjectIdentifier();
        if (function.HasData) function.ReadNull();
        function.ThrowIfNotEmpty();
        return oid switch
        {
            HmacSha1Oid => HashAlgorithmName.SHA1,
            HmacSha256Oid => HashAlgorithmName.SHA256,
            "1.2.840.113549.2.10" => HashAlgorithmName.SHA384,
            "1.2.840.113549.2.11" => HashAlgorithmName.SHA512,
            _ => throw KeyFormatException.Unsupported($"The private key is locked through the function {oid}, which is not supported."),
        };
    }
}
