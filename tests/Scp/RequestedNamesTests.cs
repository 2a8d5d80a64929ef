using Nacre.Scp;
using Nacre.Sftp;

namespace Nacre.Tests.Scp;

public sealed class RequestedNamesTests
{
    [Theory]
    [InlineData("name", "name", true)]
    [InlineData("/a/b/name", "name", true)]
    [InlineData("/a/b/name", "other", false)]
    [InlineData("dir/*.txt", "a.txt", true)]
    [InlineData("dir/*.txt", "a.txt.exe", false)]
    [InlineData("*", ".bashrc", true)]
    [InlineData("x/{a,b}", "a", true)]
    [InlineData("x/{a,b}", "c", false)]
    [InlineData("{x/a,y/b}", "b", true)]
    [InlineData("{x/a,y/b}", "x", false)]
    [InlineData("a{b,{c,d}}e", "ade", true)]
    [InlineData("a{b,{c,d}}e", "ae", false)]
    [InlineData("{}", "{}", true)]
    [InlineData(@"\{a,b\}", "{a,b}", true)]
    [InlineData("[{,]x", "{x", true)]
    [InlineData("[^a]", "b", true)]
    [InlineData("a{b", "a{b", true)]
    [InlineData("a{b", "ab", false)]
    [InlineData("a[b", "a[b", true)]
    [InlineData("a}b", "a}b", true)]
    [InlineData("~", "name", false)]
    [InlineData("dir/", "dir", false)]
    public void A_source_may_send_what_was_asked_for_and_nothing_else(string path, string name, bool isAllowed) =>
        Assert.Equal(isAllowed, RequestedNames.Of(path, isRecursive: false)!.Allow(name));

    [Theory]
    [InlineData("dir", "dir", true)]
    [InlineData("dir///", "dir", true)]
    [InlineData("dir", ".ssh", false)]
    [InlineData("{a,b}/", "b", true)]
    [InlineData("{a,b}/", "c", false)]
    public void A_directory_that_was_asked_for_is_the_only_one_to_come(string path, string name, bool isAllowed) =>
        Assert.Equal(isAllowed, RequestedNames.Of(path, isRecursive: true)!.Allow(name));

    [Theory]
    [InlineData("~")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("/")]
    [InlineData("$HOME")]
    [InlineData("a/`echo b`")]
    public void A_recursive_request_that_ends_in_no_name_says_nothing_of_names(string path) => Assert.Null(RequestedNames.Of(path, isRecursive: true));

    [Theory]
    [InlineData("[[:alpha:]]", "x", true)]
    [InlineData("[[:alpha:]]", "1", false)]
    [InlineData("[![:digit:]]", "x", true)]
    [InlineData("[[:digit:]x-z]*", "yes", true)]
    [InlineData("[[:nonsense:]]", "x", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[!]]", "]", false)]
    [InlineData("?", "😀", true)]
    [InlineData("[!a]b", "😀b", true)]
    [InlineData("a[", "a[", true)]
    [InlineData("*", "", true)]
    [InlineData("", "a", false)]
    public void A_pattern_stands_for_names_as_with_fnmatch(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));
}
