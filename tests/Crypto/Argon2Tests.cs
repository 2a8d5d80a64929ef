using System.Text;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class Argon2Tests
{
    [Theory]
    [InlineData("abc", 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData("", 1, "2e")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 32, "164ffb7089bae6f5a62fb0795e751dc9e88eac92e1a5b2fafe93a25abf2d9c3b")]
    public void BLAKE2b_gives_the_published_hashes(string input, int length, string expected)
    {
        byte[] output = new byte[length];
        Blake2b.Hash(Encoding.ASCII.GetBytes(input), output);
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void BLAKE2b_goes_over_blocks_and_has_limits()
    {
        byte[] output = new byte[20];
        Blake2b.Hash([.. Enumerable.Range(0, 256).Select(i => (byte)i)], output);
        Assert.Equal("2433af65183f411941345962733a8860df650139", Convert.ToHexStringLower(output));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], []));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], new byte[65]));
    }

    /// <summary>RFC 9106 5.</summary>
    [Theory]
    [InlineData(nameof(Argon2Type.D), "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb")]
    [InlineData(nameof(Argon2Type.I), "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8")]
    [InlineData(nameof(Argon2Type.Id), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")]
    public void Keys_follow_the_published_vectors(string type, string expected)
    {
        byte[] output = new byte[32];
        Argon2.Derive(Enum.Parse<Argon2Type>(type), Repeated(1, 32), Repeated(2, 16), 32, 3, 4, output, Repeated(3, 8), Repeated(4, 12));
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void Arguments_without_meaning_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Argon2.Derive(Argon2Type.Id, "p"u8, new byte[7], 8, 1, 1, new byte[4]));
        Assert.Throws<ArgumentException>(() => Argon2.Derive(Argon2Type.Id, "p"u8, new byte[8], 15, 1, 2, new byte[4]));
        Assert.Throws<ArgumentException>(() => Argon2.Derive(Argon2Type.Id, "p"u8, new byte[8], 8, 0, 1, new byte[4]));
        Assert.Throws<ArgumentException>(() => Argon2.Derive(Argon2Type.Id, "p"u8, new byte[8], 8, 1, 0, new byte[4]));
        Assert.Throws<ArgumentException>(() => Argon2.Derive(Argon2Type.Id, "p"u8, new byte[8], 8, 1, 1, new byte[3]));
    }

    private static byte[] Repeated(byte value, int count)
    {
        byte[] bytes = new byte[count];
        Array.Fill(bytes, value);
        return bytes;
    }
}
