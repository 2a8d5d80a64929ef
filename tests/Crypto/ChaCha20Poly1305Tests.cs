using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class ChaCha20Tests
{
    private const string SunscreenCipher =
        """
        6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b
        f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8
        07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736
        5af90bbf74a35be6b40b8eedf2785e42874d
        """;

    [Fact]
    public void The_block_function_follows_rfc_8439_2_3_2()
    {
        using var cipher = new ChaCha20(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        var stream = new byte[64];
        Apply(cipher, "01000000 000000090000004a00000000", stream);
        Assert.Equal(
            Vectors.Hex("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"),
            stream);
    }

    [Fact]
    public void Encryption_follows_rfc_8439_2_4_2()
    {
        using var cipher = new ChaCha20(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        byte[] data =
        [
            .. "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8,
        ];
        Apply(cipher, "01000000 000000000000004a00000000", data);
        Assert.Equal(Vectors.Hex(SunscreenCipher), data);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(0xFFFF_FFFFUL)]
    public void Counter_and_nonce_of_the_original_cipher_are_words_of_64_bits(ulong counter)
    {
        using var cipher = new ChaCha20(Vectors.Bytes(32));
        byte[] nonce = Vectors.Bytes(8, 2), whole = new byte[192], parts = new byte[192];
        cipher.Apply(counter, nonce, whole, whole);
        for (int block = 0; block < 3; block++)
            cipher.Apply(counter + (ulong)block, nonce, parts.AsSpan(64 * block, 64), parts.AsSpan(64 * block, 64));
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void Nothing_is_allocated_and_wrong_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ChaCha20(new byte[16]));
        using var cipher = new ChaCha20(new byte[32]);
        Assert.Throws<ArgumentException>(() => cipher.Apply(0, new byte[8], new byte[2], new byte[1]));
        byte[] nonce = new byte[8], data = new byte[2000];
        Assert.Equal(0, Vectors.AllocatedBy(() => cipher.Apply(1, nonce, data, data)));
    }

    // RFC 8439's counter of 32 bits and nonce of 96 are the same sixteen bytes as a counter and a nonce of 64 each.
    private static void Apply(ChaCha20 cipher, string counterAndNonce, byte[] data)
    {
        byte[] position = Vectors.Hex(counterAndNonce);
        cipher.Apply(BinaryPrimitives.ReadUInt64LittleEndian(position), position.AsSpan(8), data, data);
    }
}

public sealed class Poly1305Tests
{
    [Fact]
    public void The_tag_follows_rfc_8439_2_5_2()
    {
        using var poly = new Poly1305();
        byte[] key = Vectors.Hex("85d6be7857556d337f4452fe42d506a8 0103808afb0db2fd4abff6af4149f51b"), tag = new byte[16];
        for (int i = 0; i < 2; i++)
        {
            poly.Compute(key, "Cryptographic Forum Research Group"u8, tag);
            Assert.Equal(Vectors.Hex("a8061dc1305136c6c22b8baf0c0127a9"), tag);
        }
    }

    /// <summary>RFC 8439, appendix A.3, vectors 1 and 7 to 11: the cases where the accumulator carries and wraps.</summary>
    [Theory]
    [InlineData("00", "", "0000000000000000 0000000000000000 0000000000000000 0000000000000000", "00000000000000000000000000000000")]
    [InlineData("02", "", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02", "ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData("01", "", "ffffffffffffffffffffffffffffffff f0ffffffffffffffffffffffffffffff 11000000000000000000000000000000", "05000000000000000000000000000000")]
    [InlineData("01", "", "ffffffffffffffffffffffffffffffff fbfefefefefefefefefefefefefefefe 01010101010101010101010101010101", "00000000000000000000000000000000")]
    [InlineData("02", "", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff")]
    public void Carries_follow_rfc_8439_a_3(string r, string s, string message, string expected)
    {
        using var poly = new Poly1305();
        byte[] key = new byte[32], tag = new byte[16];
        Vectors.Hex(r).CopyTo(key, 0);
        Vectors.Hex(s).CopyTo(key, 16);
        poly.Compute(key, Vectors.Hex(message), tag);
        Assert.Equal(Vectors.Hex(expected), tag);
    }

    [Fact]
    public void Nothing_is_allocated_and_wrong_sizes_are_refused()
    {
        using var poly = new Poly1305();
        Assert.Throws<ArgumentException>(() => poly.Compute(new byte[31], default, new byte[16]));
        Assert.Throws<ArgumentException>(() => poly.Compute(new byte[32], default, new byte[15]));
        byte[] key = new byte[32], tag = new byte[16], data = new byte[2000];
        Assert.Equal(0, Vectors.AllocatedBy(() => poly.Compute(key, data, tag)));
        poly.Compute(key, default, tag);
        Assert.Equal(new byte[16], tag);
    }
}
