using Nacre.Tools;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tests.Tools.SshKeygen;

public sealed class ValidityIntervalTests
{
    /// <summary>2026-11-23 02:14:09 UTC.</summary>
    private const ulong Now = 1795400049;

    private const ulong Day = 86400;

    [Theory]
    [InlineData("+1d", Now - 69, Now + Day)]
    [InlineData("+0", Now - 69, Now)]
    [InlineData("+1h30", Now - 69, Now + 3630)]
    [InlineData("-1d2h:+1W2d3h4m5s", Now - Day - 7200, Now + (9 * Day) + 11045)]
    [InlineData("+1d:+2d", Now + Day, Now + (2 * Day))]
    [InlineData("-2:-1", Now - 2, Now - 1)]
    [InlineData("always:forever", 0ul, ulong.MaxValue)]
    [InlineData("always:+1", 0ul, Now + 1)]
    [InlineData("0x1:0x2000000000", 1ul, 0x2000000000ul)]
    [InlineData("0x0:0xffffffffffffffff", 0ul, ulong.MaxValue)]
    [InlineData("0xABCDEF:forever", 0xabcdeful, ulong.MaxValue)]
    [InlineData("19700101Z:20300101123456Z", 0ul, 1893501296ul)]
    [InlineData("202001020304z:20200102030405UTC", 1577934240ul, 1577934245ul)]
    public void A_start_and_an_end_are_read(string text, ulong after, ulong before) =>
        Assert.Equal(new ValidityInterval(after, before), Parse(text));

    [Theory]
    [InlineData("", "Invalid certificate life specification ")]
    [InlineData("x", "Invalid certificate life specification x")]
    [InlineData("-1d", "Invalid certificate life specification -1d")]
    [InlineData("forever", "Invalid certificate life specification forever")]
    [InlineData("20300101", "Invalid certificate life specification 20300101")]
    [InlineData(":20300101", "Invalid certificate life specification :20300101")]
    [InlineData("20200101:", "Invalid certificate life specification 20200101:")]
    [InlineData("+1y", "Invalid relative certificate life +1y")]
    [InlineData("+", "Invalid relative certificate life +")]
    [InlineData("+99999999999w", "Invalid relative certificate life +99999999999w")]
    [InlineData("-1:+-1", "Invalid relative certificate time +-1")]
    [InlineData("-99999999w:forever", "Invalid relative certificate time -99999999w")]
    [InlineData("-2147483647:forever", "Certificate time -2147483647 cannot be represented")]
    [InlineData("+1d:forever:x", "Invalid to time \"forever:x\"")]
    [InlineData("forever:always", "Invalid from time \"forever\"")]
    [InlineData("20200101:always", "Invalid to time \"always\"")]
    [InlineData("2020010112:+1d", "Invalid from time \"2020010112\"")]
    [InlineData("20201301:+1d", "Invalid from time \"20201301\"")]
    [InlineData("20200230:+1d", "Invalid from time \"20200230\"")]
    [InlineData("19691231Z:+1d", "Invalid from time \"19691231Z\"")]
    [InlineData("-1d: +1d", "Invalid to time \" +1d\"")]
    [InlineData("0x:+1d", "Invalid certificate time: not a number")]
    [InlineData("0xg:+1d", "Invalid certificate time: not a number")]
    [InlineData("0x0:0x10000000000000000", "Invalid certificate time: Numerical result out of range")]
    [InlineData("+2d:+1d", "Empty certificate validity interval")]
    [InlineData("20200101Z:20200101Z", "Empty certificate validity interval")]
    [InlineData("forever:forever", "Invalid from time \"forever\"")]
    public void What_is_none_is_refused_in_OpenSSHs_words(string text, string message)
    {
        FatalException refused = Assert.Throws<FatalException>(() => Parse(text, text.StartsWith("-2147483647", StringComparison.Ordinal) ? 2147483646 : Now));
        Assert.Equal((message, 255), (refused.Message, refused.Status));
    }

    [Fact]
    public void An_end_alone_begins_at_a_full_minute_that_clocks_somewhat_behind_have_passed()
    {
        for (ulong second = Now; second < Now + 60; second++)
        {
            ulong after = Parse("+1", second).After;
            Assert.Equal(0ul, after % 60);
            Assert.InRange(second - after, 59ul, 118ul);
        }

        Assert.Equal(0ul, Parse("+1", 30).After);
    }

    [Fact]
    public void It_is_shown_in_the_local_time_zone()
    {
        Assert.Equal("forever", ValidityInterval.Unlimited.ToString());
        string start = Local(1577836800), end = Local(1893456000);
        Assert.Equal($"after {start}", new ValidityInterval(1577836800, ulong.MaxValue).ToString());
        Assert.Equal($"before {end}", new ValidityInterval(0, 1893456000).ToString());
        Assert.Equal($"from {start} to {end}", new ValidityInterval(1577836800, 1893456000).ToString());
        Assert.Equal("from 0xfffffffffffffff0 to 0xfffffffffffffffe", new ValidityInterval(ulong.MaxValue - 15, ulong.MaxValue - 1).ToString());
        Assert.Equal("after 0x3afff2f001", new ValidityInterval(253402214401, ulong.MaxValue).ToString());
        Assert.Equal($"after {Local(253402214400)}", new ValidityInterval(253402214400, ulong.MaxValue).ToString());

        static string Local(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime.ToString("s", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ValidityInterval Parse(string text, ulong now = Now) => ValidityInterval.Parse(text, DateTimeOffset.FromUnixTimeSeconds((long)now));
}
