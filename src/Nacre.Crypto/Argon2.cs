using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Nacre.Crypto;

/// <summary>
/// Argon2 version 0x13 (RFC 9106), the function by which PuTTY turns a passphrase into the key of a private key file. The arithmetic is
/// BouncyCastle's, on this thread alone, and it erases its memory; how much memory and how many passes a file may ask for is its reader's decision.
/// </summary>
internal static class Argon2
{
    public const int MinSalt = 8;

    /// <param name="type">The variant.</param>
    /// <param name="passphrase">What is hard to guess.</param>
    /// <param name="salt">8 bytes at least.</param>
    /// <param name="memoryKiB">At least 8 for each lane.</param>
    /// <param name="passes">How often the memory is worked through.</param>
    /// <param name="lanes">The number of parts that could be worked through at once.</param>
    /// <param name="output">4 bytes at least.</param>
    /// <param name="secret">A key that is kept elsewhere; RFC 9106's K.</param>
    /// <param name="associated">What else goes in; RFC 9106's X.</param>
    public static void Derive(
        Argon2Type type, ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int memoryKiB, int passes, int lanes, Span<byte> output,
        ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> associated = default)
    {
        if (salt.Length < MinSalt || lanes < 1 || memoryKiB / 8 < lanes || passes < 1 || output.Length < 4)
            throw new ArgumentException("Argon2 takes a salt of 8 bytes, 8 KiB for each lane, one pass at least, and gives 4 bytes at least");
        Argon2Parameters parameters = new Argon2Parameters.Builder(Number(type))
            .WithVersion(Argon2Parameters.Version13)
            .WithSalt(salt.ToArray())
            .WithMemoryAsKB(memoryKiB)
            .WithIterations(passes)
            .WithParallelism(lanes)
            .WithSecret(secret.ToArray())
            .WithAdditional(associated.ToArray())
            .Build();
        var generator = new Argon2BytesGenerator();
        generator.Init(parameters);

        // The library takes and gives arrays: pinned ones, so that the collector leaves no copy of them behind.
        byte[] input = GC.AllocateArray<byte>(passphrase.Length, pinned: true);
        byte[] derived = GC.AllocateArray<byte>(output.Length, pinned: true);
        try
        {
            passphrase.CopyTo(input);
            generator.GenerateBytes(input, derived);
            derived.CopyTo(output);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static int Number(Argon2Type type) => type switch
    {
        Argon2Type.D => Argon2Parameters.Argon2d,
        Argon2Type.I => Argon2Parameters.Argon2i,
        Argon2Type.Id => Argon2Parameters.Argon2id,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
