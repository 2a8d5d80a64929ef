using System.Text;
using Xunit.Sdk;

namespace Nacre.Tests.Interop;

/// <summary>Running programs: these need nothing but a shell.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task A_program_s_status_output_and_error_come_back()
    {
        RunResult result = await Run.Async("/bin/sh", ["-c", "cat; echo wrong >&2; exit 3"], Encoding.UTF8.GetBytes("given"));

        Assert.Equal((3, "given", "wrong\n"), (result.ExitStatus, result.Output, result.Error));
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_is_no_error() =>
        (await Run.Async("/bin/sh", ["-c", "exec <&-; exit 0"], new byte[1 << 20])).Ends();

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_with_its_children()
    {
        using var directory = new TemporaryDirectory();
        (await Run.Async("mkfifo", [directory["alive"]])).Ends();
        // Reading ends when the last writer is gone: the child, which keeps the pipe open for as long as it lives.
        Task<byte[]> untilGone = Task.Run(() => File.ReadAllBytes(directory["alive"]));

        await Assert.ThrowsAsync<TimeoutException>(
            () => Run.Async("/bin/sh", ["-c", $"sleep 1000 >{directory["alive"]} & wait"], limit: TimeSpan.FromSeconds(1)));

        Assert.Empty(await untilGone.WaitAsync(Run.Limit));
    }

    [Fact]
    public async Task A_wrong_status_fails_with_all_that_the_program_wrote()
    {
        RunResult result = await Run.Async("/bin/sh", ["-c", "echo hint >&2; exit 1"]);

        Assert.Contains("hint", Assert.ThrowsAny<XunitException>(() => result.Ends()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clean_run_has_no_agent_and_the_given_home()
    {
        RunResult result = await Run.CleanAsync("/usr/bin/env", [], home: "/nowhere");

        Assert.Equal(["HOME=/nowhere", "PATH=" + Environment.GetEnvironmentVariable("PATH")], result.Output.TrimEnd().Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_missing_program_fails_the_test_and_names_its_package()
    {
        XunitException failure = Assert.ThrowsAny<XunitException>(() => Requires.Program("no-such-program"));

        Assert.Contains("apt-get install no-such-program", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_temporary_directory_goes_with_what_is_in_it()
    {
        string path;
        using (var directory = new TemporaryDirectory())
        {
            path = directory.Path;
            directory.WriteRandom("data", 100);
            Assert.Equal(100, new FileInfo(directory["data"]).Length);
        }

        Assert.False(Directory.Exists(path));
    }
}
