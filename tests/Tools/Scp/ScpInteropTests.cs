using System.Security.Cryptography;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.Scp;

/// <summary>The old protocol between our scp and OpenSSH's, either at either end. What stands for ssh runs the command here.</summary>
[Trait("Category", "Interop")]
public sealed class ScpInteropTests : IDisposable
{
    private static readonly string[] Names = ["plain", " two  blanks ", "q'uo\"te", "dollar$HOME", "back`tick", "üñí😀", "tab\there", "line\nend", "-dash", "star*[a]?", "back\\slash", "{a,b}"];

    private readonly TemporaryDirectory _directory = new();

    public ScpInteropTests()
    {
        Directory.CreateDirectory(_directory["tree/sub/deep"]);
        Directory.CreateDirectory(_directory["tree/hollow"]);
        _directory.WriteRandom("tree/empty", 0);
        _directory.WriteRandom("tree/one", 1);
        _directory.WriteRandom("tree/sub/block", 32768);
        _directory.WriteRandom("tree/sub/deep/large", (3 << 20) + 7);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_tree_goes_there_and_back(bool isOurClient, bool isOurServer)
    {
        File.SetUnixFileMode(_directory["tree/one"], (UnixFileMode)Convert.ToInt32("640", 8));
        File.SetLastWriteTimeUtc(_directory["tree/one"], DateTime.UnixEpoch.AddSeconds(1_234_567_890));
        File.SetLastWriteTimeUtc(_directory["tree/sub"], DateTime.UnixEpoch.AddSeconds(1_034_567_890));
        (await ScpAsync(isOurClient, isOurServer, "-r", "tree", $"host:{_directory["there"]}")).Ends();
        (await ScpAsync(isOurClient, isOurServer, "-rp", "tree", $"host:{_directory["kept"]}")).Ends();
        (await ScpAsync(isOurClient, isOurServer, "-rp", $"host:{_directory["kept"]}", "back")).Ends();
        Assert.Equal(Contents("tree"), Contents("there"));
        Assert.Equal(Contents("tree"), Contents("back"));
        Assert.True(Directory.Exists(_directory["back/hollow"]));
        foreach (string name in new[] { "one", "sub" })
        {
            Assert.Equal(File.GetLastWriteTimeUtc(_directory[$"tree/{name}"]), File.GetLastWriteTimeUtc(_directory[$"back/{name}"]));
            Assert.Equal(File.GetUnixFileMode(_directory[$"tree/{name}"]), File.GetUnixFileMode(_directory[$"back/{name}"]));
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Names_of_all_kinds_go_there_and_back(bool isOurClient, bool isOurServer)
    {
        Directory.CreateDirectory(_directory["names/in"]);
        foreach (string name in Names) _directory.Write("names/in/" + name, name);
        (await ScpAsync(isOurClient, isOurServer, "-r", "names", $"host:{_directory["there"]}")).Ends();
        (await ScpAsync(isOurClient, isOurServer, "-r", $"host:{_directory["there"]}", "back")).Ends();

        // A line end cannot be sent: both write it out, and the second time what they wrote.
        string[] expected = [.. Names.Select(name => name == "line\nend" ? @"line\^Jend" : name).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, Directory.EnumerateFiles(_directory["back/in"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal("q'uo\"te", File.ReadAllText(_directory["back/in/q'uo\"te"]));
    }

    [Theory]
    [InlineData("nofile host:x")]
    [InlineData("host:{}/nofile x")]
    [InlineData("tree/one tree/empty host:{}/tree/one")]
    [InlineData("host:{}/tree/one host:{}/tree/empty tree/one")]
    [InlineData("host:{}/tree/one host:{}/tree/empty nodir")]
    [InlineData("host:{}/tree x")]
    [InlineData("tree host:{}/x")]
    [InlineData("tree/one host:/nodir/x")]
    [InlineData("host:{}/tree/one /nodir/x")]
    [InlineData("host:{}/tree/one tree/one/below")]
    [InlineData("-r host:. x")]
    [InlineData("host:{}/tree/{one,empty} tree/sub")]
    [InlineData("host:{}/tree/* tree/sub")]
    [InlineData("tree/one tree/nofile tree/empty host:{}/tree/sub")]
    [InlineData("tree/one host:{}/tree/sub/./")]
    [InlineData("nofile1 nofile2")]
    [InlineData("scp://host:x/a x")]
    [InlineData("x scp://host:x/a")]
    public async Task What_fails_is_said_as_OpenSSH_says_it(string line)
    {
        string[] words = line.Replace("{}", _directory.Path, StringComparison.Ordinal).Split(' ');
        RunResult stock = await ScpAsync(isOurClient: false, isOurServer: false, words);
        foreach (bool isOurServer in new[] { true, false })
        {
            RunResult ours = (await ScpAsync(isOurClient: true, isOurServer, words)).Ends(stock.ExitStatus);
            Assert.Equal(Sorted(stock.Error), Sorted(ours.Error));
        }
    }

    [Theory]
    [InlineData("-O -S /nonexistent tree/one host:x", 1)]
    [InlineData("-O -S /bin/false tree/one host:x", 1)]
    [InlineData("-R -S /bin/false one:x two:y", 1)]
    [InlineData("-R one:x scp://two:33/y", 255)]
    [InlineData("-P x a b", 255)]
    [InlineData("-Z a b", 1)]
    public async Task Without_a_connection_it_ends_as_OpenSSHs_does(string line, int status)
    {
        RunResult stock = (await Run.Async("scp", line.Split(' '), directory: _directory.Path)).Ends(status);
        RunResult ours = (await OurTools.RunAsync("scp", line.Split(' '), directory: _directory.Path)).Ends(status);

        // It names itself as it was called.
        string told = stock.Error.Replace(Requires.Program("scp") + ":", "scp:", StringComparison.Ordinal).Split("usage:")[0];
        Assert.Equal(told.ReplaceLineEndings("\n").Replace("\n\n", "\n", StringComparison.Ordinal), ours.Error.Split("usage:")[0]);
    }

    [Fact]
    public async Task A_source_that_says_nothing_is_a_lost_connection()
    {
        RunResult run = (await OurTools.RunAsync("scp", ["-O", "-S", "/bin/false", "host:x", "y"], directory: _directory.Path)).Ends(1);
        Assert.Contains(run.Error, (string[])["", "lost connection\n"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_machines_copy_by_way_of_this_one(bool isOurServer)
    {
        (await ScpAsync(isOurClient: true, isOurServer, "-3", "-r", $"one:{_directory["tree"]}", $"other:{_directory["there"]}")).Ends();
        Assert.Equal(Contents("tree"), Contents("there"));
        (await ScpAsync(isOurClient: true, isOurServer, $"one:{_directory["nofile"]}", $"other:{_directory["x"]}")).Ends(1);
    }

    [Fact]
    public async Task Two_machines_copy_by_themselves_when_told_to()
    {
        RunResult run = (await OurTools.RunAsync("scp", ["-R", "-r", "-C", "-S", "/bin/echo", "me@one:a*", "b:c", "you@[::2]:d"])).Ends();
        Assert.Equal("-x -oClearAllForwardings=yes -n -C -l me -- one scp -r -d a* you@[::2]:d\n-x -oClearAllForwardings=yes -n -C -- b scp -r -d c you@[::2]:d\n", run.Output);
    }

    [Theory]
    [InlineData("-O -P 22 -4 -A -B -C -q -v -c aes -F f -i k -J j -o A=b x me@[::1]:y", "-4 -A -oBatchMode=yes -C -q -v -c aes -F f -i k -J j -o A=b -oForwardAgent=no -p 22 -l me -- ::1 scp -v -t y")]
    [InlineData("x me@host:-y", "-oForwardAgent=no -l me -s -- host sftp")]
    [InlineData("-O x host:-y", "-oForwardAgent=no -- host scp -t -- -y")]
    [InlineData("-Orp x y scp://me@host:23//tmp", "-oForwardAgent=no -p 23 -l me -- host scp -r -p -d -t /tmp")]
    public async Task The_flags_reach_ssh(string line, string expected)
    {
        _directory.Write("x", "");
        _directory.Write("y", "");
        string ssh = Program("print", "printf '%s ' \"$@\" >&2; echo >&2");
        RunResult run = await OurTools.RunAsync("scp", ["-S", ssh, .. line.Split(' ')], directory: _directory.Path);
        Assert.Contains("-x -oPermitLocalCommand=no -oClearAllForwardings=yes -oRemoteCommand=none -oRequestTTY=no " + expected + " \n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil ../x", false)]
    [InlineData("evil /tmp/x", false)]
    [InlineData("evil extra", false)]
    [InlineData("evil one", true)]
    public async Task A_server_that_sends_what_was_not_asked_for_makes_nothing(string said, bool isTaken)
    {
        string name = said["evil ".Length..];
        _directory.Open("target");
        string ssh = Program("evil", $"printf 'C0600 2 {name}\\nX\\n\\0'; head -c 3 >/dev/null");
        (await OurTools.RunAsync("scp", ["-O", "-S", ssh, "host:one", _directory["target"]], directory: _directory["target"])).Ends(isTaken ? 0 : 1);
        Assert.Equal(isTaken ? ["one"] : [], Directory.EnumerateFileSystemEntries(_directory["target"]).Select(path => Path.GetFileName(path)));
        Assert.False(File.Exists(_directory["x"]));
        if (name != "extra") return;
        (await OurTools.RunAsync("scp", ["-O", "-T", "-S", ssh, "host:one", _directory["target"]])).Ends();
        Assert.True(File.Exists(_directory["target/extra"]));
    }

    private Task<RunResult> ScpAsync(bool isOurClient, bool isOurServer, params string[] arguments)
    {
        // The last argument is the command line for the shell of the other side.
        string scp = isOurServer ? $"'{OurTools.Executable}' scp" : Requires.Program("scp");
        string ssh = Program("ssh", $"for word; do :; done\nscp() {{ {scp} \"$@\"; }}\neval \"$word\"");
        return isOurClient
            ? OurTools.RunAsync("scp", ["-O", "-S", ssh, .. arguments], directory: _directory.Path)
            : Run.Async("scp", ["-O", "-S", ssh, .. arguments], directory: _directory.Path);
    }

    private string Program(string name, string script)
    {
        string path = _directory.Write(name, "#!/bin/bash\n" + script + "\n");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
        return path;
    }

    private static string Sorted(string lines) => string.Join('\n', lines.ReplaceLineEndings("\n").Split('\n').Order(StringComparer.Ordinal));

    private string Contents(string name) => string.Join('\n', Directory.EnumerateFiles(_directory[name], "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_directory[name], path) + " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))))
        .Order(StringComparer.Ordinal));
}
