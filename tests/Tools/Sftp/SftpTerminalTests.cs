using System.Text.RegularExpressions;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.Sftp;

/// <summary>Our sftp as people type at it; the screen is awaited, and read with | between its rows and _ where the cursor is.</summary>
[Trait("Category", "Interop")]
public sealed class SftpTerminalTests : IDisposable
{
    private const string Prompt = @"sftp> _", Up = "\u001b[A";

    private readonly TemporaryDirectory _directory = new();

    public SftpTerminalTests()
    {
        Directory.CreateDirectory(_directory["my dir"]);
        _directory.Write("alpha", "");
        _directory.Write("alphabet", "");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Lines_are_edited_and_come_back_with_the_arrows()
    {
        await using TypedSftp typed = await StartAsync();
        await typed.TypeAsync("pwx\u007fd\r", $@"sftp> pwd\|Remote working directory: {_directory.Path}\|{Prompt}");
        await typed.TypeAsync("!echo here$((1+1))\r", $@"\|here2\|{Prompt}");
        await typed.TypeAsync(Up + Up, @"sftp> pwd_");
        await typed.TypeAsync("\u0001l\r", $@"sftp> lpwd\|Local working directory: {_directory.Path}\|{Prompt}");
        await typed.TypeAsync("junk\u0003", $@"sftp> junk\^C\|{Prompt}");
        Assert.Equal(0, await typed.EndAsync("\u0004"));
    }

    [Fact]
    public async Task Tab_completes_commands_and_paths_of_both_sides()
    {
        await using TypedSftp typed = await StartAsync();
        await typed.TypeAsync("lum\t", @"sftp> lumask _");
        await typed.TypeAsync("\u0015ls al\t", @"sftp> ls al\|alpha\s+alphabet\|sftp> ls alpha_");
        await typed.TypeAsync("b\t\r", $@"sftp> ls alphabet\s*\|alphabet\s*\|{Prompt}");
        await typed.TypeAsync("cd m\t\r", $@"sftp> cd my\\ dir/\|{Prompt}");
        await typed.TypeAsync("pwd\r", $@"Remote working directory: {_directory.Path}/my dir\|{Prompt}");
        await typed.TypeAsync("lcd my\t\rlpwd\r", $@"Local working directory: {_directory.Path}/my dir\|{Prompt}");
        Assert.Equal(0, await typed.EndAsync("bye\r"));
    }

    [Fact]
    public async Task The_terminal_is_as_it_was_while_a_program_has_it_and_at_the_end()
    {
        await using TypedSftp typed = await StartAsync();
        await typed.TypeAsync("!stty -a | tr ';' '\\n' | grep -c -w -e icanon -e isig -e icrnl -e opost\r", $@"\|[1-9]\|{Prompt}");
        await typed.TypeAsync("!echo ready; read line && echo \"got $line\"\r", @"""got \$line""\|ready\|_");
        await typed.TypeAsync("this\r", $@"\|this\|got this\|{Prompt}");
        Assert.Equal(0, await typed.EndAsync("quit\r"));
        Assert.Equal(typed.Modes.Local, typed.ModesNow.Local);
        Assert.Equal(typed.Modes.Input, typed.ModesNow.Input);
        Assert.Equal(typed.Modes.Output, typed.ModesNow.Output);
    }

    [Fact]
    public async Task Progress_is_shown_and_may_be_switched_off()
    {
        _directory.WriteRandom("large", 300_000);
        await using TypedSftp typed = await StartAsync();
        await typed.TypeAsync("get large copy\r", $@"Fetching {_directory.Path}/large to copy\|large {{59,}}100%  293KB +\d+\.\d[KMG]B/s   00:00\|{Prompt}");
        await typed.TypeAsync("progress\rput large again\r", $@"Progress meter disabled\|sftp> put large again\|Uploading large to {_directory.Path}/again\|{Prompt}");
        Assert.Equal(await File.ReadAllBytesAsync(_directory["large"]), await File.ReadAllBytesAsync(_directory["again"]));
    }

    [Theory]
    [InlineData("get large part", "reget large part")]
    [InlineData("put large part", "reput large part")]
    public async Task Ctrl_C_stops_a_copy_keeps_its_part_and_says_how_to_go_on(string command, string goOn)
    {
        byte[] whole = await File.ReadAllBytesAsync(_directory.WriteRandom("large", 3 << 20));
        await using TypedSftp typed = await StartAsync("-l", "12000");
        await typed.TypeAsync(command + "\r", @"large +[1-9]\d*% .* ETA_");
        string shown = await typed.TypeAsync("\u0003", $@"To go on: {goOn}\s*\|{Prompt}");
        Assert.Matches(@"Interrupted: \S*part has \d+ of 3145728 bytes", shown);
        byte[] part = await File.ReadAllBytesAsync(_directory["part"]);
        Assert.InRange(part.Length, 1, whole.Length - 1);
        Assert.True(whole.AsSpan().StartsWith(part));
        await typed.TypeAsync(goOn + "\r", $@"large {{59,}}100% .*\|{Prompt}");
        Assert.Equal(whole, await File.ReadAllBytesAsync(_directory["part"]));
        Assert.Equal(0, await typed.EndAsync("\u0004"));
    }

    [Fact]
    public async Task Where_the_terminal_cannot_edit_lines_are_read_as_they_come()
    {
        await using TypedSftp typed = new(_directory.Path, "dumb", "-D", Requires.Program("sftp-server"));
        await typed.TypeAsync("pwd\n", $@"Remote working directory: {Regex.Escape(_directory.Path)}\|{Prompt}");
        Assert.Equal(0, await typed.EndAsync("\u0004"));
    }

    private async Task<TypedSftp> StartAsync(params string[] arguments)
    {
        var typed = new TypedSftp(_directory.Path, "xterm", [.. arguments, "-D", Requires.Program("sftp-server")]);
        await typed.ShowsAsync(Prompt);
        return typed;
    }
}
