using Nacre.Protocol.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>Every name of Unix passes through text and comes back as the same bytes.</summary>
public sealed class FileNameTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain.txt", "plain.txt")]
    [InlineData("Perlmutt\u00e4\U0001f41a", "Perlmutt\u00e4\U0001f41a")]
    public void Text_that_is_UTF_8_stays_as_it_is(string name, string text) =>
        Assert.Equal(text, FileNameText.Decode(System.Text.Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("ff")]
    [InlineData("61ff62")]
    [InlineData("c3")]
    [InlineData("c328")]
    [InlineData("eda080")]
    [InlineData("edb280edb380")]
    [InlineData("f0908d")]
    [InlineData("f4908080")]
    [InlineData("c0af")]
    [InlineData("80c3a4ff")]
    public void Bytes_that_are_not_UTF_8_come_back_unharmed(string hex)
    {
        byte[] name = Convert.FromHexString(hex);
        Assert.Equal(hex, Convert.ToHexStringLower(FileNameText.Encode(FileNameText.Decode(name))));
    }

    [Fact]
    public void Every_pair_of_bytes_comes_back_unharmed()
    {
        for (int first = 0; first < 256; first++)
        {
            for (int second = 0; second < 256; second++)
            {
                byte[] name = [(byte)first, (byte)second];
                Assert.Equal(name, FileNameText.Encode(FileNameText.Decode(name)));
            }
        }
    }

    [Fact]
    public void An_escape_makes_neither_a_slash_nor_a_NUL()
    {
        byte[] encoded = FileNameText.Encode("\udc2f\udc00\ud800");
        Assert.Equal("???"u8, encoded);
    }
}
