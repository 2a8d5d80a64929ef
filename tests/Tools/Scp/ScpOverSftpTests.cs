using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.Scp;

/// <summary>Our scp in its usual mode beside OpenSSH's, with either SFTP server.</summary>
[Trait("Category", "Interop")]
public sealed class ScpOverSftpTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ScpOverSftpTests()
    {
        Directory.CreateDirectory(_directory["tree/sub/deep"]);
        _directory.WriteRandom("tree/empty", 0);
        _directory.WriteRandom("tree/one", 1);
        _directory.WriteRandom("tree/sub/block", 32768);
        _directory.WriteRandom("tree/sub/deep/large", (3 << 20) + 7);
        _directory.Write("file", "kept");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("nofile host:x")]
    [InlineData("host:nofile x")]
    [InlineData("tree/one file host:file")]
    [InlineData("host:tree/one host:file file")]
    [InlineData("host:tree/one host:file nodir")]
    [InlineData("host:tree x")]
    [InlineData("tree host:x")]
    [InlineData("tree/one host:/nodir/x")]
    [InlineData("host:tree/one /nodir/x")]
    [InlineData("host:tree/* file")]
    [InlineData("one:file two:tree/one three:file")]
    [InlineData("one:file two:/nodir/x")]
    [InlineData("one:nofile two:x")]
    [InlineData("host:~nobody-here/x y")]
    [InlineData("file host:~nobody-here/x")]
    [InlineData("tree/one host:file/below")]
    [InlineData("host:tree/one file/below")]
    [InlineData("-r host:file tree")]
    [InlineData("host:tree/[ab x")]
    [InlineData("nofile1 nofile2")]
    [InlineData("scp://host:x/a x")]
    [InlineData("x scp://host:x/a")]
    public async Task What_fails_is_said_as_OpenSSH_says_it(string line)
    {
        string[] arguments = ["-D", Requires.Program("sftp-server"), .. line.Split(' ')];
        RunResult stock = await Run.Async("scp", arguments, directory: _directory.Path);
        RunResult ours = (await OurTools.RunAsync("scp", arguments, directory: _directory.Path)).Ends(stock.ExitStatus);
        Assert.Equal(Sorted(stock.Error), Sorted(ours.Error));
        Assert.Equal("kept", File.ReadAllText(_directory["file"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_sources_of_several_machines_go_into_one_directory(bool isOurServer)
    {
        _directory.Open("in");
        _directory.Write("a[1]", "itself");
        (await ScpAsync(isOurServer, "-r", "one:tree/*", $"two:{_directory["tree/sub/block"]}", "file", "three:a[1]", "two:./tree/./one", "in")).Ends();
        Assert.Equal(Contents("tree"), Contents("in", except: ["block", "file", "a[1]"]));
        Assert.Equal("itself", File.ReadAllText(_directory["in/a[1]"]));
        (await ScpAsync(isOurServer, "-rp", "tree", "file", "one:in", "host:out")).Ends();
        Assert.Equal(Contents("tree"), Contents("out/tree"));
        Assert.Equal(Contents("in"), Contents("out/in"));
        Assert.Equal("kept", File.ReadAllText(_directory["out/file"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_copied_onto_itself_stays_as_it_is_and_a_longer_one_is_cut(bool isOurServer)
    {
        string large = _directory["tree/sub/deep/large"];
        byte[] content = File.ReadAllBytes(large);
        (await ScpAsync(isOurServer, large, $"host:{large}")).Ends();
        (await ScpAsync(isOurServer, $"host:{large}", large)).Ends();
        Assert.Equal(content, File.ReadAllBytes(large));
        foreach (string target in new[] { "over", "host:over" })
        {
            File.WriteAllBytes(_directory["over"], [.. content, .. content]);
            (await ScpAsync(isOurServer, target == "over" ? $"host:{large}" : large, target)).Ends();
            Assert.Equal(content, File.ReadAllBytes(_directory["over"]));
            (await ScpAsync(isOurServer, target == "over" ? "host:tree/empty" : "tree/empty", target)).Ends();
            Assert.Empty(File.ReadAllBytes(_directory["over"]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Zeros_are_written_over_what_is_there(bool isOurServer)
    {
        File.WriteAllBytes(_directory["zeros"], new byte[1 << 20]);
        foreach (string[] way in new string[][] { ["zeros", "host:target"], ["host:zeros", "target"], ["one:zeros", "two:target"] })
        {
            _directory.WriteRandom("target", 3 << 20);
            (await ScpAsync(isOurServer, way)).Ends();
            Assert.Equal(new byte[1 << 20], File.ReadAllBytes(_directory["target"]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_was_broken_off_goes_on_and_one_that_differs_is_left_alone(bool isOurServer)
    {
        byte[] content = File.ReadAllBytes(_directory["tree/sub/deep/large"]);
        Directory.CreateDirectory(_directory["back/sub/deep"]);
        File.WriteAllBytes(_directory["back/sub/deep/large"], content[..1_234_567]);
        File.WriteAllBytes(_directory["back/sub/block"], File.ReadAllBytes(_directory["tree/sub/block"]));
        (await ScpAsync(isOurServer, "--resume", "-r", "host:tree/.", "back")).Ends();
        Assert.Equal(Contents("tree"), Contents("back"));
        File.WriteAllBytes(_directory["back/sub/deep/large"], content[..99_999]);
        (await ScpAsync(isOurServer, "-ar", "tree/.", "host:back")).Ends();
        Assert.Equal(Contents("tree"), Contents("back"));
        File.WriteAllText(_directory["back/sub/block"], "differs");
        RunResult run = (await ScpAsync(isOurServer, "--resume", "-r", "tree/.", "host:back")).Ends(1);
        Assert.Contains("sub/block", run.Error, StringComparison.Ordinal);
        Assert.Equal("differs", File.ReadAllText(_directory["back/sub/block"]));
    }

    [Theory]
    [InlineData("INT", 1, "scp: Interrupted: copy has ")]
    [InlineData("SERVER", 255, "scp: Connection closed: copy has ")]
    public async Task A_copy_that_is_stopped_says_what_there_is_and_how_to_go_on(string how, int status, string told)
    {
        // A server that a test can end: its process id is in a file.
        string server = _directory.Write("server", $"#!/bin/sh\necho $$ >'{_directory["pid"]}'\nexec {Requires.Program("sftp-server")}\n");
        File.SetUnixFileMode(server, File.GetUnixFileMode(server) | UnixFileMode.UserExecute);
        string large = _directory["tree/sub/deep/large"];
        var start = new ProcessStartInfo(OurTools.Executable, ["scp", "-l", "800", "-D", server, $"host:{large}", "copy"]) { WorkingDirectory = _directory.Path, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        while (!(File.Exists(_directory["copy"]) && new FileInfo(_directory["copy"]).Length > 0)) await Task.Yield();
        string id = how == "INT" ? process.Id.ToString(CultureInfo.InvariantCulture) : File.ReadAllText(_directory["pid"]).Trim();
        (await Run.Async("/bin/kill", [how == "INT" ? "-INT" : "-KILL", id])).Ends();
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, process.ExitCode);
        Assert.StartsWith(told, error, StringComparison.Ordinal);
        Assert.EndsWith($". To go on: scp --resume -l 800 -D {server} host:{large} copy\n", error, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(_directory["copy"]).Length, 1, 3 << 20);
        (await OurTools.RunAsync("scp", ["--resume", "-D", server, $"host:{large}", "copy"], directory: _directory.Path)).Ends();
        Assert.Equal(File.ReadAllBytes(large), File.ReadAllBytes(_directory["copy"]));
    }

    [Theory]
    [InlineData("file host:/dev/null")]
    [InlineData("host:file /dev/null")]
    [InlineData("one:file two:/dev/null")]
    public async Task A_device_takes_what_is_written_to_it(string line) => (await ScpAsync(isOurServer: true, line.Split(' '))).Ends();

    [Fact]
    public async Task The_limits_of_rate_and_requests_are_obeyed_and_the_copy_is_the_same()
    {
        (await ScpAsync(isOurServer: false, "-l", "80000", "-X", "nrequests=2", "-X", "buffer=1000", "host:tree/sub/deep/large", "copy")).Ends();
        Assert.Equal(File.ReadAllBytes(_directory["tree/sub/deep/large"]), File.ReadAllBytes(_directory["copy"]));
    }

    private Task<RunResult> ScpAsync(bool isOurServer, params string[] arguments) => OurTools.RunAsync(
        "scp",
        ["-D", isOurServer ? OurTools.Program(_directory, "sftp-server") : Requires.Program("sftp-server"), .. arguments],
        directory: _directory.Path);

    private static string Sorted(string lines) => string.Join('\n', lines.ReplaceLineEndings("\n").Replace(Requires.Program("scp") + ":", "scp:", StringComparison.Ordinal).Split('\n').Order(StringComparer.Ordinal));

    private string Contents(string name, params string[] except) => string.Join('\n', Directory.EnumerateFiles(_directory[name], "*", SearchOption.AllDirectories)
        .Where(path => !except.Any(one => path == _directory[$"{name}/{one}"]))
        .Select(path => Path.GetRelativePath(_directory[name], path) + " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))))
        .Order(StringComparer.Ordinal));
}
