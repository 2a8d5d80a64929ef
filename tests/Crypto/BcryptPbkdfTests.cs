using System.Text;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class BcryptPbkdfTests
{
    /// <summary>OpenBSD's own test cases: output of one block and of several, and zero bytes in passphrase and salt.</summary>
    [Theory]
    [InlineData("password", "salt", 4, "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9")]
    [InlineData("password", "\0", 4, "c12b566235eee04c212598970a579a67")]
    [InlineData("\0", "salt", 4, "6051be18c2f4f82cbf0efee5471b4bb9")]
    [InlineData("password\0", "salt\0", 4, "7410e44cf4fa07bfaac8a928b1727fac001375e7bf7384370f48efd121743050")]
    [InlineData("pass\0wor", "sa\0l", 4, "c2bffd9db38f6569efef4372f4de83c0")]
    [InlineData("pass\0word", "sa\0lt", 4, "4ba4ac3925c0e8d7f0cdb6bb1684a56f")]
    [InlineData("password", "salt", 8, "e1367ec5151a33faac4cc1c144cd23fa15d5548493ecc99b9b5d9c0d3b27bec76227ea66088b849b20ab7aa478010246e74bba51723fefa9f9474d6508845e8d")]
    [InlineData("password", "salt", 42, "833cf0dcf56db65608e8f0dc0ce882bd")]
    [InlineData("password", "salt", 16, "c339d704ec235f27690d3f12167c05a55bf86d572f270adbf9fe04c379da5f8c7942a939245dbb39ebe26fc2bd19b88b")]
    public void Keys_follow_the_published_vectors(string passphrase, string salt, int rounds, string expected)
    {
        var output = new byte[expected.Length / 2];
        BcryptPbkdf.Derive(Encoding.ASCII.GetBytes(passphrase), Encoding.ASCII.GetBytes(salt), rounds, output);
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void Arguments_without_meaning_are_refused()
    {
        Assert.Throws<ArgumentException>(() => BcryptPbkdf.Derive([], "s"u8, 1, new byte[1]));
        Assert.Throws<ArgumentException>(() => BcryptPbkdf.Derive("p"u8, [], 1, new byte[1]));
        Assert.Throws<ArgumentException>(() => BcryptPbkdf.Derive("p"u8, "s"u8, 0, new byte[1]));
        Assert.Throws<ArgumentException>(() => BcryptPbkdf.Derive("p"u8, "s"u8, 1, []));
        Assert.Throws<ArgumentException>(() => BcryptPbkdf.Derive("p"u8, "s"u8, 1, new byte[1025]));
        Assert.Throws<ArgumentException>(() => BcryptPbkdf.Derive("p"u8, new byte[(1 << 20) + 1], 1, new byte[1]));
    }

    [Fact]
    public void The_longest_output_and_the_shortest_are_given()
    {
        byte[] longest = new byte[BcryptPbkdf.MaxOutput], one = new byte[1];
        BcryptPbkdf.Derive("p"u8, "s"u8, 1, longest);
        BcryptPbkdf.Derive("p"u8, "s"u8, 1, one);
        Assert.Equal(longest[0], one[0]);
        Assert.DoesNotContain(longest.Chunk(32), block => block.All(b => b == 0));
    }
}
