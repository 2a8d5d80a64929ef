using System.Buffers.Binary;
using System.Runtime.InteropServices;

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
    private const int DigestSize = ShaState.LargestDigest;
    private const int Repetitions = 64;

    public static void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int rounds, Span<byte> output)
    {
        if (passphrase.IsEmpty || salt.IsEmpty || salt.Length > MaxSalt || rounds < 1 || output.IsEmpty || output.Length > MaxOutput)
            throw new ArgumentException("bcrypt_pbkdf takes a passphrase, a salt, one round at least, and gives 1 to 1024 bytes");
        using var cipher = new Blowfish();
        using var passphraseHash = new Secret(DigestSize);
        using var pair = new Secret(2 * BlockSize);
        Digest.Sha512(passphrase, passphraseHash.Span);

        // The bytes of the blocks lie spread over the output, so that no part of it can be had for less than the whole.
        int blocks = (output.Length + BlockSize - 1) / BlockSize;
        int perBlock = (output.Length + blocks - 1) / blocks;
        for (int index = 0; index < blocks; index++)
        {
            if (index % 2 == 0)
                DerivePair(cipher, passphraseHash.Span, salt, index + 1, rounds, pair.Span);
            ReadOnlySpan<byte> block = pair.Span.Slice(index % 2 * BlockSize, BlockSize);
            for (int i = 0; i < perBlock && (i * blocks) + index < output.Length; i++)
                output[(i * blocks) + index] = block[i];
        }
    }

    /// <summary>Computes the blocks <paramref name="number"/> and the next.</summary>
    private static void DerivePair(
        Blowfish cipher, ReadOnlySpan<byte> passphraseHash, ReadOnlySpan<byte> salt, int number, int rounds, Span<byte> pair)
    {
        using var salts = new Secret(2 * DigestSize);
        using var hashes = new Secret(2 * BlockSize);
        byte[] countedSalt = [.. salt, 0, 0, 0, 0];
        for (int i = 0; i < 2; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(countedSalt.AsSpan(salt.Length), number + i);
            Digest.Sha512(countedSalt, salts.Span.Slice(i * DigestSize, DigestSize));
        }
        HashPair(cipher, passphraseHash, salts.Span, hashes.Span);
        hashes.Span.CopyTo(pair);
        for (int round = 1; round < rounds; round++)
        {
            Digest.Sha512(hashes.Span[..BlockSize], salts.Span[..DigestSize]);
            Digest.Sha512(hashes.Span[BlockSize..], salts.Span[DigestSize..]);
            HashPair(cipher, passphraseHash, salts.Span, hashes.Span);
            for (int i = 0; i < pair.Length; i++)
                pair[i] ^= hashes.Span[i];
        }
    }

    /// <summary>bcrypt of one passphrase with two salts: an expensive key schedule, then a fixed text enciphered 64 times.</summary>
    private static void HashPair(Blowfish cipher, ReadOnlySpan<byte> passphraseHash, ReadOnlySpan<byte> salts, Span<byte> hashes)
    {
        ReadOnlySpan<byte> first = salts[..DigestSize], second = salts[DigestSize..];
        cipher.Start();
        cipher.ExpandSalted(first, second, passphraseHash);
        for (int i = 0; i < Repetitions; i++)
        {
            cipher.Expand(first, second);
            cipher.Expand(passphraseHash, passphraseHash);
        }
        ReadOnlySpan<byte> text = "OxychromaticBlowfishSwatDynamite"u8;
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(hashes);
        for (int at = 0; at < BlockSize; at += 8)
        {
            uint left = BinaryPrimitives.ReadUInt32BigEndian(text[at..]), right = BinaryPrimitives.ReadUInt32BigEndian(text[(at + 4)..]);
            cipher.Encipher(left, right, Repetitions, words[(at / 4)..], words[((BlockSize + at) / 4)..]);
        }
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, words);
    }
}
