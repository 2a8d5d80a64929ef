using System.Numerics;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms.KeyExchanges;

namespace Nacre.Tests.Algorithms.KeyExchanges;

public sealed class FiniteFieldGroupTests
{
    public static TheoryData<int, int> Published => new() { { 1024, 129093 }, { 2048, 124476 }, { 4096, 240904 }, { 8192, 4743158 } };

    // RFC 2409 6.2, RFC 3526 3, 5 and 7: p = 2^n - 2^(n-64) - 1 + 2^64 * { [2^(n-130) pi] + k }
    [Theory]
    [MemberData(nameof(Published))]
    public void A_published_prime_is_what_its_formula_gives(int bits, int k)
    {
        BigInteger expected = (BigInteger.One << bits) - (BigInteger.One << (bits - 64)) - 1 + ((Pi(bits - 130) + k) << 64);
        FiniteFieldGroup group = OfBits(bits);
        Assert.Equal(expected, new BigInteger(group.Prime.Span, isUnsigned: true, isBigEndian: true));
        Assert.Equal(bits, group.Bits);
        Assert.Equal([2], group.Generator.ToArray());
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    [InlineData(4096)]
    public void A_published_prime_is_safe(int bits) => Assert.True(Primality.IsSafePrime(OfBits(bits).Prime.Span));

    [Fact]
    [Trait("Category", "Slow")]
    public void The_largest_published_prime_is_safe() => Assert.True(Primality.IsSafePrime(OfBits(8192).Prime.Span));

    [Fact]
    public void Two_generates_the_subgroup_of_prime_order()
    {
        // 2 is a square modulo p exactly when p is 1 or 7 modulo 8; then its order is the large prime (p-1)/2.
        Assert.All(new[] { 1024, 2048, 4096, 8192 }, bits => Assert.Equal(7, OfBits(bits).Prime.Span[^1] % 8));
    }

    [Theory]
    [InlineData(1024, 512)]
    [InlineData(2048, 512)]
    [InlineData(4096, 512)]
    [InlineData(8192, 640)]
    public void Exponents_have_twice_the_strength_and_stay_below_the_order(int bits, int exponentBits)
    {
        Assert.Equal(exponentBits, OfBits(bits).ExponentBits);
        Assert.True(exponentBits < bits - 1);
    }

    private static FiniteFieldGroup OfBits(int bits) => bits switch
    {
        1024 => FiniteFieldGroup.Group1,
        2048 => FiniteFieldGroup.Group14,
        4096 => FiniteFieldGroup.Group16,
        _ => FiniteFieldGroup.Group18,
    };

    /// <summary>The whole part of 2^bits pi, by Machin's formula: pi/4 = 4 arctan(1/5) - arctan(1/239).</summary>
    private static BigInteger Pi(int bits)
    {
        const int Guard = 64;
        BigInteger unity = BigInteger.One << (bits + Guard);
        return (4 * ((4 * ArcTangentOfInverse(5, unity)) - ArcTangentOfInverse(239, unity))) >> Guard;
    }

    private static BigInteger ArcTangentOfInverse(int x, BigInteger unity)
    {
        BigInteger power = unity / x;
        BigInteger sum = power;
        for (int n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            sum += n % 4 == 3 ? -(power / n) : power / n;
        }

        return sum;
    }
}
