using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Keys.Formats;

public sealed class PublicKeyLineTests
{
    [Theory]
    [InlineData("{0}", "")]
    [InlineData("{0} a comment with blanks", "a comment with blanks")]
    [InlineData("  \t{0}\t x \r\n", "x")]
    public void A_line_is_a_type_base64_and_a_comment(string form, string comment)
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        Assert.True(PublicKeyLine.TryParse(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, key.PublicKey), out PublicKeyLine? line));
        Assert.Equal(key.PublicKey, line.Key);
        Assert.Equal(comment, line.Comment);
        Assert.True(PublicKeyLine.TryParse(line.ToString(), out PublicKeyLine? again));
        Assert.Equal(line, again);
    }

    [Fact]
    public void A_line_that_is_cut_or_names_another_type_is_none()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        string line = key.PublicKey.ToString();
        for (int length = 0; length < line.Length; length++) Assert.False(PublicKeyLine.TryParse(line.AsSpan(0, length), out _));
        Assert.False(PublicKeyLine.TryParse(line.Replace("ssh-ed25519", "ssh-rsa", StringComparison.Ordinal), out _));
        Assert.False(PublicKeyLine.TryParse($"no-pty {line}", out _));
        Assert.False(PublicKeyLine.TryParse("ssh-ed25519 " + new string('A', 1 << 17), out _));
    }
}
