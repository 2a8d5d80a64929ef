using System.Diagnostics;
using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tests.Tools.FileTransfer;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*", "abc", true)]
    [InlineData("*", ".abc", false)]
    [InlineData(".*", ".abc", true)]
    [InlineData("?bc", ".bc", false)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abbd", false)]
    [InlineData("a**", "a", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?", "a", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", false)]
    [InlineData("[^a-c]x", "bx", true)]
    [InlineData("[[:digit:]x]", "7", true)]
    [InlineData("[[:digit:]x]", "x", true)]
    [InlineData("[[:digit:]x]", "y", false)]
    [InlineData("[![:alpha:]]", "7", true)]
    [InlineData("[[:what:]]", ":]", true)]
    [InlineData(@"[\]]", "]", true)]
    [InlineData(@"[\!a]", "!", true)]
    [InlineData("[]x]", "]", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("a[", "a[", true)]
    [InlineData(@"\*", "*", true)]
    [InlineData(@"\*", "a", false)]
    [InlineData(@"a\", @"a\", true)]
    [InlineData("", "", true)]
    public void A_pattern_matches_as_glob_does(string pattern, string name, bool matches) => Assert.Equal(matches, Glob.Matches(pattern, name));

    [Theory]
    [InlineData("a{b,c}d", "abd acd")]
    [InlineData("{a,b{c,d}}", "a bc bd")]
    [InlineData("{a,b}{c,d}", "ac ad bc bd")]
    [InlineData("{,a}", " a")]
    [InlineData("{}", "{}")]
    [InlineData("{a", "{a")]
    [InlineData(@"\{a,b}", @"\{a,b}")]
    [InlineData("{[,],a}", "[,] a")]
    [InlineData("plain", "plain")]
    public void Braces_stand_for_one_pattern_each(string pattern, string expected) => Assert.Equal(expected, string.Join(' ', BraceExpansion.Expand(pattern)));

    [Fact]
    public void Braces_of_braces_end_at_a_limit() =>
        Assert.InRange(BraceExpansion.Expand(string.Concat(Enumerable.Repeat("{a,b}", 40))).Count, 1, 5000);

    [Fact]
    public void A_pattern_of_many_stars_takes_no_longer_than_its_length_times_the_name()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 500)) + "b";
        long start = Stopwatch.GetTimestamp();
        Assert.False(Glob.Matches(pattern, new string('a', 20_000)));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("a*b?c[d]\\")]
    [InlineData("plain")]
    public void What_is_escaped_stands_for_itself(string text)
    {
        Assert.False(Glob.HasMagic(Glob.Escape(text)));
        Assert.Equal(text, Glob.Unescape(Glob.Escape(text)));
        Assert.True(Glob.Matches(Glob.Escape(text), text));
    }

    [Theory]
    [InlineData("*", "a,b,d/")]
    [InlineData("d/*", "d/x")]
    [InlineData("*/x", "d/x")]
    [InlineData("a", "a")]
    [InlineData("d/", "d/")]
    [InlineData("a/", "")]
    [InlineData("missing", "")]
    [InlineData("z*", "")]
    [InlineData("[ab]", "a,b")]
    public async Task The_paths_that_a_pattern_stands_for_are_found_in_order(string pattern, string expected)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("b", "");
        directory.Write("a", "");
        directory.Write(".hidden", "");
        Directory.CreateDirectory(directory["d"]);
        directory.Write("d/x", "");
        List<GlobMatch> found = await Glob.FindAsync(new LocalTree(), $"{directory.Path}/{pattern}");
        Assert.Equal(expected, string.Join(',', found.Select(match => match.Path[(directory.Path.Length + 1)..])));
    }
}
