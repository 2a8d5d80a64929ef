using Nacre.Config.Files;

namespace Nacre.Tests.Config;

public class ConfigLineTests
{
    [Theory]
    [InlineData("Port 22", "Port", "22")]
    [InlineData("  Port=22  ", "Port", "22")]
    [InlineData("Port = 22\r", "Port", "22")]
    [InlineData("Port == 22", "Port", "= 22")]
    [InlineData("\tUser\t\"a b\" # x \f", "User", "\"a b\" # x")]
    [InlineData("\"Port\" 22", "Port", "22")]
    [InlineData("Port", "Port", "")]
    public void A_line_is_cut_into_keyword_and_rest(string line, string keyword, string rest)
    {
        Assert.True(ConfigLine.TrySplit(line, out string foundKeyword, out string foundRest));
        Assert.Equal((keyword, rest), (foundKeyword, foundRest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \t\f")]
    [InlineData("# Port 22")]
    [InlineData("   # Port 22")]
    public void Empty_lines_and_comments_say_nothing(string line) => Assert.False(ConfigLine.TrySplit(line, out _, out _));

    [Theory]
    [InlineData("a b\tc", "a|b|c")]
    [InlineData("\"a b\" 'c \"d'", "a b|c \"d")]
    [InlineData("a\"b c\"d", "ab cd")]
    [InlineData(@"a\ b \""c \'d \\e \f", @"a b|""c|'d|\e|\f")]
    [InlineData(@"""a\ b""", @"a\ b")]
    [InlineData("a # b", "a")]
    [InlineData("a#b", "a#b")]
    [InlineData("\"# a\"", "# a")]
    [InlineData("\"\" a", "|a")]
    [InlineData("  ", null)]
    public void Words_are_cut_as_a_shell_cuts_them(string text, string? words)
    {
        Assert.True(ConfigLine.TrySplitWords(text, out List<string> found));
        Assert.Equal(words, found.Count == 0 ? null : string.Join('|', found));
    }

    [Theory]
    [InlineData("\"a")]
    [InlineData("a 'b")]
    [InlineData("it's")]
    [InlineData(@"""a\""")]
    public void A_quote_that_is_not_closed_is_an_error(string text) => Assert.False(ConfigLine.TrySplitWords(text, out _));
}
