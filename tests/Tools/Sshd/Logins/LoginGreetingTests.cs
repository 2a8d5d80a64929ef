using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd.Logins;

public sealed class LoginGreetingTests
{
    [Fact]
    public void Modules_speak_first_and_then_comes_the_last_login()
    {
        var last = new LastLogin(new DateTimeOffset(2026, 11, 2, 3, 4, 5, TimeSpan.Zero), "pts/1", "host.example");

        Assert.Equal($"Welcome\r\nYou have mail.\r\nLast login: {LoginGreeting.TimeText(last.Time)} from host.example\r\n", LoginGreeting.Of("Welcome\nYou have mail.\n", last, hasMotd: false));
        Assert.Equal($"Last login: {LoginGreeting.TimeText(last.Time)}\r\n", LoginGreeting.Of("", last with { Host = "" }, hasMotd: false));
        Assert.Equal("", LoginGreeting.Of("", null, hasMotd: false));
    }

    [Fact]
    public void The_host_of_the_record_reaches_no_terminal_as_it_is() =>
        Assert.DoesNotContain('\u001b', LoginGreeting.Of("", new LastLogin(DateTimeOffset.UnixEpoch, "pts/1", "\u001b[2Jx"), hasMotd: false));

    [Fact]
    public void A_time_is_written_as_ctime_does()
    {
        string text = LoginGreeting.TimeText(new DateTimeOffset(new DateTime(2026, 11, 2, 3, 4, 5, DateTimeKind.Local)));

        Assert.Equal("Mon Nov  2 03:04:05 2026", text);
    }
}
