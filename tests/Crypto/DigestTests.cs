using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

/// <summary>SHA of libcrypto's plain functions against the base library, which asks libcrypto by its newer interface.</summary>
public sealed class DigestTests
{
    public static TheoryData<string> Hashes => ["SHA1", "SHA256", "SHA384", "SHA512"];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void A_message_in_pieces_has_the_digest_of_the_whole_and_the_next_begins_anew(string name)
    {
        var hash = new HashAlgorithmName(name);
        byte[] message = SystemRandom.Instance.Bytes(1000);
        using Digest digest = Digest.Begin(hash);
        foreach (int length in (int[])[0, 1, 55, 56, 64, 111, 112, 128, 129, 1000])
        {
            for (int i = 0; i < length; i += 37) digest.Append(message.AsSpan(i, Math.Min(37, length - i)));
            byte[] actual = digest.Finish();
            Assert.Equal(CryptographicOperations.HashData(hash, message.AsSpan(0, length)), actual);
            Assert.Equal(digest.Size, actual.Length);
        }
    }

    [Fact]
    public void A_message_that_is_there_at_once_has_the_same_digest()
    {
        byte[] message = SystemRandom.Instance.Bytes(200);
        Assert.Equal(SHA1.HashData(message), Digest.Sha1(message));
        Assert.Equal(SHA256.HashData(message), Digest.Sha256(message));
        Assert.Equal(SHA384.HashData(message), Digest.Sha384(message));
        Assert.Equal(SHA512.HashData(message), Digest.Sha512(message));
        Assert.Equal(SHA256.HashData([]), Digest.Sha256([]));
        byte[] written = new byte[100];
        Digest.Sha256(message, written);
        Assert.Equal([.. SHA256.HashData(message), .. new byte[68]], written);
        Digest.Sha512(message, written);
        Assert.Equal([.. SHA512.HashData(message), .. new byte[36]], written);
        Assert.Equal("a9993e364706816aba3e25717850c26c9cd0d89d", Convert.ToHexStringLower(Digest.Sha1("abc"u8)));
    }

    [Fact]
    public void A_hash_that_is_none_of_them_and_a_place_that_is_too_short_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Digest.Begin(HashAlgorithmName.MD5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Digest.Sha256([], new byte[31]));
    }
}
