using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Unlocks and locks PEM files that RFC 1421's headers say are encrypted, as OpenSSL and OpenSSH once made them.</summary>
/// <remarks>One MD5 makes the key, so the lock is weak; ssh-keygen -p writes the key anew in a better format.</remarks>
internal static class LegacyPem
{
    private const int SaltSize = 8;

    public static bool IsEncrypted(PemBlock block)
    {
        if (!block.Headers.TryGetValue("Proc-Type", out string? type)) return false;
        return type is "4,ENCRYPTED" ? true : throw KeyFormatException.Unsupported("The private key file's Proc-Type is not supported.");
    }

    public static Secret Decrypt(PemBlock block, ReadOnlySpan<byte> passphrase)
    {
        string[] parts = block.Headers.GetValueOrDefault("DEK-Info", "").Split(',');
        BlockCipher cipher = parts[0] switch
        {
            "AES-128-CBC" => BlockCipher.Aes128Cbc,
            "AES-192-CBC" => BlockCipher.Aes192Cbc,
            "AES-256-CBC" => BlockCipher.Aes256Cbc,
            "DES-EDE3-CBC" => BlockCipher.TripleDesCbc,
            _ => throw KeyFormatException.Unsupported($"The private key is locked with the cipher \"{Wire.Printable.Escape(parts[0])}\", which is not supported."),
        };
        byte[] iv = ReadIv(parts, cipher);
        using var key = new Secret(cipher.KeySize);
        DeriveKey(passphrase, iv.AsSpan(0, SaltSize), key.Span);
        return cipher.Decrypt(key.Span, iv, block.Body.Span);
    }

    /// <summary>Locks with AES-128, the cipher of OpenSSH's own PEM files, and returns the text of the file.</summary>
    public static Secret Write(string label, ReadOnlySpan<byte> der, ReadOnlySpan<byte> passphrase, int lineLength)
    {
        BlockCipher cipher = BlockCipher.Aes128Cbc;
        Span<byte> iv = stackalloc byte[AesCbc.BlockSize];
        SystemRandom.Instance.Fill(iv);
        using var key = new Secret(cipher.KeySize);
        DeriveKey(passphrase, iv[..SaltSize], key.Span);
        byte[] headers = Encoding.ASCII.GetBytes($"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{Convert.ToHexString(iv)}\n\n");
        return PemBlock.Write(label, headers, cipher.Encrypt(key.Span, iv, der), lineLength);
    }

    private static byte[] ReadIv(string[] parts, BlockCipher cipher)
    {
        try
        {
            byte[] iv = Convert.FromHexString(parts.Length == 2 ? parts[1] : "");
            if (iv.Length == cipher.BlockSize) return iv;
        }
        catch (FormatException)
        {
            // Said below: not of the length that it must have.
        }

        throw KeyFormatException.Damaged("The private key file's DEK-Info is not a cipher and its initial vector.");
    }

    // OpenSSL's EVP_BytesToKey with MD5 and one round: each 16 bytes are the digest of the 16 before, the passphrase and the salt.
    private static void DeriveKey(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Span<byte> key)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        for (int written = 0; written < key.Length; written += digest.Length)
        {
            if (written > 0) hash.AppendData(digest);
            hash.AppendData(passphrase);
            hash.AppendData(salt);
            hash.GetHashAndReset(digest);
            digest[..Math.Min(digest.Length, key.Length - written)].CopyTo(key[written..]);
        }

        CryptographicOperations.ZeroMemory(digest);
    }
}
