using System.Numerics;
using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys;

public sealed class NonceTests
{
    private const int Signatures = 8_000;
    private const int Buckets = 16;

    /// <summary>
    /// The chi-squared value for 15 degrees of freedom that even nonces exceed once in 10^14 runs. PuTTY's nonces of CVE-2024-31497, whose
    /// nine top bits were zero, give 120,000; one bucket that is fuller than the others by a half gives 125.
    /// </summary>
    private const double Limit = 100;

    [Fact]
    [Trait("Category", "Slow")]
    public void The_nonces_of_P521_signatures_are_spread_evenly_A43()
    {
        using PrivateKey key = PrivateKey.GenerateEcdsa(521);
        var order = new BigInteger(SampleKeys.OrderOf(EcdsaCurve.P521), true, true);
        var secret = new BigInteger(key.ToFields().Scalar, true, true);
        byte[] data = "always the same"u8.ToArray();
        var digest = new BigInteger(SHA512.HashData(data), true, true);
        int[] high = new int[Buckets];
        int[] low = new int[Buckets];
        for (int i = 0; i < Signatures; i++)
        {
            EcdsaSignatureFields fields = Message.ReadRecord<EcdsaSignatureFields>(
                Message.ReadRecord<SignatureFields>(key.Sign(KeyAlgorithm.EcdsaP521, data)).Blob);
            var r = new BigInteger(fields.R, true, true);
            var s = new BigInteger(fields.S, true, true);

            // s = (digest + r * secret) / nonce, so that whoever knows the secret can compute the nonce.
            BigInteger nonce = Inverse(s, order) * (digest + (r * secret)) % order;
            high[(int)(nonce >> (521 - 4))]++;
            low[(int)(nonce & (Buckets - 1))]++;
        }

        Assert.True(ChiSquared(high) < Limit, $"top bits: {string.Join(' ', high)}");
        Assert.True(ChiSquared(low) < Limit, $"low bits: {string.Join(' ', low)}");
    }

    private static double ChiSquared(int[] counts)
    {
        double expected = (double)Signatures / Buckets;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        (BigInteger a, BigInteger b) = (value, modulus);
        (BigInteger x, BigInteger y) = (BigInteger.One, BigInteger.Zero);
        while (b != 0)
        {
            BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger rest);
            (a, b) = (b, rest);
            (x, y) = (y, x - (quotient * y));
        }

        return x < 0 ? x + modulus : x;
    }
}
