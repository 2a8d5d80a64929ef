using Nacre.Tests.Interop;
using Nacre.Tools.SshCopyId;

namespace Nacre.Tests.Tools.SshCopyId;

/// <summary>The command that adds keys, run by the shells of this machine as a login shell would run it.</summary>
public sealed class ShellInstallerTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public static TheoryData<string> Shells => ["/bin/sh", "/bin/bash"];

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Keys_go_into_a_new_file_that_is_its_owners_alone(string shell)
    {
        await AddAsync(shell, ".ssh/authorized_keys", "first\nsecond\n");

        Assert.Equal("first\nsecond\n", await File.ReadAllTextAsync(_home[".ssh/authorized_keys"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home[".ssh/authorized_keys"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_home[".ssh"]));
    }

    [Theory]
    [InlineData("", "new\n")]
    [InlineData("old\n", "old\nnew\n")]
    [InlineData("open", "open\nnew\n")]
    public async Task Keys_go_behind_what_is_there_and_on_lines_of_their_own(string before, string after)
    {
        _home.Write("keys", before);

        await AddAsync("/bin/sh", "keys", "new\n");

        Assert.Equal(after, await File.ReadAllTextAsync(_home["keys"]));
    }

    [Fact]
    public async Task A_target_may_have_blanks()
    {
        await AddAsync("/bin/sh", "a folder/my keys", "new\n");

        Assert.Equal("new\n", await File.ReadAllTextAsync(_home["a folder/my keys"]));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_a_failure()
    {
        _home.Write("file", "");

        RunResult result = await RunAsync("/bin/sh", "file/keys", "new\n");

        Assert.NotEqual(0, result.ExitStatus);
    }

    [Fact]
    public void The_command_is_one_line_with_one_quoted_word()
    {
        string command = ShellInstaller.CommandFor(".ssh/authorized_keys", isDebugging: true);

        Assert.StartsWith("exec sh -c 'set -x; cd; ", command, StringComparison.Ordinal);
        Assert.Equal(2, command.Count(c => c == '\''));
        Assert.False(command.AsSpan().ContainsAny("\n\r\\!`"));
    }

    private async Task AddAsync(string shell, string target, string keys) => (await RunAsync(shell, target, keys)).Ends();

    private Task<RunResult> RunAsync(string shell, string target, string keys) =>
        Run.CleanAsync(shell, ["-c", ShellInstaller.CommandFor(target, isDebugging: false)], System.Text.Encoding.UTF8.GetBytes(keys), home: _home.Path);
}
