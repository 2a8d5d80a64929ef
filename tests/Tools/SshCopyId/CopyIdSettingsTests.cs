using Nacre.Tools;
using Nacre.Tools.SshCopyId;

namespace Nacre.Tests.Tools.SshCopyId;

public sealed class CopyIdSettingsTests
{
    [Theory]
    [InlineData("-i host", "")]
    [InlineData("-i -p 22 host", "")]
    [InlineData("-i file host", "file")]
    [InlineData("-ifile host", "file")]
    [InlineData("-n -i -f host", "")]
    [InlineData("host", null)]
    public void The_file_of_i_may_be_left_out(string line, string? file) => Assert.Equal(file, CopyIdSettings.Parse(line.Split(' ')).IdentityFile);

    [Fact]
    public void What_is_printed_for_the_next_login_can_be_given_to_a_shell() =>
        Assert.Equal(@"-o 'User=it'\''s' -F 'my config' 'me@host'", CopyIdSettings.Parse(["-o", "User=it's", "-F", "my config", "me@host"]).Shown);

    // A-27
    [Theory]
    [InlineData("keys;`reboot`")]
    [InlineData("$(reboot)")]
    [InlineData("it's")]
    [InlineData("a\"b")]
    [InlineData("two\nlines")]
    [InlineData("")]
    public void A_target_that_a_shell_would_act_on_is_refused(string target) =>
        Assert.Throws<FatalException>(() => CopyIdSettings.Parse(["-t", target, "host"]));

    [Theory]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a;b")]
    [InlineData("$(reboot)@host")]
    public void A_destination_that_a_shell_would_act_on_is_refused(string destination) =>
        Assert.ThrowsAny<Exception>(() => CopyIdSettings.Parse(["--", destination]));

    [Theory]
    [InlineData("")]
    [InlineData("-h host")]
    [InlineData("-? host")]
    [InlineData("-i one -i two host")]
    [InlineData("one two")]
    public void Calls_that_make_no_sense_get_the_usage(string line) =>
        Assert.Throws<UsageException>(() => CopyIdSettings.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
}
