using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class SafePrimeSieveTests
{
    /// <summary>More than one of the pieces in which the small primes are found, and a last piece that is not whole.</summary>
    private const uint Limit = 1_100_001;

    [Fact]
    public void What_is_left_has_no_small_factor_and_nothing_else_was_struck_out()
    {
        const ulong start = 0x1234_5678_9abc_def1;
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, start);
        using var sieve = new SafePrimeSieve(bytes, 3000);
        uint[] primes = [.. Enumerable.Range(3, (int)Limit - 3).Where(IsPrime).Select(prime => (uint)prime)];
        Assert.Equal(primes.Length, sieve.Sieve(Limit));
        for (int i = 0; i < sieve.Length; i++)
        {
            ulong q = start + (2 * (ulong)i);
            bool isFree = Array.TrueForAll(primes, prime => q % prime != 0 && ((2 * (q % prime)) + 1) % prime != 0);
            Assert.True(isFree == sieve.IsCandidate(i), $"{q}");
            BinaryPrimitives.WriteUInt64BigEndian(bytes, q);
            Assert.Equal(bytes, sieve.NumberAt(i));
        }
    }

    [Fact]
    public void A_start_that_is_even_and_a_length_without_meaning_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SafePrimeSieve([], 1));
        Assert.Throws<ArgumentException>(() => new SafePrimeSieve([2], 1));
        Assert.Throws<ArgumentException>(() => new SafePrimeSieve([3], 0));
        Assert.Throws<ArgumentException>(() => new SafePrimeSieve([3], SafePrimeSieve.MaxLength + 1));
    }

    private static bool IsPrime(int number)
    {
        if (number % 2 == 0) return false;
        for (int factor = 3; factor * factor <= number; factor += 2)
        {
            if (number % factor == 0) return false;
        }

        return true;
    }
}
