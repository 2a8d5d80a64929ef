using Nacre.Sftp;
using Nacre.Tools.Scp;

namespace Nacre.Tests.Tools.FileTransfer;

public sealed class RemotePlaceTests
{
    [Theory]
    [InlineData("host:path", null, "host", "path")]
    [InlineData("host:", null, "host", ".")]
    [InlineData("me@host:/a/b:c", "me", "host", "/a/b:c")]
    [InlineData("me@[::1]:x", "me", "::1", "x")]
    [InlineData("host:~/x", null, "host", "~/x")]
    [InlineData("host:~other/x", null, "host", "~other/x")]
    [InlineData("scp://me@host:22/x", "me", "host", "x")]
    [InlineData("scp://host//x", null, "host", "/x")]
    [InlineData("scp://host", null, "host", ".")]
    public void A_place_at_another_machine_is_taken_apart(string text, string? user, string host, string path)
    {
        Assert.True(ScpPlace.TryParse(text, out ScpPlace place, out _));
        Assert.Equal((user, host, path), (place.Machine?.User, place.Machine?.Host, place.Path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("./a:b")]
    [InlineData("/a:b")]
    [InlineData(":b")]
    public void What_has_no_colon_or_a_slash_before_it_is_here(string text) =>
        Assert.True(ScpPlace.TryParse(text, out ScpPlace place, out _) && place.IsLocal);

    [Theory]
    [InlineData("-oProxyCommand=x:y", "-oProxyCommand=x:y: hostname contains invalid characters")]
    [InlineData("a b:y", "a b:y: hostname contains invalid characters")]
    [InlineData("$(x):y", "$(x):y: hostname contains invalid characters")]
    [InlineData("-l@host:y", "-l: invalid user name")]
    [InlineData("scp://host:99999/x", "scp://host:99999/x: invalid uri")]
    [InlineData("scp://host:x/y", "scp://host:x/y: invalid uri")]
    public void A_machine_that_cannot_be_is_refused(string text, string message)
    {
        Assert.False(ScpPlace.TryParse(text, out _, out string error));
        Assert.Equal(message, error);
    }

    [Theory]
    [InlineData("name", true)]
    [InlineData("..name", true)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a\0", false)]
    public void A_name_from_the_other_side_is_a_plain_one_or_refused(string name, bool isPlain) => Assert.Equal(isPlain, PlainName.Is(name));
}
