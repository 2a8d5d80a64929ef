using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class Argon2Tests
{
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

    /// <summary>As three implementations give it.</summary>
    [Fact]
    public void Memory_that_the_lanes_cannot_share_evenly_is_counted_as_it_was_asked_for()
    {
        byte[] output = new byte[80];
        Argon2.Derive(Argon2Type.Id, Repeated(1, 32), Repeated(2, 16), 100, 2, 3, output);
        Assert.Equal(
            "7025902f1916eeeb990772c5e4cd62aff2b43b506c78b083c29ec6d22468a53bea36ec8fc780e21694f33b690f1eebc23c0f68d1489583eb1d358d0d496e3b1239f6ab945281fc7ceed6d686b05be672",
            Convert.ToHexStringLower(output));
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
