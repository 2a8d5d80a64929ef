namespace Nacre.Crypto;

/// <summary>
/// Leaves of the odd numbers from a start those that may be a prime q with 2q + 1 prime, too: neither has a factor among the small primes.
/// What is left must be tested. Sieving pays as long as a small prime costs less than the tests that it spares.
/// </summary>
internal sealed class SafePrimeSieve : IDisposable
{
    /// <summary>More odd numbers than any search needs: 127 MiB of bits.</summary>
    public const int MaxLength = 127 << 23;

    private const int SegmentLength = 1 << 18;

    private readonly LibCryptoHandle start;
    private readonly ulong[] composites;

    /// <param name="start">The first number, odd, unsigned and big-endian.</param>
    /// <param name="length">How many odd numbers to look at.</param>
    public SafePrimeSieve(ReadOnlySpan<byte> start, int length)
    {
        if (start.IsEmpty || (start[^1] & 1) == 0 || length is < 1 or > MaxLength)
            throw new ArgumentException("the sieve starts at an odd number and has room for 1 to 2^30 of them");
        this.start = LibCryptoHandle.Number(start);
        Length = length;
        composites = new ulong[(length + 63) / 64];
    }

    public int Length { get; }

    /// <summary>Strikes out all multiples of the odd primes below a limit, which is less than the start; returns how many primes there are.</summary>
    public long Sieve(uint limit)
    {
        long count = 0;
        foreach (uint prime in OddPrimesBelow(limit))
        {
            count++;
            ulong remainder = LibCrypto.BN_mod_word(start.Pointer, prime);

            // q = start + 2i is a multiple where 2i = -start, and 2q + 1 where 4i = -(2 start + 1), both modulo the prime.
            Strike(Halve(Negative(remainder, prime), prime), prime);
            Strike(Halve(Halve(Negative(((2 * remainder) + 1) % prime, prime), prime), prime), prime);
        }

        return count;
    }

    /// <summary>False where the number of that index has a small factor.</summary>
    public bool IsCandidate(int index) => (composites[index / 64] >> (index % 64) & 1) == 0;

    /// <summary>The number of an index: the start and twice as much.</summary>
    public unsafe byte[] NumberAt(int index)
    {
        using LibCryptoHandle number = LibCryptoHandle.Number();
        LibCrypto.Check(LibCrypto.BN_rshift(number.Pointer, start.Pointer, 0), "BN_rshift");
        LibCrypto.Check(LibCrypto.BN_add_word(number.Pointer, 2 * (ulong)index), "BN_add_word");
        byte[] bytes = new byte[(LibCrypto.BN_num_bits(number.Pointer) + 7) / 8];
        fixed (byte* output = bytes)
            LibCrypto.Check(LibCrypto.BN_bn2binpad(number.Pointer, output, bytes.Length), "BN_bn2binpad");
        return bytes;
    }

    public void Dispose() => start.Dispose();

    private static ulong Negative(ulong remainder, uint prime) => remainder == 0 ? 0 : prime - remainder;

    private static ulong Halve(ulong number, uint prime) => (number % 2 == 0 ? number : number + prime) / 2;

    /// <summary>The odd primes in order, found piece by piece.</summary>
    private static IEnumerable<uint> OddPrimesBelow(uint limit)
    {
        List<uint> factors = [];
        var isComposite = new bool[SegmentLength];
        for (ulong low = 3; low < limit; low += 2 * SegmentLength)
        {
            ulong high = Math.Min(low + (2 * SegmentLength), limit);
            Array.Clear(isComposite);
            foreach (uint factor in factors)
            {
                if ((ulong)factor * factor >= high)
                    break;
                ulong first = Math.Max((ulong)factor * factor, (low + factor - 1) / factor * factor);
                if (first % 2 == 0)
                    first += factor;
                for (ulong multiple = first; multiple < high; multiple += 2 * factor)
                    isComposite[(multiple - low) / 2] = true;
            }

            for (ulong number = low; number < high; number += 2)
            {
                if (isComposite[(number - low) / 2])
                    continue;
                yield return (uint)number;
                if (number > ushort.MaxValue)
                    continue;
                factors.Add((uint)number);

                // In the first segment the primes strike out as they are found.
                for (ulong multiple = number * number; low == 3 && multiple < high; multiple += 2 * number)
                    isComposite[(multiple - low) / 2] = true;
            }
        }
    }

    private void Strike(ulong first, uint prime)
    {
        for (ulong index = first; index < (ulong)Length; index += prime)
            composites[index / 64] |= 1UL << (int)(index % 64);
    }
}
