using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class UsersTests
{
    [Fact]
    public void Root_is_found_by_name_and_by_uid()
    {
        UserAccount root = Users.Find("root")!;

        Assert.Equal((0u, 0u, "/root"), (root.Uid, root.Gid, root.Home));
        Assert.Equal(root, Users.Find(0));
        Assert.Equal(0u, Users.GroupsOf(root)[0]);
        Assert.Contains("root", Users.GroupNamesOf(root));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-such-user-here")]
    [InlineData("root\0x")]
    [InlineData("../../etc")]
    public void An_unknown_user_is_not_found(string name)
    {
        Assert.Null(Users.Find(name));
        Assert.Null(Users.FindGroup(name));
        Assert.Null(Users.FindShadow(name));
    }

    [Fact]
    public void A_very_long_name_is_not_found_and_is_no_error()
    {
        Assert.Null(Users.Find(new string('x', 100_000)));
    }

    [Fact]
    public void Groups_are_found_by_name_and_by_gid()
    {
        UserGroup tty = Users.FindGroup("tty")!;

        Assert.Equal("tty", Users.FindGroup(tty.Gid)!.Name);
        Assert.Null(Users.FindGroup(4_000_000_000u));
    }

    [Fact]
    public void This_process_knows_who_it_is()
    {
        Assert.Equal(Environment.UserName, Users.Current!.Name);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/hostname").Trim(), Users.HostName);
        Assert.Equal(Users.CurrentUid, Users.EffectiveUid);
    }

    [Fact]
    public void The_shadow_line_of_a_user_is_read_as_root()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: reads the shadow file");
        string[] fields = File.ReadLines("/etc/shadow").Single(line => line.StartsWith("root:", StringComparison.Ordinal)).Split(':');
        ShadowEntry entry = Users.FindShadow("root")!;

        Assert.Equal(fields[1], entry.Hash);
        Assert.Equal(long.Parse(fields[2], System.Globalization.CultureInfo.InvariantCulture), entry.LastChangeDay);
    }

    [Theory]
    [InlineData("!$6$x$y", true)]
    [InlineData("!", true)]
    [InlineData("*", false)]
    [InlineData("$6$x$y", false)]
    public void An_account_is_locked_by_an_exclamation_mark(string hash, bool isLocked)
    {
        Assert.Equal(isLocked, new ShadowEntry(hash, 1, -1, -1).IsLocked);
    }

    [Fact]
    public void Accounts_and_passwords_expire_the_day_after_their_last()
    {
        var entry = new ShadowEntry("x", LastChangeDay: 100, MaximumDays: 10, ExpireDay: 200);

        Assert.False(entry.IsPasswordExpired(110));
        Assert.True(entry.IsPasswordExpired(111));
        Assert.False(entry.IsAccountExpired(200));
        Assert.True(entry.IsAccountExpired(201));
        Assert.True((entry with { LastChangeDay = 0 }).IsPasswordExpired(0));
        Assert.False((entry with { MaximumDays = -1, ExpireDay = -1 }).IsPasswordExpired(1_000_000));
        Assert.False((entry with { ExpireDay = -1 }).IsAccountExpired(1_000_000));
    }

    [Theory]
    [InlineData(192, "")]
    [InlineData(193, "Your account will expire in 7 days.")]
    [InlineData(199, "Your account will expire in 1 day.")]
    [InlineData(200, "Your account will expire at the end of today.")]
    [InlineData(201, "")]
    [InlineData(102, "")]
    [InlineData(103, "Your password will expire in 7 days.")]
    [InlineData(110, "Your password will expire at the end of today.")]
    [InlineData(111, "")]
    public void Whoever_logs_in_within_the_days_of_warning_is_told(long today, string told)
    {
        var entry = new ShadowEntry("x", LastChangeDay: 100, MaximumDays: 10, ExpireDay: 200) { WarnDays = 7 };

        Assert.Equal(told, string.Join('\n', entry.Warnings(today)));
    }

    [Fact]
    public void The_full_name_is_the_first_field_with_the_account_in_place_of_an_ampersand()
    {
        Assert.Equal("Jane Doe", new UserAccount("jane", 1, 1, "Jane Doe,Room 1", "/", "").FullName);
        Assert.Equal("Jane the First", new UserAccount("jane", 1, 1, "& the First", "/", "").FullName);
        Assert.Equal("/bin/sh", new UserAccount("jane", 1, 1, "", "/", "").LoginShell);
    }
}
