using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class HmacTests
{
    public static TheoryData<string, string, string, string> Rfc4231 => new()
    {
        {
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"
        },
        {
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        },
        {
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", string.Concat(Enumerable.Repeat("dd", 50)),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"
        },
        {
            string.Concat(Enumerable.Repeat("aa", 131)),
            Convert.ToHexString("Test Using Larger Than Block-Size Key - Hash Key First"u8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc4231))]
    public void Sha2_tags_follow_rfc_4231(string key, string message, string sha256, string sha512)
    {
        using Hmac sha2Short = Hmac.Sha256(Vectors.Hex(key)), sha2Long = Hmac.Sha512(Vectors.Hex(key));
        byte[] tag256 = new byte[32], tag512 = new byte[64];
        for (int i = 0; i < 2; i++)
        {
            Compute(sha2Short, Vectors.Hex(message), [], tag256);
            Compute(sha2Long, Vectors.Hex(message), [], tag512);
            Assert.Equal(sha256, Convert.ToHexStringLower(tag256));
            Assert.Equal(sha512, Convert.ToHexStringLower(tag512));
        }
    }

    /// <summary>RFC 2202, cases 1, 2 and 6.</summary>
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "b617318655057264e28bc0b6fb378c8ef146be00")]
    [InlineData("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")]
    public void Sha1_tags_follow_rfc_2202(string key, string message, string expected)
    {
        using Hmac hmac = Hmac.Sha1(Vectors.Hex(key));
        var tag = new byte[20];
        Compute(hmac, Vectors.Hex(message), [], tag);
        Assert.Equal(expected, Convert.ToHexStringLower(tag));
    }

    [Fact]
    public void Keys_and_messages_of_every_length_agree_with_the_base_library()
    {
        byte[] message = Vectors.Bytes(300, 2), tag = new byte[64];
        for (int length = 0; length <= 300; length++)
        {
            byte[] key = Vectors.Bytes(length % 150, length);
            ReadOnlySpan<byte> first = message.AsSpan(0, length / 3), second = message.AsSpan(length / 3, length - (length / 3));
            using Hmac sha1 = Hmac.Sha1(key), sha256 = Hmac.Sha256(key), sha512 = Hmac.Sha512(key);
            Compute(sha1, first, second, tag.AsSpan(0, 20));
            Assert.Equal(HMACSHA1.HashData(key, message.AsSpan(0, length)), tag[..20]);
            Compute(sha256, first, second, tag.AsSpan(0, 32));
            Assert.Equal(HMACSHA256.HashData(key, message.AsSpan(0, length)), tag[..32]);
            Compute(sha512, first, second, tag);
            Assert.Equal(HMACSHA512.HashData(key, message.AsSpan(0, length)), tag);
        }
    }

    [Fact]
    public void Tags_allocate_nothing()
    {
        using Hmac sha1 = Hmac.Sha1(new byte[20]), sha256 = Hmac.Sha256(new byte[32]), sha512 = Hmac.Sha512(new byte[64]);
        byte[] sequence = new byte[4], packet = new byte[1000], tag = new byte[64];
        Assert.Equal(0, Vectors.AllocatedBy(() =>
        {
            Compute(sha1, sequence, packet, tag);
            Compute(sha256, sequence, packet, tag);
            Compute(sha512, sequence, packet, tag);
        }));
    }

    private static void Compute(Hmac hmac, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag)
    {
        hmac.Append(first);
        hmac.Append(second);
        hmac.Finish(tag);
    }
}
