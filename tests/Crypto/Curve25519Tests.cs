using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class X25519Tests
{
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void The_function_follows_rfc_7748_5_2(string scalar, string coordinate, string expected)
    {
        using X25519 pair = X25519.FromPrivateKey(Vectors.Hex(scalar));
        var shared = new byte[32];
        Assert.True(pair.TryAgree(Vectors.Hex(coordinate), shared));
        Assert.Equal(expected, Convert.ToHexStringLower(shared));
    }

    [Fact]
    public void A_thousand_iterations_follow_rfc_7748_5_2()
    {
        byte[] k = new byte[32], u = new byte[32];
        k[0] = u[0] = 9;
        for (int i = 1; i <= 1000; i++)
        {
            using X25519 pair = X25519.FromPrivateKey(k);
            var next = new byte[32];
            Assert.True(pair.TryAgree(u, next));
            (k, u) = (next, k);
            if (i == 1)
                Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Convert.ToHexStringLower(k));
        }
        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Convert.ToHexStringLower(k));
    }

    [Fact]
    public void Both_sides_agree_as_in_rfc_7748_6_1()
    {
        using X25519 alice = X25519.Generate(new GivenRandom(Vectors.Hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")));
        using X25519 bob = X25519.FromPrivateKey(Vectors.Hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(alice.PublicKey));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bob.PublicKey));
        byte[] one = new byte[32], two = new byte[32];
        Assert.True(alice.TryAgree(bob.PublicKey, one));
        Assert.True(bob.TryAgree(alice.PublicKey, two));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(one));
        Assert.Equal(one, two);
    }

    /// <summary>The points whose order divides the cofactor, in canonical and other encodings.</summary>
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Points_of_low_order_are_refused(string point)
    {
        using X25519 pair = X25519.Generate(SystemRandom.Instance);
        byte[] shared = Vectors.Bytes(32);
        Assert.False(pair.TryAgree(Vectors.Hex(point), shared));
        Assert.Equal(new byte[32], shared);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_public_key_of_another_length_is_refused(int length)
    {
        using X25519 pair = X25519.Generate(SystemRandom.Instance);
        Assert.False(pair.TryAgree(Vectors.Bytes(length), new byte[32]));
    }
}

public sealed class Ed25519Tests
{
    public static TheoryData<string, string, string, string> Rfc8032 => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc8032))]
    public void Keys_and_signatures_follow_rfc_8032_7_1(string seed, string publicKey, string message, string expected)
    {
        using Ed25519 key = Ed25519.FromSeed(Vectors.Hex(seed));
        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey));
        var signature = new byte[64];
        key.Sign(Vectors.Hex(message), signature);
        Assert.Equal(expected, Convert.ToHexStringLower(signature));
        Assert.True(Ed25519.Verify(key.PublicKey, Vectors.Hex(message), signature));
    }

    [Fact]
    public void A_changed_bit_anywhere_is_refused()
    {
        using Ed25519 key = Ed25519.FromSeed(Vectors.Bytes(32));
        byte[] message = Vectors.Bytes(50, 2), signature = new byte[64], publicKey = key.PublicKey.ToArray();
        key.Sign(message, signature);
        foreach (byte[] part in new[] { message, signature, publicKey })
        {
            for (int bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(Ed25519.Verify(publicKey, message, signature));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
        Assert.True(Ed25519.Verify(publicKey, message, signature));
    }

    [Fact]
    public void The_same_signature_with_the_order_added_is_refused()
    {
        using Ed25519 key = Ed25519.FromSeed(Vectors.Bytes(32));
        byte[] order = Vectors.Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        var signature = new byte[64];
        key.Sign("text"u8, signature);
        int carry = 0;
        for (int i = 0; i < 32; i++)
        {
            carry += signature[32 + i] + order[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }
        Assert.Equal(0, carry);
        Assert.False(Ed25519.Verify(key.PublicKey, "text"u8, signature));
    }

    [Fact]
    public void Input_of_other_lengths_is_refused()
    {
        using Ed25519 key = Ed25519.FromSeed(Vectors.Bytes(32));
        byte[] publicKey = key.PublicKey.ToArray(), signature = new byte[64];
        key.Sign("text"u8, signature);
        Assert.False(Ed25519.Verify(publicKey.AsSpan(0, 31), "text"u8, signature));
        Assert.False(Ed25519.Verify([.. publicKey, 0], "text"u8, signature));
        Assert.False(Ed25519.Verify(publicKey, "text"u8, signature.AsSpan(0, 63)));
        Assert.False(Ed25519.Verify(publicKey, "text"u8, [.. signature, 0]));
        Assert.False(Ed25519.Verify(default, default, default));
        Assert.Throws<ArgumentException>(() => Ed25519.FromSeed(new byte[31]));
    }

    [Fact]
    public void Every_encoding_of_a_public_key_is_judged_without_an_exception()
    {
        var signature = new byte[64];
        for (int first = 0; first < 256; first++)
        {
            byte[] publicKey = new byte[32];
            publicKey.AsSpan().Fill(0xFF);
            publicKey[0] = (byte)first;
            Assert.False(Ed25519.Verify(publicKey, "text"u8, signature));
        }
    }
}
