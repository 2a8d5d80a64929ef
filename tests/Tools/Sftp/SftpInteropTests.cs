using System.Security.Cryptography;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.Sftp;

/// <summary>Our sftp and scp with OpenSSH's server, and OpenSSH's with ours.</summary>
[Trait("Category", "Interop")]
public sealed class SftpInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public SftpInteropTests()
    {
        Directory.CreateDirectory(_directory["tree/sub/deep"]);
        _directory.WriteRandom("tree/empty", 0);
        _directory.WriteRandom("tree/one", 1);
        _directory.WriteRandom("tree/sub/block", 32768);
        _directory.WriteRandom("tree/sub/deep/large", (3 << 20) + 7);
        _directory.WriteRandom("tree/sub/name with blanks", 100);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tree_goes_there_and_back_with_equal_hashes(bool isOurClient)
    {
        string commands = "put -r tree there\nget -r there back\nrename there/one there/two\nmkdir there/made\nchmod 600 there/two\nsymlink two there/link\nls -l there\nrm there/empty\nrmdir there/made\n";
        RunResult run = (await SftpAsync(isOurClient, commands)).Ends();
        Assert.Equal(Hashes("tree"), Hashes("back"));
        Assert.Equal("two", new FileInfo(_directory["there/link"]).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["there/two"]));
        Assert.False(File.Exists(_directory["there/empty"]));
        Assert.False(Directory.Exists(_directory["there/made"]));
        Assert.Matches(@"lrwxrwxrwx .*[ /]link", run.Output);
    }

    [Theory]
    [InlineData("ls\n", 0)]
    [InlineData("ls missing\nmkdir after\n", 1)]
    [InlineData("-ls missing\nmkdir after\n", 0)]
    [InlineData("get missing\nmkdir after\n", 1)]
    [InlineData("-@rm missing\n@mkdir after\n", 0)]
    [InlineData("nonsense\nmkdir after\n", 1)]
    [InlineData("bye\nmkdir after\n", 0)]
    public async Task A_batch_ends_as_OpenSSHs_ends(string commands, int status)
    {
        RunResult ours = (await SftpAsync(isOurClient: true, commands)).Ends(status);
        bool made = Directory.Exists(_directory["after"]);
        if (made) Directory.Delete(_directory["after"]);
        RunResult stock = (await Run.Async("sftp", ["-b", "-", "-D", Requires.Program("sftp-server")], System.Text.Encoding.UTF8.GetBytes(commands), directory: _directory.Path)).Ends(status);
        Assert.Equal(stock.Output, ours.Output);
        Assert.Equal(Directory.Exists(_directory["after"]), made);
        Assert.Equal(stock.Error.ReplaceLineEndings("\n"), ours.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scp_copies_a_tree_both_ways_with_equal_hashes(bool isOurClient)
    {
        string server = isOurClient ? Requires.Program("sftp-server") : OurTools.Program(_directory, "sftp-server");
        (await ScpAsync("-r", "tree", $"host:{_directory["there"]}")).Ends();
        (await ScpAsync("-rp", $"host:{_directory["there"]}", "back")).Ends();
        Assert.Equal(Hashes("tree"), Hashes("back"));
        Assert.Equal(File.GetLastWriteTimeUtc(_directory["there/one"]), File.GetLastWriteTimeUtc(_directory["back/one"]), TimeSpan.FromSeconds(1));
        (await ScpAsync($"host:{_directory["missing"]}", ".")).Ends(1);

        Task<RunResult> ScpAsync(params string[] arguments) => isOurClient
            ? OurTools.RunAsync("scp", ["-D", server, .. arguments], directory: _directory.Path)
            : Run.Async("scp", ["-s", "-D", server, .. arguments], directory: _directory.Path);
    }

    [Fact]
    public async Task Scp_copies_between_two_machines_by_way_of_this_one()
    {
        string[] arguments = ["-D", Requires.Program("sftp-server"), "-r", $"one:{_directory["tree"]}", $"other:{_directory["there"]}"];
        (await OurTools.RunAsync("scp", arguments)).Ends();
        Assert.Equal(Hashes("tree"), Hashes("there"));
    }

    [Fact]
    public async Task Both_tools_log_in_to_a_stock_server_through_our_ssh()
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        string[] login = await sshd.ClientArgumentsAsync(portFlag: "-P");
        string remote = $"/tmp/nacre-{Guid.NewGuid():N}";
        try
        {
            (await OurTools.RunAsync("scp", [.. login, "-r", "tree", $"{sshd.User}@127.0.0.1:{remote}"], directory: _directory.Path)).Ends();
            (await OurTools.RunAsync("sftp", [.. login, "-r", $"{sshd.User}@127.0.0.1:{remote}/one", "one"], directory: _directory.Path)).Ends();
            (await OurTools.RunAsync("sftp", [.. login, "-b", "-", $"{sshd.User}@127.0.0.1:{remote}"], "get -r . back\n", _directory.Path)).Ends();
            Assert.Equal(Hashes("tree"), Hashes("back"));
            Assert.Equal(await File.ReadAllBytesAsync(_directory["tree/one"]), await File.ReadAllBytesAsync(_directory["one"]));
            RunResult refused = await OurTools.RunAsync("sftp", [.. login, "nobody-is-called-this@127.0.0.1"]);
            Assert.EndsWith("Connection closed\n", refused.Ends(255).Error, StringComparison.Ordinal);
        }
        finally
        {
            if (Directory.Exists(remote)) Directory.Delete(remote, recursive: true);
        }
    }

    [Theory]
    [InlineData("sftp")]
    [InlineData("/usr/lib/openssh/sftp-server")]
    [InlineData("missing")]
    public async Task A_subsystem_or_a_server_program_is_started_at_the_other_side(string subsystem)
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        string[] login = await sshd.ClientArgumentsAsync(portFlag: "-P");
        RunResult run = await OurTools.RunAsync("sftp", [.. login, "-s", subsystem, "-b", "-", $"{sshd.User}@127.0.0.1:/"], "pwd\n");
        if (subsystem == "missing") Assert.EndsWith("Connection closed\n", run.Ends(255).Error, StringComparison.Ordinal);
        else Assert.Equal("sftp> pwd\nRemote working directory: /\n", run.Ends().Output);
    }

    [Fact]
    public async Task A_connection_that_is_lost_ends_it_with_255()
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        string[] login = await sshd.ClientArgumentsAsync(portFlag: "-P");
        string kill = "!kill -9 $(pgrep -n -u \"$NACRE_USER\" sftp-server)\nls\n";
        RunResult run = await Run.Async(
            OurTools.Executable,
            ["sftp", .. login, "-s", "/usr/lib/openssh/sftp-server", "-b", "-", $"{sshd.User}@127.0.0.1"],
            System.Text.Encoding.UTF8.GetBytes(kill),
            new Dictionary<string, string?> { ["NACRE_USER"] = sshd.User, ["SHELL"] = "/bin/sh" });
        Assert.EndsWith("Connection closed\n", run.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_remote_shell_says_on_its_standard_error_is_shown()
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        string[] login = await sshd.ClientArgumentsAsync(portFlag: "-P");
        string program = _directory.Write("server", $"#!/bin/sh\necho careful >&2\nexec {Requires.Program("sftp-server")}\n");
        (await Run.Async("chmod", ["-R", "a+rX,u+x,go+x", _directory.Path])).Ends();
        RunResult run = await OurTools.RunAsync("sftp", [.. login, "-q", "-s", program, "-b", "-", $"{sshd.User}@127.0.0.1"], "pwd\n");
        Assert.Equal("careful\n", run.Ends().Error);
    }

    [Theory]
    [InlineData("-B 0 h", 255, "Invalid buffer size \"0\"\n")]
    [InlineData("-R x h", 255, "Invalid number of requests \"x\"\n")]
    [InlineData("-X nrequests=0 h", 255, "Invalid number of requests \"0\": too small\n")]
    [InlineData("-X what h", 255, "Invalid -X option\n")]
    [InlineData("-P 0 h", 255, "Bad port \"0\"\n")]
    [InlineData("-b - -b - h", 255, "Batch file already specified.\n")]
    [InlineData("-b /missing h", 255, "No such file or directory (/missing).\n")]
    [InlineData("-D /missing/server", 255, "exec: /missing/server: No such file or directory\n")]
    [InlineData("-l 0 h", 1, "usage: sftp [-46AaCfNpqrv]")]
    [InlineData("", 1, "usage: sftp [-46AaCfNpqrv]")]
    public async Task A_wrong_command_line_is_told_as_OpenSSH_tells_it(string line, int status, string error)
    {
        RunResult ours = (await OurTools.RunAsync("sftp", line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Ends(status);
        RunResult stock = (await Run.Async("sftp", line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Ends(status);
        Assert.StartsWith(error, ours.Error, StringComparison.Ordinal);
        Assert.StartsWith(error, stock.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reget tree/sub/deep/large part")]
    [InlineData("get -a tree/sub/deep/large part")]
    [InlineData("reput tree/sub/deep/large part")]
    [InlineData("put -a tree/sub/deep/large part")]
    public async Task A_copy_goes_on_where_it_ended_and_proves_what_is_there(string command)
    {
        byte[] whole = await File.ReadAllBytesAsync(_directory["tree/sub/deep/large"]);
        await File.WriteAllBytesAsync(_directory["part"], whole[..1_000_001]);
        (await SftpAsync(isOurClient: true, command + "\n")).Ends();
        Assert.Equal(whole, await File.ReadAllBytesAsync(_directory["part"]));
        await File.WriteAllBytesAsync(_directory["part"], [.. whole[..500_000], 0, .. whole[500_001..1_000_001]]);
        RunResult run = await SftpAsync(isOurClient: true, command + "\n");
        Assert.True(run.ExitStatus == 1 || (await File.ReadAllBytesAsync(_directory["part"])).AsSpan().SequenceEqual(whole), run.Error);
    }

    [Theory]
    [InlineData("-B 1000 -R 3")]
    [InlineData("-X buffer=4K -X nrequests=2")]
    [InlineData("-l 400000 -p -f")]
    public async Task Limits_change_nothing_of_what_is_copied(string flags)
    {
        (await OurTools.RunAsync("sftp", [.. flags.Split(' '), "-b", "-", "-D", Requires.Program("sftp-server")], "put -r tree there\nget -r there back\n", _directory.Path)).Ends();
        Assert.Equal(Hashes("tree"), Hashes("back"));
    }

    private Task<RunResult> SftpAsync(bool isOurClient, string commands) => isOurClient
        ? OurTools.RunAsync("sftp", ["-b", "-", "-D", Requires.Program("sftp-server")], commands, _directory.Path)
        : Run.Async("sftp", ["-b", "-", "-D", $"{OurTools.Executable} sftp-server"], System.Text.Encoding.UTF8.GetBytes(commands), directory: _directory.Path);

    private string Hashes(string tree) => string.Join('\n', Directory.EnumerateFiles(_directory[tree], "*", SearchOption.AllDirectories)
        .Select(path => $"{Path.GetRelativePath(_directory[tree], path)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}").Order(StringComparer.Ordinal));
}
