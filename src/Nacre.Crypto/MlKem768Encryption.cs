using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>The public half of ML-KEM-768: the matrix, the encryption inside (FIPS 203 5.2) and encapsulation with a given message (6.2).</summary>
internal static class MlKem768Encryption
{
    public const int Rank = 3;
    public const int VectorSize = Rank * MlKemPolynomial.Size;
    public const int MatrixSize = Rank * VectorSize;
    public const int EncodedPolynomial = 384;
    public const int EncodedVector = Rank * EncodedPolynomial;

    private const int Size = MlKemPolynomial.Size;
    private const int CompressedPolynomial = 320;

    /// <summary>Draws the matrix from its public seed; row i, column j is polynomial 3i + j, already transformed.</summary>
    public static void ExpandMatrix(ReadOnlySpan<byte> seed, Span<short> matrix)
    {
        for (int row = 0; row < Rank; row++)
        {
            for (int column = 0; column < Rank; column++)
                MlKemCoding.SampleUniform(seed, (byte)column, (byte)row, matrix.Slice(((Rank * row) + column) * Size, Size));
        }
    }

    /// <summary>Reads the vector of an encapsulation key; false where it is not reduced.</summary>
    public static bool TryDecodeKey(ReadOnlySpan<byte> encapsulationKey, Span<short> vector)
    {
        bool isReduced = true;
        for (int i = 0; i < Rank; i++)
            isReduced &= MlKemCoding.TryDecode(encapsulationKey.Slice(i * EncodedPolynomial, EncodedPolynomial), vector.Slice(i * Size, Size));
        return isReduced;
    }

    public static bool IsValidKey(ReadOnlySpan<byte> encapsulationKey) => TryDecodeKey(encapsulationKey, stackalloc short[VectorSize]);

    public static bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, ReadOnlySpan<byte> message, Span<byte> ciphertext, Span<byte> shared)
    {
        Span<short> vector = stackalloc short[VectorSize];
        if (!TryDecodeKey(encapsulationKey, vector))
            return false;
        Span<short> matrix = stackalloc short[MatrixSize];
        ExpandMatrix(encapsulationKey[EncodedVector..], matrix);
        Span<byte> keyHash = stackalloc byte[32];
        HashKey(encapsulationKey, keyHash);
        Span<byte> secretAndCoins = stackalloc byte[64];
        DeriveSecretAndCoins(message, keyHash, secretAndCoins);
        Encrypt(matrix, vector, message, secretAndCoins[32..], ciphertext);
        secretAndCoins[..32].CopyTo(shared);
        CryptographicOperations.ZeroMemory(secretAndCoins);
        return true;
    }

    public static void HashKey(ReadOnlySpan<byte> encapsulationKey, Span<byte> hash)
    {
        Keccak sponge = Keccak.Sha3With256Bits();
        sponge.Absorb(encapsulationKey);
        sponge.Squeeze(hash);
    }

    /// <summary>The function G over a message and the hash of a key: 32 bytes of shared secret, 32 bytes of coins.</summary>
    public static void DeriveSecretAndCoins(ReadOnlySpan<byte> message, ReadOnlySpan<byte> keyHash, Span<byte> secretAndCoins)
    {
        Keccak sponge = Keccak.Sha3With512Bits();
        sponge.Absorb(message);
        sponge.Absorb(keyHash);
        sponge.Squeeze(secretAndCoins);
        sponge.Clear();
    }

    /// <summary>Algorithm 14: encrypts 32 bytes under the transformed key vector with the given coins.</summary>
    public static void Encrypt(
        ReadOnlySpan<short> matrix, ReadOnlySpan<short> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> coins, Span<byte> ciphertext)
    {
        Span<short> y = stackalloc short[VectorSize], prepared = stackalloc short[VectorSize];
        Span<short> noise = stackalloc short[Size], sum = stackalloc short[Size];
        for (int i = 0; i < Rank; i++)
        {
            MlKemCoding.SampleSmall(coins, (byte)i, y.Slice(i * Size, Size));
            MlKemPolynomial.Transform(y.Slice(i * Size, Size));
            MlKemPolynomial.PrepareFactor(y.Slice(i * Size, Size), prepared.Slice(i * Size, Size));
        }
        for (int i = 0; i < Rank; i++)
        {
            // Column i of the matrix, since it stands transposed here.
            MlKemPolynomial.InnerProduct(matrix[(i * Size)..], VectorSize, y, prepared, sum);
            MlKemPolynomial.InverseTransform(sum);
            MlKemCoding.SampleSmall(coins, (byte)(Rank + i), noise);
            MlKemPolynomial.Add(sum, noise);
            MlKemPolynomial.Normalize(sum);
            MlKemCoding.CompressTo10Bits(sum, ciphertext.Slice(i * CompressedPolynomial, CompressedPolynomial));
        }
        MlKemPolynomial.InnerProduct(key, Size, y, prepared, sum);
        MlKemPolynomial.InverseTransform(sum);
        MlKemCoding.SampleSmall(coins, 2 * Rank, noise);
        MlKemPolynomial.Add(sum, noise);
        MlKemCoding.DecompressFrom1Bit(message, noise);
        MlKemPolynomial.Add(sum, noise);
        MlKemPolynomial.Normalize(sum);
        MlKemCoding.CompressTo4Bits(sum, ciphertext[(Rank * CompressedPolynomial)..]);
        ShortLanes.Erase(y);
        ShortLanes.Erase(prepared);
        ShortLanes.Erase(noise);
        ShortLanes.Erase(sum);
    }

    /// <summary>Algorithm 15: what the ciphertext says under the transformed private vector.</summary>
    public static void Decrypt(ReadOnlySpan<short> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> message)
    {
        Span<short> u = stackalloc short[VectorSize], prepared = stackalloc short[VectorSize];
        Span<short> v = stackalloc short[Size], sum = stackalloc short[Size];
        for (int i = 0; i < Rank; i++)
        {
            Span<short> polynomial = u.Slice(i * Size, Size);
            MlKemCoding.DecompressFrom10Bits(ciphertext.Slice(i * CompressedPolynomial, CompressedPolynomial), polynomial);
            MlKemPolynomial.Transform(polynomial);
            MlKemPolynomial.PrepareFactor(polynomial, prepared.Slice(i * Size, Size));
        }
        MlKemCoding.DecompressFrom4Bits(ciphertext[(Rank * CompressedPolynomial)..], v);
        MlKemPolynomial.InnerProduct(privateKey, Size, u, prepared, sum);
        MlKemPolynomial.InverseTransform(sum);
        MlKemPolynomial.SubtractFrom(v, sum);
        MlKemPolynomial.Normalize(sum);
        MlKemCoding.CompressTo1Bit(sum, message);
        ShortLanes.Erase(sum);
    }
}
