using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The block ciphers that lock PEM and PKCS#8 files: CBC with padding that says its own length.</summary>
internal sealed record BlockCipher(int KeySize, int BlockSize)
{
    public static readonly BlockCipher Aes128Cbc = new(16, AesCbc.BlockSize);
    public static readonly BlockCipher Aes192Cbc = new(24, AesCbc.BlockSize);
    public static readonly BlockCipher Aes256Cbc = new(32, AesCbc.BlockSize);
    public static readonly BlockCipher TripleDesCbc = new(Nacre.Crypto.TripleDesCbc.KeySize, Nacre.Crypto.TripleDesCbc.BlockSize);

    /// <summary>Pads and encrypts with one of the AES ciphers; what was locked long ago with others is only read.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext)
    {
        int padding = BlockSize - (plaintext.Length % BlockSize);
        using var padded = new Secret(plaintext.Length + padding);
        plaintext.CopyTo(padded.Span);
        padded.Span[plaintext.Length..].Fill((byte)padding);
        byte[] ciphertext = new byte[padded.Length];
        using var aes = new AesCbc(key, iv, CipherDirection.Encrypt);
        aes.Apply(padded.Span, ciphertext);
        return ciphertext;
    }

    /// <summary>Decrypts and takes the padding off; padding that is none means that the key was wrong.</summary>
    public Secret Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.IsEmpty || ciphertext.Length % BlockSize != 0) throw KeyFormatException.Damaged("The locked private key is not of a length that its cipher makes.");
        using var padded = new Secret(ciphertext.Length);
        if (BlockSize == AesCbc.BlockSize)
        {
            using var aes = new AesCbc(key, iv, CipherDirection.Decrypt);
            aes.Apply(ciphertext, padded.Span);
        }
        else
        {
            using var des = new Nacre.Crypto.TripleDesCbc(key, iv, CipherDirection.Decrypt);
            des.Apply(ciphertext, padded.Span);
        }

        // RFC 8018 6.1.1: every byte of the padding is its length.
        int padding = padded.Span[^1];
        if (padding < 1 || padding > BlockSize || padded.Span[^padding..].IndexOfAnyExcept((byte)padding) >= 0) throw KeyFormatException.WrongPassphrase();
        return Secret.CopyOf(padded.Span[..^padding]);
    }
}
