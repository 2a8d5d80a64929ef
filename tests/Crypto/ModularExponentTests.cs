using System.Numerics;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class ModularExponentTests
{
    /// <summary>The 2048-bit prime of RFC 3526, section 3.</summary>
    private static readonly byte[] Group14 = Vectors.Hex(
        """
        FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437
        4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05
        98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B
        E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF
        """);

    [Fact]
    public void Powers_agree_with_plain_arithmetic()
    {
        using var group = new ModularExponent(Group14);
        Assert.Equal(2048, group.BitLength);
        Assert.Equal(256, group.Size);
        var result = new byte[256];
        for (int i = 0; i < 20; i++)
        {
            byte[] number = Vectors.Bytes(1 + (13 * i), i), exponent = Vectors.Bytes(1 + (11 * i), 100 + i);
            group.Raise(number, exponent, result);
            BigInteger expected = BigInteger.ModPow(Read(number), Read(exponent), Read(Group14));
            Assert.Equal(expected, Read(result));
        }
    }

    [Fact]
    public void Both_sides_of_an_exchange_agree()
    {
        using var group = new ModularExponent(Group14);
        byte[] x = Vectors.Bytes(64, 1), y = Vectors.Bytes(64, 2);
        byte[] e = new byte[256], f = new byte[256], one = new byte[256], two = new byte[256];
        group.Raise([2], x, e);
        group.Raise([2], y, f);
        group.Raise(f, x, one);
        group.Raise(e, y, two);
        Assert.Equal(one, two);
        Assert.True(group.IsInRange(e));
    }

    [Fact]
    public void A_small_result_is_padded_in_front()
    {
        using var group = new ModularExponent(Group14);
        var result = new byte[256];
        result.AsSpan().Fill(0xAA);
        group.Raise([3], [2], result);
        Assert.Equal([.. new byte[255], 9], result);
        Assert.Throws<ArgumentException>(() => group.Raise([3], [2], new byte[255]));
    }

    [Fact]
    public void Only_values_strictly_between_one_and_the_modulus_less_one_are_in_range()
    {
        using var group = new ModularExponent(Group14);
        BigInteger p = Read(Group14);
        Assert.False(group.IsInRange([]));
        Assert.False(group.IsInRange([0]));
        Assert.False(group.IsInRange([1]));
        Assert.True(group.IsInRange([2]));
        Assert.True(group.IsInRange(Write(p - 2)));
        Assert.False(group.IsInRange(Write(p - 1)));
        Assert.False(group.IsInRange(Write(p)));
        Assert.False(group.IsInRange(Write(p + 1)));
        Assert.False(group.IsInRange([1, .. Group14]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("1000")]
    public void A_modulus_that_is_even_or_one_is_refused(string modulus) =>
        Assert.Throws<ArgumentException>(() => new ModularExponent(Vectors.Hex(modulus)));

    [Fact]
    public void A_safe_prime_is_told_from_a_prime_and_from_a_composite()
    {
        BigInteger p = Read(Group14);
        Assert.True(Primality.IsSafePrime(Group14));
        Assert.True(Primality.IsProbablePrime(Group14));
        Assert.True(Primality.IsProbablePrime(Write((p - 1) / 2)));
        Assert.False(Primality.IsProbablePrime(Write(p + 2)));
        Assert.False(Primality.IsSafePrime(Write(p - 1)));

        // 2^521 - 1 is prime, (2^521 - 2) / 2 is not.
        byte[] mersenne = Write(BigInteger.Pow(2, 521) - 1);
        Assert.True(Primality.IsProbablePrime(mersenne));
        Assert.False(Primality.IsSafePrime(mersenne));

        // The product of two primes without small factors.
        Assert.False(Primality.IsProbablePrime(Write((BigInteger.Pow(2, 521) - 1) * (BigInteger.Pow(2, 607) - 1))));
        Assert.False(Primality.IsSafePrime([23]));
    }

    [Fact]
    public void Small_numbers_and_famous_pseudoprimes_are_judged_rightly()
    {
        bool[] composite = new bool[70000];
        for (int i = 2; i < composite.Length; i++)
        {
            for (int j = 2 * i; j < composite.Length; j += i)
                composite[j] = true;
        }
        for (int i = 0; i < 5000; i++)
            Assert.Equal(i >= 2 && !composite[i], Primality.IsProbablePrime([(byte)(i >> 8), (byte)i], rounds: 16));

        // Carmichael numbers and strong pseudoprimes to the first prime bases.
        foreach (string number in new[] { "561", "41041", "825265", "3215031751", "3317044064679887385961981", "3825123056546413051" })
            Assert.False(Primality.IsProbablePrime(Write(BigInteger.Parse(number)), rounds: 16));
    }

    private static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Write(BigInteger number) => number.ToByteArray(isUnsigned: true, isBigEndian: true);
}
