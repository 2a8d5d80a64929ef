using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class ChildProcessTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public async Task The_exit_status_is_what_the_program_said(int status)
    {
        ChildProcess child = Start("sh", "-c", $"exit {status}");

        Assert.Equal(new ChildExit(status, UnixSignal.None, false), await child.Exited);
    }

    [Fact]
    public async Task A_signal_ends_the_program_and_is_reported()
    {
        ChildProcess child = Start("sleep", "1000");

        Assert.True(child.Signal(UnixSignal.TERM));
        ChildExit exit = await child.Exited;
        Assert.Equal(new ChildExit(0, UnixSignal.TERM, false), exit);
        Assert.Equal(128 + 15, exit.ShellStatus);
    }

    [Fact]
    public async Task A_program_that_has_ended_is_not_signalled()
    {
        ChildProcess child = Start("true");
        await child.Exited;

        Assert.False(child.Signal(UnixSignal.TERM));
    }

    [Fact]
    public async Task A_signal_reaches_the_whole_group_that_the_program_leads()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        ChildProcess child;
        using (writing)
        {
            child = Spawn.Start(new ProgramStart
            {
                Path = "/bin/sh",
                Arguments = ["sh", "-c", "sleep 1000 & echo ready; wait"],
                Output = writing,
                LeadsGroup = true,
            });
        }
        await using var stream = new DescriptorStream(reading);
        var text = new byte[6];
        await stream.ReadExactlyAsync(text);
        child.Signal(UnixSignal.KILL);

        // The end of the pipe: the grandchild, which held it too, is gone.
        Assert.Equal(0, await stream.ReadAsync(text));
        Assert.Equal(UnixSignal.KILL, (await child.Exited).Signal);
    }

    [Fact]
    public async Task Who_asks_hears_of_the_end_without_waiting_to_be_told()
    {
        ChildProcess child = Start("sh", "-c", "exit 3");

        while (!child.HasExited)
            await Task.Yield();

        Assert.True(child.Exited.IsCompletedSuccessfully);
        Assert.Equal(new ChildExit(3, UnixSignal.None, false), await child.Exited);
        Assert.False(child.Signal(UnixSignal.TERM));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    [Trait("Category", "Slow")]
    public async Task A_thousand_children_cost_no_thread_each(int count)
    {
        await Start("true").Exited;
        int before = Directory.GetDirectories("/proc/self/task").Length;
        ChildProcess[] children = [.. Enumerable.Range(0, count).Select(_ => Start("sleep", "1000"))];
        int during = Directory.GetDirectories("/proc/self/task").Length;

        foreach (ChildProcess child in children)
            child.Signal(UnixSignal.KILL);
        ChildExit[] exits = await Task.WhenAll(children.Select(child => child.Exited));

        Assert.All(exits, exit => Assert.Equal(UnixSignal.KILL, exit.Signal));
        Assert.InRange(during - before, int.MinValue, 20);
    }

    private static ChildProcess Start(params string[] arguments)
    {
        var argv = new CStrings();
        foreach (string argument in arguments)
            argv.Add(argument);
        return Spawn.Start(new ProgramStart { Path = arguments[0], Arguments = argv, IsSearched = true });
    }
}
