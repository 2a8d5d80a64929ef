using Nacre.Config;

namespace Nacre.Tests.Config;

public class DestinationTests
{
    [Theory]
    [InlineData("host", null, "host", null)]
    [InlineData("user@host", "user", "host", null)]
    [InlineData("a@b@host", "a@b", "host", null)]
    [InlineData("::1", null, "::1", null)]
    [InlineData("a:b", null, "a:b", null)]
    [InlineData("ssh://host", null, "host", null)]
    [InlineData("ssh://host/", null, "host", null)]
    [InlineData("ssh://u@host:2222", "u", "host", 2222)]
    [InlineData("ssh://u%20x@host", "u x", "host", null)]
    [InlineData("ssh://u;fingerprint=x@host", "u", "host", null)]
    [InlineData("ssh://[::1]:5", null, "::1", 5)]
    [InlineData("ssh://host:", null, "host", null)]
    [InlineData(@"DOMAIN\user@host", @"DOMAIN\user", "host", null)]
    [InlineData("é", null, "é", null)]
    public void A_destination_has_a_user_a_host_and_a_port(string text, string? user, string host, int? port)
    {
        Assert.True(Destination.TryParse(text, out Destination? destination, out _, "ssh"));
        Assert.Equal(new Destination(user, host, port, null), destination);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@host")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("user@-x")]
    [InlineData("-l@host")]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("a`b`")]
    [InlineData("$(a)")]
    [InlineData("a\nb")]
    [InlineData("a\u0001b")]
    [InlineData("a'@host")]
    [InlineData("a -b@host")]
    [InlineData("a$b@host")]
    [InlineData(@"a\@host")]
    [InlineData("a\n@host")]
    [InlineData("ssh://")]
    [InlineData("ssh://@host")]
    [InlineData("ssh://u:p@host")]
    [InlineData("ssh://host:0")]
    [InlineData("ssh://host:65536")]
    [InlineData("ssh://host/path")]
    [InlineData("ssh://u%00@host")]
    [InlineData("ssh://u%0a@host")]
    [InlineData("ssh://u%4@host")]
    [InlineData("ssh://ho%41st")]
    [InlineData("ssh://u%3bx@host")]
    [InlineData("ssh://[::1")]
    public void A_destination_that_could_do_harm_or_means_nothing_is_refused(string text)
    {
        Assert.False(Destination.TryParse(text, out Destination? destination, out string error, "ssh"));
        Assert.Null(destination);
        Assert.NotEmpty(error);
    }

    [Fact]
    public void A_uri_of_scp_and_sftp_has_a_path()
    {
        Assert.True(Destination.TryParse("sftp://u@host:22/a%20b/c", out Destination? destination, out _, "sftp"));
        Assert.Equal(new Destination("u", "host", 22, "a b/c"), destination);
        Assert.True(Destination.TryParse("scp://host/%2Fetc/motd", out destination, out _, "scp"));
        Assert.Equal("/etc/motd", destination!.Path);
    }

    [Fact]
    public void No_name_that_passes_can_act_on_a_shell()
    {
#pragma warning disable CA5394 // A fixed sequence, so that a failure can be repeated.
        var random = new Random(20260101);
        const string alphabet = "ab-\\ '`\"$;&<>|(){},\n\t\0\u0001\u007f\u0085%@:/~*";
        for (int i = 0; i < 100_000; i++)
        {
            string name = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            if (Destination.IsValidHost(name))
                Assert.DoesNotContain(name, c => "'`\"$\\;&<>|(){} \n\t".Contains(c, StringComparison.Ordinal) || char.IsControl(c));
            if (Destination.IsValidUser(name))
            {
                Assert.DoesNotContain(name, c => "'`\"$;&<>|(){}".Contains(c, StringComparison.Ordinal) || char.IsControl(c));
                Assert.False(name[0] == '-' || name[^1] == '\\' || name.Contains(" -", StringComparison.Ordinal));
            }
        }
    }
}
