using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// The private half of ML-KEM-768, made from its two seeds (FIPS 203 6.1) and used to decapsulate (6.3).
/// It keeps the matrix and the key vector that its making computed, since decapsulation encrypts once more.
/// </summary>
internal sealed class MlKem768PrivateKey : IDisposable
{
    public const int SeedSize = 32;
    public const int EncodedSize = MlKem768Encryption.EncodedVector + MlKem768.EncapsulationKeySize + 64;

    private const int Rank = MlKem768Encryption.Rank;
    private const int Size = MlKemPolynomial.Size;

    private readonly Secret vector = new(sizeof(short) * MlKem768Encryption.VectorSize);
    private readonly Secret rejection;
    private readonly short[] matrix = new short[MlKem768Encryption.MatrixSize];
    private readonly short[] publicVector = new short[MlKem768Encryption.VectorSize];
    private readonly byte[] encapsulationKey = new byte[MlKem768.EncapsulationKeySize];
    private readonly byte[] keyHash = new byte[32];

    private MlKem768PrivateKey(ReadOnlySpan<byte> expandedSeed, ReadOnlySpan<byte> z)
    {
        rejection = Secret.CopyOf(z);
        ReadOnlySpan<byte> matrixSeed = expandedSeed[..32];
        matrixSeed.CopyTo(encapsulationKey.AsSpan(MlKem768Encryption.EncodedVector));
        MlKem768Encryption.ExpandMatrix(matrixSeed, matrix);
        MakeVectors(expandedSeed[32..]);
        MlKem768Encryption.HashKey(encapsulationKey, keyHash);
    }

    public ReadOnlySpan<byte> EncapsulationKey => encapsulationKey;

    private Span<short> Vector => MemoryMarshal.Cast<byte, short>(vector.Span);

    public static MlKem768PrivateKey FromSeeds(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z)
    {
        // FIPS 203 5.1 appends the rank of the module to d; the draft of August 2023 did not.
        Span<byte> expandedSeed = stackalloc byte[64];
        Keccak sponge = Keccak.Sha3With512Bits();
        sponge.Absorb(d);
        sponge.Absorb([Rank]);
        sponge.Squeeze(expandedSeed);
        sponge.Clear();
        MlKem768PrivateKey key = FromExpandedSeed(expandedSeed, z);
        CryptographicOperations.ZeroMemory(expandedSeed);
        return key;
    }

    /// <summary>Makes a key from the seeds of its matrix and of its vectors, 64 bytes: what <see cref="FromSeeds"/> hashes d to.</summary>
    public static MlKem768PrivateKey FromExpandedSeed(ReadOnlySpan<byte> expandedSeed, ReadOnlySpan<byte> z) => new(expandedSeed, z);

    /// <summary>Writes the key in the encoding of the standard, 2400 bytes.</summary>
    public void Export(Span<byte> decapsulationKey)
    {
        for (int i = 0; i < Rank; i++)
        {
            MlKemCoding.Encode(
                Vector.Slice(i * Size, Size),
                decapsulationKey.Slice(i * MlKem768Encryption.EncodedPolynomial, MlKem768Encryption.EncodedPolynomial));
        }
        Span<byte> rest = decapsulationKey[MlKem768Encryption.EncodedVector..];
        encapsulationKey.CopyTo(rest);
        keyHash.CopyTo(rest[encapsulationKey.Length..]);
        rejection.Span.CopyTo(rest[(encapsulationKey.Length + 32)..]);
    }

    /// <summary>Algorithm 18. A ciphertext that was not made as it should gives a secret that only its bytes and ours decide.</summary>
    public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        Span<byte> message = stackalloc byte[32], secretAndCoins = stackalloc byte[64];
        MlKem768Encryption.Decrypt(Vector, ciphertext, message);
        MlKem768Encryption.DeriveSecretAndCoins(message, keyHash, secretAndCoins);

        Keccak sponge = Keccak.Shake256();
        sponge.Absorb(rejection.Span);
        sponge.Absorb(ciphertext);
        sponge.Squeeze(shared);
        sponge.Clear();

        Span<byte> expected = stackalloc byte[MlKem768.CiphertextSize];
        MlKem768Encryption.Encrypt(matrix, publicVector, message, secretAndCoins[32..], expected);
        byte isForged = ConstantTime.DifferenceMask(ciphertext, expected);
        ConstantTime.ConditionalCopy((byte)~isForged, secretAndCoins[..32], shared);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(secretAndCoins);
        CryptographicOperations.ZeroMemory(expected);
    }

    public void Dispose()
    {
        vector.Dispose();
        rejection.Dispose();
    }

    private void MakeVectors(ReadOnlySpan<byte> seed)
    {
        Span<short> prepared = stackalloc short[MlKem768Encryption.VectorSize], noise = stackalloc short[Size];
        for (int i = 0; i < Rank; i++)
        {
            Span<short> polynomial = Vector.Slice(i * Size, Size);
            MlKemCoding.SampleSmall(seed, (byte)i, polynomial);
            MlKemPolynomial.Transform(polynomial);
            MlKemPolynomial.PrepareFactor(polynomial, prepared.Slice(i * Size, Size));
        }
        for (int i = 0; i < Rank; i++)
        {
            Span<short> sum = publicVector.AsSpan(i * Size, Size);
            MlKemPolynomial.InnerProduct(matrix.AsSpan(i * MlKem768Encryption.VectorSize), Size, Vector, prepared, sum);
            MlKemPolynomial.RemoveProductFactor(sum);
            MlKemCoding.SampleSmall(seed, (byte)(Rank + i), noise);
            MlKemPolynomial.Transform(noise);
            MlKemPolynomial.Add(sum, noise);
            MlKemPolynomial.Normalize(sum);
            MlKemCoding.Encode(
                sum, encapsulationKey.AsSpan(i * MlKem768Encryption.EncodedPolynomial, MlKem768Encryption.EncodedPolynomial));
        }
        for (int i = 0; i < Rank; i++)
            MlKemPolynomial.Normalize(Vector.Slice(i * Size, Size));
        ShortLanes.Erase(prepared);
        ShortLanes.Erase(noise);
    }
}
