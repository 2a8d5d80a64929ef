using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class DaemonTests
{
    [Fact]
    public async Task The_command_returns_when_its_successor_is_ready_and_the_successor_goes_on()
    {
        (ChildExit exit, string output) = await ChildRole.RunAsync("daemon", "ready");

        Assert.Equal(0, exit.Status);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("before", lines[0]);
        Assert.Contains("after null=True hidden=True leader=True", lines);
        Assert.Contains(lines, line => line.StartsWith("successor ", StringComparison.Ordinal) && line.EndsWith(" gave 0", StringComparison.Ordinal));
        Assert.Equal(3, lines.Length);
    }

    [Theory]
    [InlineData("exit", 42)]
    [InlineData("kill", 137)]
    public async Task A_successor_that_ends_before_it_is_ready_gives_its_exit_status(string what, int status)
    {
        (ChildExit exit, string output) = await ChildRole.RunAsync("daemon", what);

        Assert.Equal(status, exit.Status);
        Assert.EndsWith($" gave {status}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_is_no_successor_cannot_detach()
    {
        Assert.False(Daemon.IsSuccessor);
        Assert.Throws<InvalidOperationException>(() => Daemon.Detach());
    }
}
