using Nacre.Tools.FileTransfer;
using Nacre.Tools.Sftp;

namespace Nacre.Tests.Tools.Sftp;

public sealed class SftpWordsTests
{
    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("  a\tb  ", "a|b")]
    [InlineData("\"a b\" c", "a b|c")]
    [InlineData("'a \"b'c", "a \"bc")]
    [InlineData(@"a\ b", "a b")]
    [InlineData(@"""a\""b""", "a\"b")]
    [InlineData("\"\" x", "|x")]
    [InlineData("a # b", "a")]
    [InlineData("a#b", "a#b")]
    [InlineData("", "")]
    public void A_line_is_split_as_a_shell_splits_it(string line, string expected)
    {
        Assert.True(SftpWords.TrySplit(line, out List<string> words, out _));
        Assert.Equal(expected, string.Join('|', words.Select(Glob.Unescape)));
    }

    [Theory]
    [InlineData("*.txt", true)]
    [InlineData("\"*.txt\"", false)]
    [InlineData(@"\*.txt", false)]
    [InlineData("'[a]'", false)]
    public void What_is_quoted_is_no_pattern(string line, bool hasMagic)
    {
        Assert.True(SftpWords.TrySplit(line, out List<string> words, out _));
        Assert.Equal(hasMagic, Glob.HasMagic(Assert.Single(words)));
    }

    [Theory]
    [InlineData("\"a")]
    [InlineData("a 'b c")]
    public void A_quote_without_its_end_is_refused(string line)
    {
        Assert.False(SftpWords.TrySplit(line, out _, out string error));
        Assert.Equal("Unterminated quoted argument", error);
    }
}
