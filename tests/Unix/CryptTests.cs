using System.Text;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class CryptTests
{
    // As openssl passwd -6 and -5, an implementation of its own, compute them.
    private const string Sha512 = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
    private const string Sha256 = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";

    [Theory]
    [InlineData(Sha512)]
    [InlineData(Sha256)]
    public void The_right_password_is_right_and_others_are_wrong(string hash)
    {
        Assert.True(Crypt.Verify("Hello world!"u8, hash));
        Assert.False(Crypt.Verify("Hello world"u8, hash));
        Assert.False(Crypt.Verify("Hello world!\0x"u8, hash));
        Assert.False(Crypt.Verify(""u8, hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("!")]
    [InlineData("x")]
    [InlineData("*0")]
    [InlineData("*1")]
    [InlineData("!" + Sha512)]
    [InlineData("$6$saltstring")]
    [InlineData("$nonsense$abc$def")]
    [InlineData(null)]
    public void A07_what_is_no_hash_is_no_password(string? hash)
    {
        foreach (int length in (int[])[0, 1, 72, 255, 256, 257, 1023, 1024, 1025, 100_000])
            Assert.False(Crypt.Verify(Encoding.ASCII.GetBytes(new string('a', length)), hash));
        Assert.False(Crypt.Verify("Hello world!"u8, hash));
        if (hash is not null)
            Assert.False(Crypt.Verify(Encoding.ASCII.GetBytes(hash), hash));
    }

    [Fact]
    public void The_stand_in_for_an_unknown_user_can_be_computed()
    {
        Assert.NotNull(Crypt.Compute("x"u8, "$6$nacre.nobody$"u8));
    }
}
