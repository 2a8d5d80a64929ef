namespace Nacre.Crypto;

/// <summary>
/// Exponentiation modulo one odd number, for finite-field Diffie-Hellman, in a time that does not depend on the exponent;
/// and, for moduli that a peer proposes, the test that they are safe primes. All numbers are unsigned and big-endian.
/// </summary>
internal sealed unsafe class ModularExponent : IDisposable
{
    private readonly LibCryptoHandle modulus;
    private readonly LibCryptoHandle numbers = LibCryptoHandle.NumberPool();
    private readonly LibCryptoHandle montgomery = LibCryptoHandle.Montgomery();

    public ModularExponent(ReadOnlySpan<byte> modulus)
    {
        this.modulus = LibCryptoHandle.Number(modulus);
        if (LibCrypto.BN_is_odd(this.modulus.Pointer) == 0 || LibCrypto.BN_is_one(this.modulus.Pointer) == 1)
            throw new ArgumentException("the modulus must be odd and greater than one", nameof(modulus));
        LibCrypto.Check(LibCrypto.BN_MONT_CTX_set(montgomery.Pointer, this.modulus.Pointer, numbers.Pointer), "BN_MONT_CTX_set");
        BitLength = LibCrypto.BN_num_bits(this.modulus.Pointer);
    }

    public int BitLength { get; }

    /// <summary>The length of a result in bytes.</summary>
    public int Size => (BitLength + 7) / 8;

    /// <summary>Writes <paramref name="number"/> to the power of the secret <paramref name="exponent"/>, padded in front to <see cref="Size"/>.</summary>
    public void Raise(ReadOnlySpan<byte> number, ReadOnlySpan<byte> exponent, Span<byte> result)
    {
        if (result.Length != Size)
            throw new ArgumentException("the result has the length of the modulus", nameof(result));
        using LibCryptoHandle numberHandle = LibCryptoHandle.Number(number);
        using LibCryptoHandle exponentHandle = LibCryptoHandle.Number(exponent);
        using LibCryptoHandle resultHandle = LibCryptoHandle.Number();
        LibCrypto.BN_set_flags(exponentHandle.Pointer, LibCrypto.ConstantTimeFlag);
        int outcome = LibCrypto.BN_mod_exp_mont_consttime(
            resultHandle.Pointer, numberHandle.Pointer, exponentHandle.Pointer, modulus.Pointer, numbers.Pointer, montgomery.Pointer);
        LibCrypto.Check(outcome, "BN_mod_exp_mont_consttime");
        fixed (byte* output = result)
            LibCrypto.Check(LibCrypto.BN_bn2binpad(resultHandle.Pointer, output, result.Length), "BN_bn2binpad");
    }

    /// <summary>True where 1 &lt; <paramref name="value"/> &lt; modulus - 1, the range of honest public values.</summary>
    public bool IsInRange(ReadOnlySpan<byte> value)
    {
        using LibCryptoHandle number = LibCryptoHandle.Number(value);
        LibCrypto.Check(LibCrypto.BN_add_word(number.Pointer, 1), "BN_add_word");
        using LibCryptoHandle two = LibCryptoHandle.Number([2]);
        return LibCrypto.BN_cmp(number.Pointer, two.Pointer) > 0 && LibCrypto.BN_cmp(number.Pointer, modulus.Pointer) < 0;
    }

    public void Dispose()
    {
        montgomery.Dispose();
        modulus.Dispose();
        numbers.Dispose();
    }
}
