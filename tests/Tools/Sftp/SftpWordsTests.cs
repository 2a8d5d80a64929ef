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
    [InlineData("a#b c", "a")]
    [InlineData("a\\#b", "a#b")]
    [InlineData("'a#b'", "a#b")]
    [InlineData("a\vb", "a|b")]
    [InlineData("", "")]
    public void A_line_is_split_as_a_shell_splits_it(string line, string expected)
    {
        Assert.True(SftpWords.TrySplit(line, out IReadOnlyList<string> words, out _));
        Assert.Equal(expected, string.Join('|', words.Select(Glob.Unescape)));
    }

    [Theory]
    [InlineData("*.txt", true)]
    [InlineData("\"*.txt\"", false)]
    [InlineData(@"\*.txt", false)]
    [InlineData("'[a]'", false)]
    public void What_is_quoted_is_no_pattern(string line, bool hasMagic)
    {
        Assert.True(SftpWords.TrySplit(line, out IReadOnlyList<string> words, out _));
        Assert.Equal(hasMagic, Glob.HasMagic(Assert.Single(words)));
    }

    [Theory]
    [InlineData(@"""a\b""", @"a\b", "ab")]
    [InlineData(@"a\b", "ab", "ab")]
    [InlineData(@"a\\b", @"a\b", @"a\b")]
    [InlineData(@"'a\\b'", @"a\b", @"a\b")]
    [InlineData(@"""a\*b""", @"a\*b", @"a\*b")]
    [InlineData(@"a\*b", "a*b", "a*b")]
    [InlineData(@"'a\""b'", @"a\""b", @"a""b")]
    [InlineData(@"{a,b}", "{a,b}", "{a,b}")]
    public void A_backslash_is_what_OpenSSH_takes_it_for(string line, string path, string pattern)
    {
        Assert.True(SftpWords.TrySplit(line, out IReadOnlyList<string> words, out _));
        string word = Assert.Single(words);
        Assert.Equal((path, pattern), (SftpWords.Literal(word), Glob.Unescape(word)));
    }

    [Theory]
    [InlineData("get \"a b", "get|a b", '"', true)]
    [InlineData("get 'a", "get|a", '\'', true)]
    [InlineData("get a", "get|a", '\0', false)]
    [InlineData("get \"a\"", "get|a", '"', false)]
    [InlineData("get a\\", "get|a", '\0', false)]
    public void A_line_that_is_being_typed_tells_its_quote(string line, string words, char quote, bool isOpen)
    {
        SftpWords split = SftpWords.Split(line);
        Assert.Equal((words, quote, isOpen), (string.Join('|', split.Words), split.Quote, split.IsOpen));
    }

    [Fact]
    public void A_line_has_its_limits()
    {
        Assert.True(SftpWords.TrySplit(new string('a', SftpWords.MostBytes), out _, out _));
        Assert.False(SftpWords.TrySplit(new string('a', SftpWords.MostBytes + 1), out _, out string tooLong));
        Assert.Equal("string too long", tooLong);
        Assert.True(SftpWords.TrySplit(string.Concat(Enumerable.Repeat("a ", SftpWords.MostWords)), out _, out _));
        Assert.False(SftpWords.TrySplit(string.Concat(Enumerable.Repeat("a ", SftpWords.MostWords + 1)), out _, out string tooMany));
        Assert.Equal("Too many arguments.", tooMany);
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
