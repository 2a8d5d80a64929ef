using Nacre.Crypto;
using Nacre.Tests.Algorithms;

namespace Nacre.Tests.Crypto;

public sealed class Sntrup761Tests
{
    private const int Degree = Sntrup761Ring.Degree;

    [Fact]
    public void Ciphertexts_and_keys_of_any_bytes_are_digested()
    {
        using Sntrup761 pair = Sntrup761.Generate(SystemRandom.Instance);
        byte[] ciphertext = new byte[Sntrup761.CiphertextSize], shared = new byte[32];
        foreach (byte fill in new byte[] { 0, 1, 127, 128, 255 })
        {
            byte[] publicKey = new byte[Sntrup761.PublicKeySize];
            publicKey.AsSpan().Fill(fill);
            Assert.True(Sntrup761.TryEncapsulate(publicKey, SystemRandom.Instance, ciphertext, shared));
            ciphertext.AsSpan().Fill(fill);
            Assert.True(pair.TryDecapsulate(ciphertext, shared));
        }
    }

    [Fact]
    public void Remainders_without_division_are_exact()
    {
        for (int value = -5_400_000; value <= 5_400_000; value += 101)
        {
            int expected = Mod(value + 2295, 4591) - 2295;
            Assert.Equal(expected, Sntrup761Field.Freeze(value));
        }
        for (int value = -2_900_000; value <= 2_900_000; value += 97)
            Assert.Equal(Mod(value + 1, 3) - 1, Sntrup761Field.FreezeByThree(value));
        foreach (uint divisor in new uint[] { 2, 3, 1531, 4591, 9157, 16383 })
        {
            foreach (uint value in new[] { 0u, 1u, divisor - 1, divisor, divisor + 1, 0x7FFF_FFFFu, uint.MaxValue - 1, uint.MaxValue })
            {
                Assert.Equal(value / divisor, Sntrup761Field.Divide(value, Sntrup761Field.Reciprocal(divisor)));
                Assert.Equal(value % divisor, Sntrup761Field.Remainder(value, divisor, Sntrup761Field.Reciprocal(divisor)));
            }
        }
    }

    [Fact]
    public void Every_element_but_zero_has_an_inverse()
    {
        for (int i = 1; i <= 2295; i++)
        {
            Assert.Equal(1, Sntrup761Field.Freeze(i * Sntrup761Field.Invert((short)i)));
            Assert.Equal(1, Sntrup761Field.Freeze(-i * Sntrup761Field.Invert((short)-i)));
        }
    }

    [Fact]
    public void Products_agree_with_schoolbook_multiplication()
    {
        short[] f = new short[768], g = new short[768], product = new short[768], byThree = new short[768];
        Sntrup761Coding.DecodeFull(Vectors.Bytes(1158), f);
        Sntrup761Coding.DrawSmall(new SeededRandom(2), g);
        Sntrup761Ring.MultiplySmall(f, g, product);
        Sntrup761Ring.MultiplyByThree([.. g], g, byThree);

        Assert.Equal(Multiply(f, g, 4591), product[..Degree].Select(x => (int)x));
        Assert.Equal(Multiply(g, g, 3), byThree[..Degree].Select(x => (int)x));
    }

    [Fact]
    public void A_polynomial_times_its_inverse_is_one()
    {
        int invertible = 0;
        int[] one = [1, .. new int[Degree - 1]];
        for (int i = 0; i < 5; i++)
        {
            short[] small = new short[768], inverse = new short[768];
            Sntrup761Coding.DrawSmall(new SeededRandom(i), small);
            if (Sntrup761Ring.TryInvertByThree(small, inverse))
            {
                invertible++;
                Assert.Equal(one, Multiply(small, inverse, 3));
            }
            Sntrup761Ring.InvertTriple(small, inverse);
            Assert.Equal(one, Multiply([.. small.Select(x => (short)(3 * x))], inverse, 4591));
        }
        Assert.True(invertible >= 2);
    }

    [Fact]
    public void A_multiple_of_a_factor_of_the_modulus_has_no_inverse_by_three()
    {
        short[] zero = new short[768], inverse = new short[768];
        Assert.False(Sntrup761Ring.TryInvertByThree(zero, inverse));
    }

    [Fact]
    public void A_short_polynomial_has_its_weight_and_no_favourite_places()
    {
        var counts = new int[Degree];
        for (int i = 0; i < 400; i++)
        {
            var r = new short[768];
            Sntrup761Coding.DrawShort(new SeededRandom(i), r);
            Assert.Equal(0, Sntrup761Coding.WrongWeightMask(r));
            Assert.Equal(286, r.Count(x => x is 1 or -1));
            Assert.Equal(768 - 286, r.Count(x => x == 0));
            for (int j = 0; j < Degree; j++)
                counts[j] += r[j] * r[j];
        }

        // 400 draws at 286/761: 150.3 on average with a deviation of 9.7.
        Assert.All(counts, count => Assert.InRange(count, 95, 205));
    }

    [Fact]
    public void A_polynomial_of_another_weight_is_replaced()
    {
        var r = new short[768];
        r[3] = -1;
        Sntrup761Coding.ReplaceUnlessShort(r);
        Assert.Equal(Enumerable.Range(0, 768).Select(i => (short)(i < 286 ? 1 : 0)), r);
    }

    [Fact]
    public void Encodings_are_read_as_they_were_written()
    {
        short[] full = new short[768], rounded = new short[768], read = new short[768];
        byte[] bytes = new byte[1158];
        for (int i = 0; i < 20; i++)
        {
            Sntrup761Coding.DecodeFull(Vectors.Bytes(1158, i), full);
            Sntrup761Coding.EncodeFull(full, bytes);
            Sntrup761Coding.DecodeFull(bytes, read);
            Assert.Equal(full, read);
            for (int j = 0; j < Degree; j++)
                rounded[j] = (short)(full[j] - Sntrup761Field.FreezeByThree(full[j]));
            Sntrup761Coding.EncodeRounded(rounded, bytes);
            Sntrup761Coding.DecodeRounded(bytes, read);
            Assert.Equal(rounded, read);
        }
    }

    private static int[] Multiply(short[] a, short[] b, int modulus)
    {
        var sums = new long[(2 * Degree) - 1];
        for (int i = 0; i < Degree; i++)
        {
            for (int j = 0; j < Degree; j++)
                sums[i + j] += a[i] * b[j];
        }
        for (int k = sums.Length - 1; k >= Degree; k--)
        {
            sums[k - Degree] += sums[k];
            sums[k - Degree + 1] += sums[k];
        }
        return [.. sums.Take(Degree).Select(x => Mod(x + (modulus / 2), modulus) - (modulus / 2))];
    }

    private static int Mod(long value, int modulus) => (int)(((value % modulus) + modulus) % modulus);
}
