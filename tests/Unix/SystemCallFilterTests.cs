using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>What a process may still do whose system calls are bounded.</summary>
public sealed class SystemCallFilterTests
{
    [Theory]
    [InlineData("read", "read")]
    [InlineData("write", "EACCES")]
    [InlineData("socket", "EPERM")]
    [InlineData("signal", "EPERM")]
    public async Task A_confined_process_reads_and_makes_nothing(string attempt, string result)
    {
        (ChildExit exit, string output) = await ChildRole.RunAsync("confine", attempt);
        Assert.Equal($"confined\n{result}\n", output);
        Assert.Equal(0, exit.Status);
    }

    [Fact]
    public async Task A_confined_process_that_wants_other_ids_is_ended()
    {
        (ChildExit exit, string output) = await ChildRole.RunAsync("confine", "become-root");
        Assert.Equal("confined\n", output);
        Assert.Equal(UnixSignal.SYS, exit.Signal);
    }
}
