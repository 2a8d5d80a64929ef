using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class MlKem768Tests
{
    private delegate MlKem768PrivateKey KeyMaker(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z);

    // The accumulated vectors of C2SP's CCTV exist for the standard and for its draft of August 2023, which differ only in how d is
    // expanded.
    [Fact]
    [Trait("Category", "Slow")]
    public void Ten_thousand_rounds_accumulate_to_the_digest_of_the_standard() =>
        Assert.Equal("f959d18d3d1180121433bf0e05f11e7908cf9d03edc150b2b07cb90bef5bc1c1", Accumulate(10_000, MlKem768PrivateKey.FromSeeds));

    [Fact]
    [Trait("Category", "Slow")]
    public void Ten_thousand_rounds_accumulate_to_the_digest_of_the_draft() =>
        Assert.Equal("f7db260e1137a742e05fe0db9525012812b004d29040a5b606aad3d134b548d3", Accumulate(10_000, FromDraftSeeds));

    [Fact]
    public void A_hundred_rounds_accumulate_to_the_digest_of_the_draft() =>
        Assert.Equal("8d0c478ead6037897a0da6be21e5399545babf5fc6dd10c061c99b7dee2bf0dc", Accumulate(100, FromDraftSeeds));

    [Fact]
    public void A_key_pair_is_that_of_its_seeds()
    {
        byte[] d = Vectors.Bytes(32, 1), z = Vectors.Bytes(32, 2), m = Vectors.Bytes(32, 3);
        using MlKem768 pair = MlKem768.Generate(new GivenRandom(d, z));
        using MlKem768PrivateKey own = MlKem768PrivateKey.FromSeeds(d, z);
        Assert.True(pair.EncapsulationKey.SequenceEqual(own.EncapsulationKey));
        byte[] ciphertext = new byte[MlKem768.CiphertextSize], sent = new byte[32], received = new byte[32];
        Assert.True(MlKem768.TryEncapsulate(own.EncapsulationKey, new GivenRandom(m), ciphertext, sent));
        Assert.True(pair.TryDecapsulate(ciphertext, received));
        Assert.Equal(sent, received);
        own.Decapsulate(ciphertext, received);
        Assert.Equal(sent, received);
    }

    [Fact]
    public void A_coefficient_that_is_not_reduced_is_refused()
    {
        using MlKem768 pair = MlKem768.Generate(SystemRandom.Instance);
        byte[] ciphertext = new byte[MlKem768.CiphertextSize], shared = new byte[32];
        for (int coefficient = 0; coefficient < 768; coefficient += 59)
        {
            byte[] key = pair.EncapsulationKey.ToArray();
            Set(key, coefficient, 3328);
            Assert.True(MlKem768.TryEncapsulate(key, SystemRandom.Instance, ciphertext, shared));
            foreach (int value in new[] { 3329, 3330, 4095 })
            {
                Set(key, coefficient, value);
                Assert.False(MlKem768.TryEncapsulate(key, SystemRandom.Instance, ciphertext, shared));
                Assert.False(MlKem768Encryption.IsValidKey(key));
            }
        }
    }

    [Fact]
    public void Compression_without_division_is_exact_for_every_coefficient()
    {
        for (short x = 0; x < MlKemPolynomial.Modulus; x++)
        {
            Assert.Equal((ulong)(((x * 2048) + 3329) / 6658 % 1024), MlKemCoding.Compress10(x));
            Assert.Equal((uint)(((x * 32) + 3329) / 6658 % 16), MlKemCoding.Compress4(x));
            Assert.Equal((uint)(((x * 4) + 3329) / 6658 % 2), MlKemCoding.Compress1(x));
        }
    }

    [Fact]
    public void Products_agree_with_schoolbook_multiplication()
    {
        short[] a = Coefficients(768, 1), b = Coefficients(768, 2), prepared = new short[768], product = new short[256];
        var expected = new long[256];
        for (int k = 0; k < 3; k++)
        {
            for (int i = 0; i < 256; i++)
            {
                for (int j = 0; j < 256; j++)
                    expected[(i + j) % 256] += (i + j < 256 ? 1 : -1) * a[(256 * k) + i] * b[(256 * k) + j];
            }
            MlKemPolynomial.Transform(a.AsSpan(256 * k, 256));
            MlKemPolynomial.Transform(b.AsSpan(256 * k, 256));
            MlKemPolynomial.PrepareFactor(b.AsSpan(256 * k, 256), prepared.AsSpan(256 * k, 256));
        }
        MlKemPolynomial.InnerProduct(a, 256, b, prepared, product);
        MlKemPolynomial.InverseTransform(product);
        MlKemPolynomial.Normalize(product);
        Assert.Equal(expected.Select(x => (short)(((x % 3329) + 3329) % 3329)), product);
    }

    private static short[] Coefficients(int count, int seed)
    {
        byte[] bytes = Vectors.Bytes(2 * count, seed);
        return [.. Enumerable.Range(0, count).Select(i => (short)(BitConverter.ToUInt16(bytes, 2 * i) % 3329))];
    }

    private static void Set(byte[] key, int coefficient, int value)
    {
        int at = coefficient / 2 * 3;
        if (coefficient % 2 == 0)
        {
            key[at] = (byte)value;
            key[at + 1] = (byte)((key[at + 1] & 0xF0) | (value >> 8));
        }
        else
        {
            key[at + 1] = (byte)((key[at + 1] & 0x0F) | ((value & 15) << 4));
            key[at + 2] = (byte)(value >> 4);
        }
    }

    private static MlKem768PrivateKey FromDraftSeeds(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z) =>
        MlKem768PrivateKey.FromExpandedSeed(System.Security.Cryptography.SHA3_512.HashData(d), z);

    private static string Accumulate(int rounds, KeyMaker make)
    {
        Keccak generator = Keccak.Shake128(), digest = Keccak.Shake128();
        byte[] d = new byte[32], z = new byte[32], m = new byte[32], random = new byte[MlKem768.CiphertextSize];
        byte[] dk = new byte[MlKem768PrivateKey.EncodedSize], ct = new byte[MlKem768.CiphertextSize], k = new byte[32], r = new byte[32];
        for (int i = 0; i < rounds; i++)
        {
            generator.Squeeze(d);
            generator.Squeeze(z);
            generator.Squeeze(m);
            generator.Squeeze(random);
            using MlKem768PrivateKey key = make(d, z);
            key.Export(dk);
            Assert.True(MlKem768Encryption.TryEncapsulate(key.EncapsulationKey, m, ct, k));
            key.Decapsulate(ct, r);
            Assert.Equal(k, r);
            key.Decapsulate(random, r);
            digest.Absorb(key.EncapsulationKey);
            digest.Absorb(dk);
            digest.Absorb(ct);
            digest.Absorb(k);
            digest.Absorb(r);
        }
        digest.Squeeze(d);
        return Convert.ToHexStringLower(d);
    }
}
