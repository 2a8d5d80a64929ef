using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// bcrypt_pbkdf, the function by which OpenSSH turns a passphrase into the key of a private key file: PBKDF2's outline around a
/// bcrypt hash of SHA-512 digests. How many rounds a file may ask for is its reader's decision.
/// </summary>
internal static class BcryptPbkdf
{
    public const int MaxOutput = 1024;
    public const int MaxSalt = 1 << 20;

    private const int BlockSize = 32;
    private const int Repetitions = 64;

    public static void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int rounds, Span<byte> output)
    {
        if (passphrase.IsEmpty || salt.IsEmpty || salt.Length > MaxSalt || rounds < 1 || output.IsEmpty || output.Length > MaxOutput)
            throw new ArgumentException("bcrypt_pbkdf takes a passphrase, a salt, one round at least, and gives 1 to 1024 bytes");

        using var cipher = new Blowfish();
        using var secrets = new Secret((2 * SHA512.HashSizeInBytes) + (2 * BlockSize));
        Span<byte> passphraseHash = secrets.Span[..64], saltHash = secrets.Span[64..128];
        Span<byte> hash = secrets.Span[128..160], block = secrets.Span[160..];
        SHA512.HashData(passphrase, passphraseHash);
        byte[] countedSalt = [.. salt, 0, 0, 0, 0];

        // The bytes of the blocks lie spread over the output, so that no part of it can be had for less than the whole.
        int blocks = (output.Length + BlockSize - 1) / BlockSize;
        int perBlock = (output.Length + blocks - 1) / blocks;
        for (int index = 0; index < blocks; index++)
        {
            BinaryPrimitives.WriteInt32BigEndian(countedSalt.AsSpan(salt.Length), index + 1);
            SHA512.HashData(countedSalt, saltHash);
            Hash(cipher, passphraseHash, saltHash, hash);
            hash.CopyTo(block);
            for (int round = 1; round < rounds; round++)
            {
                SHA512.HashData(hash, saltHash);
                Hash(cipher, passphraseHash, saltHash, hash);
                for (int i = 0; i < BlockSize; i++)
                    block[i] ^= hash[i];
            }
            for (int i = 0; i < perBlock && (i * blocks) + index < output.Length; i++)
                output[(i * blocks) + index] = block[i];
        }
    }

    private static void Hash(Blowfish cipher, ReadOnlySpan<byte> passphraseHash, ReadOnlySpan<byte> saltHash, Span<byte> output)
    {
        cipher.Start();
        cipher.Expand(saltHash, passphraseHash);
        for (int i = 0; i < Repetitions; i++)
        {
            cipher.Expand(saltHash);
            cipher.Expand(passphraseHash);
        }
        ReadOnlySpan<byte> text = "OxychromaticBlowfishSwatDynamite"u8;
        for (int at = 0; at < BlockSize; at += 8)
        {
            uint left = BinaryPrimitives.ReadUInt32BigEndian(text[at..]);
            uint right = BinaryPrimitives.ReadUInt32BigEndian(text[(at + 4)..]);
            for (int i = 0; i < Repetitions; i++)
                cipher.Encipher(ref left, ref right);
            BinaryPrimitives.WriteUInt32LittleEndian(output[at..], left);
            BinaryPrimitives.WriteUInt32LittleEndian(output[(at + 4)..], right);
        }
    }
}
