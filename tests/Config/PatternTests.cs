using System.Diagnostics;
using Nacre.Config.Patterns;

namespace Nacre.Tests.Config;

public class PatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "*", true)]
    [InlineData("", "?", false)]
    [InlineData("a", "", false)]
    [InlineData("abc", "a*c", true)]
    [InlineData("abc", "a?c", true)]
    [InlineData("abc", "*b*", true)]
    [InlineData("abcabd", "*abd", true)]
    [InlineData("abc", "a**c", true)]
    [InlineData("abc", "ab", false)]
    [InlineData("192.168.0.17", "192.168.0.?", false)]
    [InlineData("host.example.com", "*.com", true)]
    [InlineData("a[b]", "a[b]", true)]
    public void A_pattern_matches_the_whole_text(string text, string pattern, bool expected) =>
        Assert.Equal(expected, PatternMatcher.Matches(text, pattern));

    [Theory]
    [InlineData("bob", "alice,bob", 1)]
    [InlineData("bob", "!bob,*", -1)]
    [InlineData("bob", "*,!bob", -1)]
    [InlineData("carl", "*,!bob", 1)]
    [InlineData("carl", "!bob", 0)]
    [InlineData("bob", "", 0)]
    [InlineData("", "", 1)]
    public void A_negated_pattern_of_a_list_decides(string text, string list, int expected) =>
        Assert.Equal(expected, PatternMatcher.Judge(text, list));

    [Fact]
    public void A_pattern_of_a_mebibyte_of_stars_ends_quickly()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 512 * 1024));
        string text = new string('a', 100_000) + "b";
        var watch = Stopwatch.StartNew();
        Assert.False(PatternMatcher.Matches(text, pattern));
        Assert.False(PatternMatcher.Matches(text, "*a*a*a*a*a*a*a*a*a*a*a*ab*c"));
        Assert.False(PathGlob.Matches(text, pattern));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.0/24", 1)]
    [InlineData("1.2.4.4", "1.2.3.0/24", 0)]
    [InlineData("1.2.3.4", "!1.2.3.4,1.2.3.0/24", -1)]
    [InlineData("1.2.3.4", "1.2.3.0/24,!1.2.3.4", -1)]
    [InlineData("1.2.3.4", "1.2.*", 1)]
    [InlineData("1.2.3.4", "1.2.3.4", 1)]
    [InlineData("::1", "1.2.3.0/24,::/0", 1)]
    [InlineData("2001:db8::1", "2001:db8::/32", 1)]
    [InlineData("2001:DB8:0::1", "2001:db8::1", 1)]
    [InlineData("1.2.3.4", "::/0", 0)]
    public void An_address_is_judged_by_networks_and_wildcards(string address, string list, int expected)
    {
        Assert.True(AddressPattern.TryJudge(address, list, out int verdict));
        Assert.Equal(expected, verdict);
    }

    [Theory]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("1.2.3.4/8")]
    [InlineData("1.2.3.4,")]
    [InlineData("!")]
    [InlineData("")]
    public void A_network_with_a_wrong_mask_is_an_error(string list) =>
        Assert.False(AddressPattern.TryJudge(null, list, out _));

    [Theory]
    [InlineData("a.conf", "*.conf", true)]
    [InlineData("10-a.conf", "[0-9][0-9]-*.conf", true)]
    [InlineData("xa", "[!a-w]a", true)]
    [InlineData("ba", "[!a-w]a", false)]
    [InlineData("]", "[]]", true)]
    [InlineData("[", "[", true)]
    [InlineData("a*", @"a\*", true)]
    [InlineData("ab", @"a\*", false)]
    public void A_file_name_matches_a_glob(string name, string pattern, bool expected) =>
        Assert.Equal(expected, PathGlob.Matches(name, pattern));

    [Fact]
    public void A_glob_lists_files_sorted_and_leaves_hidden_ones_out()
    {
        var files = new MemoryConfigFiles { ["/d/b.conf"] = "", ["/d/a.conf"] = "", ["/d/.c.conf"] = "", ["/d/x"] = "", ["/e/a.conf"] = "" };
        Assert.Equal(["/d/a.conf", "/d/b.conf"], PathGlob.Expand("/d/*.conf", files));
        Assert.Equal(["/d/.c.conf"], PathGlob.Expand("/d/.*", files));
        Assert.Equal(["/d/a.conf", "/e/a.conf"], PathGlob.Expand("/?/a.conf", files)!.Where(p => p != "/x"));
    }

    [Fact]
    public void A_glob_stops_at_its_limit()
    {
        var files = new MemoryConfigFiles();
        for (int i = 0; i < PathGlob.MaxMatches; i++)
            files[$"/d/{i}"] = "";
        Assert.Equal(PathGlob.MaxMatches, PathGlob.Expand("/d/*", files)!.Count);
        files["/d/more"] = "";
        Assert.Null(PathGlob.Expand("/d/*", files));
    }
}
