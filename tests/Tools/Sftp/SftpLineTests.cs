using Nacre.Tools.Sftp;

namespace Nacre.Tests.Tools.Sftp;

public sealed class SftpLineTests
{
    private static readonly SftpCommand List = Command("ls", "1la"), Make = Command("mkdir", "", SftpOperands.OnePath), Mode = Command("chmod", "h", SftpOperands.NumberAndPath),
        Link = Command("ln", "s", SftpOperands.TwoPaths), Fetch = Command("get", "r", SftpOperands.OnePathAtLeast), Shell = Command("!", "") with { IsRaw = true },
        LocalList = Command("lls", "") with { IsRaw = true };

    [Theory]
    [InlineData("", false, false)]
    [InlineData("-", true, false)]
    [InlineData("  @- ", true, true)]
    [InlineData("-# comment", true, false)]
    [InlineData("@ # comment", false, true)]
    public void A_line_may_have_nothing_to_run(string text, bool mayFail, bool isSilent)
    {
        SftpLine line = Parse(text);
        Assert.Equal((null, "", mayFail, isSilent), (line.Command, line.Error, line.MayFail, line.IsSilent));
    }

    [Theory]
    [InlineData("nonsense", "Invalid command.")]
    [InlineData("\"\"", "Invalid command.")]
    [InlineData("ls 'a", "Unterminated quoted argument")]
    [InlineData("!echo 'a", "Unterminated quoted argument")]
    [InlineData("ls -lz", "ls: Invalid flag -z")]
    [InlineData("mkdir", "You must specify a path after a mkdir command.")]
    [InlineData("mkdir -p a", "mkdir: Invalid flag -p")]
    [InlineData("get -r", "You must specify at least one path after a get command.")]
    [InlineData("ln -s a", "You must specify two paths after a ln command.")]
    [InlineData("chmod", "You must supply a numeric argument to the chmod command.")]
    [InlineData("chmod 8 a", "You must supply a numeric argument to the chmod command.")]
    [InlineData("chmod 644", "You must specify a path after a chmod command.")]
    public void What_is_wrong_is_said_in_OpenSSHs_words(string text, string error)
    {
        SftpLine line = Parse(text);
        Assert.Equal((null, error), (line.Command, line.Error));
    }

    [Theory]
    [InlineData("LS -1 -la dir other", "ls", "1la", "dir|other")]
    [InlineData("ls -- -l", "ls", "", "-l")]
    [InlineData("ls a -l", "ls", "", "a|-l")]
    [InlineData("ls -", "ls", "", "-")]
    [InlineData("-@ ls", "ls", "", "")]
    [InlineData("chmod -h 0644 a*", "chmod", "h", "0644|a*")]
    public void Flags_end_at_the_first_word_that_is_none(string text, string name, string flags, string words)
    {
        SftpLine line = Parse(text);
        Assert.Equal((name, flags, words), (line.Command!.Name, line.Arguments.Flags, string.Join('|', line.Arguments.Patterns)));
    }

    [Theory]
    [InlineData("!echo  'a b' -x", "echo  'a b' -x")]
    [InlineData("! ls", "ls")]
    [InlineData("!", "")]
    [InlineData("lls -l  *", "-l  *")]
    public void What_a_shell_takes_stays_as_it_was_typed(string text, string rest) => Assert.Equal(rest, Parse(text).Arguments.Rest);

    [Theory]
    [InlineData("755", true, 0x1edu)]
    [InlineData("00000000000000000755", true, 0x1edu)]
    [InlineData("37777777777", true, uint.MaxValue)]
    [InlineData("0", false, 0u)]
    [InlineData("010", false, 8u)]
    [InlineData("0x10", false, 16u)]
    [InlineData("+10", false, 10u)]
    [InlineData("4294967295", false, uint.MaxValue)]
    public void Numbers_are_written_as_in_C(string text, bool isOctal, uint expected)
    {
        Assert.True(SftpLine.TryNumber(text, isOctal, out uint number));
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("8", true)]
    [InlineData("40000000000", true)]
    [InlineData("u+x", true)]
    [InlineData("-1", false)]
    [InlineData("09", false)]
    [InlineData("0x", false)]
    [InlineData("4294967296", false)]
    [InlineData("root", false)]
    public void What_is_no_number_is_none(string text, bool isOctal) => Assert.False(SftpLine.TryNumber(text, isOctal, out _));

    private static SftpLine Parse(string text) =>
        SftpLine.Parse(text, name => Array.Find([List, Make, Mode, Link, Fetch, Shell, LocalList], command => command.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));

    private static SftpCommand Command(string name, string flags, SftpOperands operands = SftpOperands.Any) => new(name, [], flags, operands, (_, _) => Task.FromResult(true));
}
