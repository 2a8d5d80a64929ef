using Nacre.Tools;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Scp;

namespace Nacre.Tests.Tools.FileTransfer;

public sealed class RemotePlaceTests
{
    [Theory]
    [InlineData("host:path", null, "host", "path")]
    [InlineData("host:", null, "host", ".")]
    [InlineData("me@host:/a/b:c", "me", "host", "/a/b:c")]
    [InlineData("me@[::1]:x", "me", "::1", "x")]
    [InlineData("host:~/x", null, "host", "x")]
    [InlineData("host:~", null, "host", ".")]
    [InlineData("scp://me@host:22/x", "me", "host", "x")]
    [InlineData("scp://host//x", null, "host", "/x")]
    [InlineData("scp://host", null, "host", ".")]
    public void A_place_at_another_machine_is_taken_apart(string text, string? user, string host, string path)
    {
        ScpPlace place = ScpPlace.Parse(text);
        Assert.Equal((user, host, path), (place.Machine?.User, place.Machine?.Host, place.Path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("./a:b")]
    [InlineData("/a:b")]
    [InlineData(":b")]
    public void What_has_no_colon_or_a_slash_before_it_is_here(string text) => Assert.True(ScpPlace.Parse(text).IsLocal);

    [Theory]
    [InlineData("-oProxyCommand=x:y")]
    [InlineData("a b:y")]
    [InlineData("$(x):y")]
    [InlineData("-l@host:y")]
    [InlineData("scp://host:99999/x")]
    [InlineData("host:~other/x")]
    public void A_machine_that_cannot_be_is_refused(string text) => Assert.Throws<UsageException>(() => ScpPlace.Parse(text));

    [Theory]
    [InlineData("name", true)]
    [InlineData("..name", true)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a\0", false)]
    public void A_name_from_the_other_side_is_a_plain_one_or_refused(string name, bool isPlain) => Assert.Equal(isPlain, RemotePath.IsPlainName(name));
}
