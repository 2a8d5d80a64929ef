using System.Text;
using System.Text.RegularExpressions;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SftpServer;

/// <summary>OpenSSH's sftp with its server and with ours: the same requests, the same log, line by line.</summary>
[Trait("Category", "Interop")]
public sealed partial class SftpServerInteropTests : IDisposable
{
    private const string Batch = """
        -mkdir made
        -put source made/file
        -put -p source made/dated
        -get made/file back
        -reput longer made/file
        -ls -la made
        -chmod 600 made/file
        -chmod 4755 made/file
        -chown 0 made/file
        -ln made/file made/hard
        -ln -s file made/soft
        -ls -l made/soft
        -cp made/file made/copy
        -df made
        -rename made/file made/renamed
        -ls missing
        -get missing
        -rm missing
        -rmdir made
        -mkdir made
        -cd made
        -pwd
        -rm *
        -cd ..
        -rmdir made
        """;

    private readonly TemporaryDirectory _directory = new();

    public SftpServerInteropTests()
    {
        _directory.WriteRandom("source", 300_000);
        _directory.WriteRandom("longer", 300_100);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-l ERROR")]
    [InlineData("-l INFO")]
    [InlineData("-l VERBOSE")]
    [InlineData("-l DEBUG1")]
    [InlineData("-l DEBUG2")]
    [InlineData("-l DEBUG3")]
    [InlineData("-l DEBUG3 -R")]
    [InlineData("-l DEBUG2 -P remove,setstat,posix-rename")]
    [InlineData("-l DEBUG2 -p realpath,stat,lstat,open,close,read,opendir,readdir")]
    [InlineData("-l VERBOSE -P write -p realpath,stat,lstat,open,close,write,mkdir,rmdir")]
    public async Task The_log_is_that_of_OpenSSHs_server(string flags)
    {
        string[] stock = await LogAsync(Requires.Program("sftp-server"), flags);
        string[] ours = await LogAsync($"{OurTools.Executable} sftp-server", flags);
        Assert.Equal(stock, ours);
        Assert.Equal(flags != "-l ERROR", ours.Length > 0);
    }

    [Fact]
    public async Task What_may_be_allowed_and_denied_has_OpenSSHs_names()
    {
        string stock = (await Run.Async("sftp-server", ["-Q", "requests"])).Ends().Output;
        string ours = (await OurTools.RunAsync("sftp-server", ["-Q", "requests"])).Ends().Output;
        Assert.Equal(stock + "check-file-handle\ncheck-file-name\n", ours);
    }

    [Theory]
    [InlineData("-h", 1)]
    [InlineData("-Q nothing", 1)]
    [InlineData("-l LOUD", 1)]
    [InlineData("-f MOON", 1)]
    [InlineData("-u 99", 255)]
    [InlineData("-p a -p b", 255)]
    [InlineData("-d %x", 255)]
    [InlineData("-d /missing", 0)]
    [InlineData("", 0)]
    public async Task It_ends_with_the_status_of_OpenSSHs(string flags, int status)
    {
        string[] arguments = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (await Run.Async("sftp-server", arguments)).Ends(status);
        (await OurTools.RunAsync("sftp-server", arguments)).Ends(status);
    }

    [Theory]
    [InlineData("ffffffff01", 11)]
    [InlineData("00000005030000000c", 255)]
    public async Task What_is_no_SFTP_ends_it_with_the_status_of_OpenSSHs(string hex, int status)
    {
        byte[] input = Convert.FromHexString(hex);
        (await Run.Async("sftp-server", [], input)).Ends(status);
        (await Run.Async(OurTools.Executable, ["sftp-server"], input)).Ends(status);
    }

    [Fact]
    public async Task It_tells_from_where_the_session_comes_and_starts_where_it_shall()
    {
        Directory.CreateDirectory(_directory["start"]);
        var environment = new Dictionary<string, string?> { ["SSH_CONNECTION"] = "192.0.2.1 50000 192.0.2.2 22" };
        string[] arguments = ["-e", "-l", "INFO", "-d", _directory["start"], "-u", "077"];
        byte[] input = Convert.FromHexString("00000005" + "01" + "00000003" + "00000012" + "0e" + "00000001" + "00000005" + Convert.ToHexString("inner"u8) + "00000000");
        RunResult run = (await Run.Async(OurTools.Executable, ["sftp-server", .. arguments], input, environment)).Ends();
        string user = Environment.UserName;
        Assert.Equal(
            $"session opened for local user {user} from [192.0.2.1]\r\nmkdir name \"inner\" mode 0777\r\nsession closed for local user {user} from [192.0.2.1]\r\n", run.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["start/inner"]));
        environment["SSH_CONNECTION"] = "nonsense";
        RunResult malformed = (await Run.Async(OurTools.Executable, ["sftp-server", "-e"], input, environment)).Ends(255);
        Assert.Equal("Malformed SSH_CONNECTION variable: \"nonsense\"\r\n", malformed.Error);
    }

    // Handles are numbered alike, so that the logs can be compared to the letter; but our server keeps no buffer to tell of, counts groups as groups, and
    // has two requests more.
    private async Task<string[]> LogAsync(string server, string flags)
    {
        string log = _directory["log"];
        string script = _directory.Write("server", $"#!/bin/sh\nexec {server} -e {flags} 2>{log}\n");
        File.SetUnixFileMode(script, File.GetUnixFileMode(script) | UnixFileMode.UserExecute);
        (await Run.Async("sftp", ["-b", "-", "-D", script], Encoding.UTF8.GetBytes(Batch), directory: _directory.Path)).Ends();
        string[] lines = (await File.ReadAllTextAsync(log)).Split("\r\n");
        if (Directory.Exists(_directory["made"])) Directory.Delete(_directory["made"], recursive: true);
        return [.. lines.Where(line => line.Length > 0 && !OnlyOneServers().IsMatch(line)).Select(line => Counts().Replace(line, "users and groups"))];
    }

    [GeneratedRegex("process_read: allocate|check-file")]
    private static partial Regex OnlyOneServers();

    [GeneratedRegex(@"\d+ users, \d+ groups")]
    private static partial Regex Counts();
}
