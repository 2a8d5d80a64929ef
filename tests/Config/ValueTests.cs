using Nacre.Config.Shapes;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

public class ValueTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("600", 600)]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5400)]
    [InlineData("1W1d1H1M1S", 694861)]
    [InlineData("2147483647", 2147483647)]
    public void A_time_is_the_sum_of_its_parts(string text, long seconds)
    {
        Assert.True(Quantity.TryParseTime(text, out TimeSpan time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1x")]
    [InlineData("-1")]
    [InlineData("h")]
    [InlineData("1.5h")]
    [InlineData("2147483648")]
    [InlineData("3551w")]
    [InlineData("99999999999999999999")]
    public void A_bad_time_is_refused(string text) => Assert.False(Quantity.TryParseTime(text, out _));

    [Theory]
    [InlineData("16", 16)]
    [InlineData("5K", 5120)]
    [InlineData("1.5k", 1536)]
    [InlineData("1G", 1L << 30)]
    [InlineData("1T", 1L << 40)]
    [InlineData("-1", -1)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_size_has_a_unit(string text, long bytes)
    {
        Assert.True(Quantity.TryParseSize(text, out long found, out _));
        Assert.Equal(bytes, found);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("x", false)]
    [InlineData("10x", false)]
    [InlineData("1GB", false)]
    [InlineData("1 G", false)]
    [InlineData("8E", true)]
    [InlineData("9223372036854775808", true)]
    [InlineData("99999999999999999999999999999999999", true)]
    public void A_bad_size_is_refused(string text, bool isTooLarge)
    {
        Assert.False(Quantity.TryParseSize(text, out _, out bool found));
        Assert.Equal(isTooLarge, found);
    }

    [Theory]
    [InlineData("8080:web:80", "8080 [web]:80")]
    [InlineData("[::1]:8081:[::2]:90", "[::1]:8081 [::2]:90")]
    [InlineData("localhost:1:x:2", "[localhost]:1 [x]:2")]
    [InlineData(":99:x:2", "[]:99 [x]:2")]
    [InlineData("*:82:a:3", "[*]:82 [a]:3")]
    [InlineData("/tmp/a:/tmp/b", "/tmp/a /tmp/b")]
    [InlineData("/tmp/a:b:3", "/tmp/a [b]:3")]
    [InlineData("5:/tmp/b", "5 /tmp/b")]
    [InlineData("::1:5", null)]
    [InlineData("a:5:/tmp/b", "[a]:5 /tmp/b")]
    [InlineData("80:foo:ssh", "80 [foo]:22")]
    [InlineData(@"/a\:b:c:1", "/a:b [c]:1")]
    [InlineData("0:foo:80", null)]
    [InlineData("80:foo:0", null)]
    [InlineData("80:foo", null)]
    [InlineData("80", null)]
    [InlineData("a:b:c:d:e", null)]
    [InlineData("65536:foo:1", null)]
    [InlineData("[::1:80:foo:1", null)]
    [InlineData("[::1]x:80:foo:1", null)]
    [InlineData("", null)]
    public void A_local_forwarding_is_read_as_L_writes_it(string text, string? expected)
    {
        Assert.Equal(expected is not null, Forward.TryParseLocal(text, out Forward? forward));
        if (expected is not null)
            Assert.Equal(expected, forward!.ToString());
    }

    [Theory]
    [InlineData("8080", "8080 [socks]:0")]
    [InlineData("a:1", "[a]:1 [socks]:0")]
    [InlineData("/x", "/x [socks]:0")]
    [InlineData("0:c:9", "0 [c]:9")]
    [InlineData("/a/b:c:9", "/a/b [c]:9")]
    [InlineData("a", null)]
    public void A_remote_forwarding_may_have_no_destination(string text, string? expected)
    {
        Assert.Equal(expected is not null, Forward.TryParseRemote(text, out Forward? forward));
        if (expected is not null)
            Assert.Equal(expected, forward!.ToString());
    }

    [Fact]
    public void Names_and_paths_of_a_forwarding_have_limits()
    {
        string path = "/" + new string('p', ForwardEnd.MaxPath - 2);
        Assert.True(Forward.TryParseLocal($"1:{path}", out _));
        Assert.False(Forward.TryParseLocal($"1:{path}p", out _));
        string host = new('h', ForwardEnd.MaxHost - 1);
        Assert.True(Forward.TryParseLocal($"1:{host}:2", out _));
        Assert.False(Forward.TryParseLocal($"1:{host}h:2", out _));
    }

    [Fact]
    public void A_dynamic_forwarding_has_no_destination()
    {
        Assert.True(Forward.TryParseDynamic("[::1]:1080", out Forward? forward));
        Assert.Equal(("::1", 1080), (forward!.Listen.Host, forward.Listen.Port));
        Assert.False(Forward.TryParseDynamic("1080:a:1", out _));
    }

    [Theory]
    [InlineData("~", '~')]
    [InlineData("^A", '\u0001')]
    [InlineData("^[", '\u001b')]
    [InlineData("none", null)]
    public void An_escape_character_may_be_a_control_character(string text, char? expected)
    {
        Assert.True(EscapeCharacterShape.TryParse(text, out EscapeCharacter value));
        Assert.Equal(expected, value.Value);
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("^?")]
    [InlineData("^")]
    [InlineData("")]
    public void A_bad_escape_character_is_refused(string text)
    {
        bool isGood = EscapeCharacterShape.TryParse(text, out EscapeCharacter value);
        Assert.Equal(text == "^", isGood);
        Assert.Equal(text == "^" ? '^' : null, value.Value);
    }

    [Fact]
    public void A_permission_allows_the_places_that_it_lists()
    {
        var list = new EndpointPermissions(false, [new PermittedEndpoint("web", 80), new PermittedEndpoint("*", 22), new PermittedEndpoint("db", 0)]);
        Assert.True(list.AllowsTarget("web", 80));
        Assert.True(list.AllowsTarget("anything", 22));
        Assert.True(list.AllowsTarget("db", 5432));
        Assert.False(list.AllowsTarget("web", 81));
        Assert.False(EndpointPermissions.None.AllowsTarget("web", 80));
        Assert.True(EndpointPermissions.Any.AllowsTarget("web", 80));
    }

    [Fact]
    public void A_pattern_names_hosts_to_listen_on_and_no_destinations()
    {
        var list = new EndpointPermissions(false, [new PermittedEndpoint("10.0.0.*", 0)]);

        Assert.True(list.AllowsListener("10.0.0.7", 80));
        Assert.False(list.AllowsListener("10.0.1.7", 80));
        Assert.False(list.AllowsTarget("10.0.0.7", 80));
        Assert.True(list.AllowsTarget("10.0.0.*", 80));
    }
}
