namespace Nacre.Crypto;

/// <summary>
/// Tells whether a number that a stranger proposes is prime, by the Miller-Rabin test with bases that the stranger cannot foresee.
/// libcrypto's own test never makes fewer than 64 rounds (128 above 2048 bits), which at 8192 bits takes half a minute; here the
/// caller chooses: a composite number passes r rounds with a probability of at most 4^-r. Numbers are unsigned and big-endian.
/// </summary>
internal static unsafe class Primality
{
    public const int DefaultRounds = 8;

    private const int SmallestSafeBits = 256;

    private static ReadOnlySpan<byte> SmallPrimes =>
    [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
        139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251,
    ];

    public static bool IsProbablePrime(ReadOnlySpan<byte> number, int rounds = DefaultRounds)
    {
        using LibCryptoHandle candidate = LibCryptoHandle.Number(number);
        using LibCryptoHandle pool = LibCryptoHandle.NumberPool();
        return IsProbablePrime(candidate, pool, rounds);
    }

    /// <summary>
    /// True where p and (p-1)/2 are prime, so that the group has no small subgroup but {1, p-1}; false below 256 bits.
    /// It costs rounds + 1 exponentiations modulo p: for eight rounds about 0.2 s at 4096 bits and over 1 s at 8192.
    /// </summary>
    public static bool IsSafePrime(ReadOnlySpan<byte> number, int rounds = DefaultRounds)
    {
        using LibCryptoHandle p = LibCryptoHandle.Number(number);
        using LibCryptoHandle pool = LibCryptoHandle.NumberPool();
        if (LibCrypto.BN_num_bits(p.Pointer) < SmallestSafeBits || LibCrypto.BN_is_odd(p.Pointer) == 0 || HasSmallFactor(p))
            return false;
        using LibCryptoHandle q = LibCryptoHandle.Number();
        LibCrypto.Check(LibCrypto.BN_rshift(q.Pointer, p.Pointer, 1), "BN_rshift");

        // With q prime, Pocklington's theorem makes one exponentiation enough for p = 2q + 1: 2^(p-1) = 1 (mod p), and 2^2 - 1 = 3
        // is no factor of p. It goes first, since it also exposes nearly every p that was not chosen with malice.
        using LibCryptoHandle exponent = LibCryptoHandle.Number();
        LibCrypto.Check(LibCrypto.BN_rshift(exponent.Pointer, p.Pointer, 0), "BN_rshift");
        LibCrypto.Check(LibCrypto.BN_sub_word(exponent.Pointer, 1), "BN_sub_word");
        using LibCryptoHandle two = LibCryptoHandle.Number([2]);
        using LibCryptoHandle power = LibCryptoHandle.Number();
        LibCrypto.Check(
            LibCrypto.BN_mod_exp_mont(power.Pointer, two.Pointer, exponent.Pointer, p.Pointer, pool.Pointer, 0), "BN_mod_exp_mont");
        return LibCrypto.BN_is_one(power.Pointer) == 1 && IsProbablePrime(q, pool, rounds);
    }

    private static bool IsProbablePrime(LibCryptoHandle candidate, LibCryptoHandle pool, int rounds)
    {
        int bits = LibCrypto.BN_num_bits(candidate.Pointer);
        if (bits <= 8)
            return IsSmallPrime(candidate);
        if (LibCrypto.BN_is_odd(candidate.Pointer) == 0 || HasSmallFactor(candidate))
            return false;

        using LibCryptoHandle minusOne = LibCryptoHandle.Number();
        LibCrypto.Check(LibCrypto.BN_rshift(minusOne.Pointer, candidate.Pointer, 0), "BN_rshift");
        LibCrypto.Check(LibCrypto.BN_sub_word(minusOne.Pointer, 1), "BN_sub_word");
        int twos = 1;
        while (LibCrypto.BN_is_bit_set(minusOne.Pointer, twos) == 0)
            twos++;
        using LibCryptoHandle odd = LibCryptoHandle.Number();
        LibCrypto.Check(LibCrypto.BN_rshift(odd.Pointer, minusOne.Pointer, twos), "BN_rshift");
        using LibCryptoHandle montgomery = LibCryptoHandle.Montgomery();
        LibCrypto.Check(LibCrypto.BN_MONT_CTX_set(montgomery.Pointer, candidate.Pointer, pool.Pointer), "BN_MONT_CTX_set");

        byte[] bytes = new byte[((bits + 7) / 8) + 8];
        using LibCryptoHandle witness = LibCryptoHandle.Number();
        for (int round = 0; round < rounds; round++)
        {
            NextWitness(witness, minusOne, pool, bytes);
            LibCrypto.Check(
                LibCrypto.BN_mod_exp_mont(
                    witness.Pointer, witness.Pointer, odd.Pointer, candidate.Pointer, pool.Pointer, montgomery.Pointer),
                "BN_mod_exp_mont");
            if (!IsConsistent(witness, candidate, minusOne, twos, pool))
                return false;
        }
        return true;
    }

    private static bool IsConsistent(LibCryptoHandle power, LibCryptoHandle candidate, LibCryptoHandle minusOne, int twos, LibCryptoHandle pool)
    {
        if (LibCrypto.BN_is_one(power.Pointer) == 1)
            return true;
        for (int square = 0; square < twos; square++)
        {
            if (LibCrypto.BN_cmp(power.Pointer, minusOne.Pointer) == 0)
                return true;
            LibCrypto.Check(LibCrypto.BN_mod_sqr(power.Pointer, power.Pointer, candidate.Pointer, pool.Pointer), "BN_mod_sqr");
        }
        return false;
    }

    /// <summary>Draws a base between 2 and n-2, from 64 bits more than n has, so that none is noticeably likelier than another.</summary>
    private static void NextWitness(LibCryptoHandle witness, LibCryptoHandle minusOne, LibCryptoHandle pool, byte[] bytes)
    {
        do
        {
            SystemRandom.Instance.Fill(bytes);
            using LibCryptoHandle drawn = LibCryptoHandle.Number(bytes);
            LibCrypto.Check(LibCrypto.BN_nnmod(witness.Pointer, drawn.Pointer, minusOne.Pointer, pool.Pointer), "BN_nnmod");
        }
        while (LibCrypto.BN_is_zero(witness.Pointer) == 1 || LibCrypto.BN_is_one(witness.Pointer) == 1);
    }

    private static bool HasSmallFactor(LibCryptoHandle number)
    {
        foreach (byte prime in SmallPrimes)
        {
            if (LibCrypto.BN_mod_word(number.Pointer, prime) == 0)
                return true;
        }
        return false;
    }

    private static bool IsSmallPrime(LibCryptoHandle number)
    {
        byte value;
        LibCrypto.Check(LibCrypto.BN_bn2binpad(number.Pointer, &value, 1), "BN_bn2binpad");
        return value == 2 || SmallPrimes.Contains(value);
    }
}
