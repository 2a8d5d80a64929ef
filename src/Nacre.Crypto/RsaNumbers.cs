namespace Nacre.Crypto;

/// <summary>
/// Judges whether the numbers of a stored RSA private key belong together, and computes the two that key files leave out.
/// All numbers are unsigned and big-endian.
/// </summary>
internal static unsafe class RsaNumbers
{
    /// <summary>
    /// True where n = pq, de = 1 modulo p-1 and q-1, and the coefficient is the inverse of q modulo p; then the exponents of both halves,
    /// d mod p-1 and d mod q-1, are written, padded in front. That p and q are prime is not tested.
    /// </summary>
    public static bool TryComplete(
        ReadOnlySpan<byte> n, ReadOnlySpan<byte> e, ReadOnlySpan<byte> d, ReadOnlySpan<byte> p, ReadOnlySpan<byte> q,
        ReadOnlySpan<byte> coefficient, Span<byte> dp, Span<byte> dq)
    {
        using LibCryptoHandle pool = LibCryptoHandle.NumberPool();
        using LibCryptoHandle modulus = LibCryptoHandle.Number(n);
        using LibCryptoHandle first = Hidden(p);
        using LibCryptoHandle second = Hidden(q);
        using LibCryptoHandle exponent = Hidden(d);
        if (!IsPossiblePrime(first) || !IsPossiblePrime(second))
            return false;
        using LibCryptoHandle product = LibCryptoHandle.Number();
        LibCrypto.Check(LibCrypto.BN_mul(product.Pointer, first.Pointer, second.Pointer, pool.Pointer), "BN_mul");
        if (LibCrypto.BN_cmp(product.Pointer, modulus.Pointer) != 0)
            return false;

        using LibCryptoHandle inverse = Hidden(coefficient);
        LibCrypto.Check(
            LibCrypto.BN_mod_mul(product.Pointer, inverse.Pointer, second.Pointer, first.Pointer, pool.Pointer), "BN_mod_mul");
        if (LibCrypto.BN_is_one(product.Pointer) == 0 || LibCrypto.BN_cmp(inverse.Pointer, first.Pointer) >= 0)
            return false;

        using LibCryptoHandle publicExponent = LibCryptoHandle.Number(e);
        return TryReduce(exponent, publicExponent, first, pool, dp) && TryReduce(exponent, publicExponent, second, pool, dq);
    }

    private static bool TryReduce(LibCryptoHandle d, LibCryptoHandle e, LibCryptoHandle prime, LibCryptoHandle pool, Span<byte> reduced)
    {
        LibCrypto.Check(LibCrypto.BN_sub_word(prime.Pointer, 1), "BN_sub_word");
        using LibCryptoHandle result = Hidden([]);
        LibCrypto.Check(LibCrypto.BN_nnmod(result.Pointer, d.Pointer, prime.Pointer, pool.Pointer), "BN_nnmod");
        fixed (byte* output = reduced)
            LibCrypto.Check(LibCrypto.BN_bn2binpad(result.Pointer, output, reduced.Length), "BN_bn2binpad");
        LibCrypto.Check(LibCrypto.BN_mod_mul(result.Pointer, result.Pointer, e.Pointer, prime.Pointer, pool.Pointer), "BN_mod_mul");
        return LibCrypto.BN_is_one(result.Pointer) == 1;
    }

    private static bool IsPossiblePrime(LibCryptoHandle number) =>
        LibCrypto.BN_is_odd(number.Pointer) == 1 && LibCrypto.BN_is_one(number.Pointer) == 0;

    /// <summary>A number that libcrypto computes with in a time that does not depend on it.</summary>
    private static LibCryptoHandle Hidden(ReadOnlySpan<byte> bigEndian)
    {
        LibCryptoHandle number = bigEndian.IsEmpty ? LibCryptoHandle.Number() : LibCryptoHandle.Number(bigEndian);
        LibCrypto.BN_set_flags(number.Pointer, LibCrypto.ConstantTimeFlag);
        return number;
    }
}
