using Nacre.Config.Connections;

namespace Nacre.Tests.Config;

public sealed class MatchCommandTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("exit 0", true)]
    [InlineData("exit 3", false)]
    [InlineData("true && false", false)]
    [InlineData("false || true", true)]
    [InlineData("if true; then exit 1; fi", false)]
    [InlineData("kill -9 $$", false)]
    public void A_command_of_Match_exec_is_whatever_the_shell_reads(string command, bool isYes)
    {
        List<string> notes = [];
        Assert.Equal(isYes, MatchCommand.Succeeds(command, notes.Add));
        Assert.Empty(notes);
    }
}
