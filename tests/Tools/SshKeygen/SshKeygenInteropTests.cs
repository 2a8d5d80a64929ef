using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>The same command lines given to our ssh-keygen and to OpenSSH's, over the same files: they say the same and end the same.</summary>
[Trait("Category", "Interop")]
public sealed class SshKeygenInteropTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] Files = ["clear", "locked", "rsa", "pem", "lines", "nokey", "open"];

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string, string> Commands
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string file in Files)
            {
                rows.Add($"-l -f @/{file}", "");
                if (file != "open") rows.Add($"-lv -f @/{file}", "");
                rows.Add($"-l -E md5 -f @/{file}", "");
                rows.Add($"-B -f @/{file}", "");
                if (file is not ("lines" or "nokey")) rows.Add($"-y -f @/{file}", "sesame street\n");
            }

            foreach (string command in (string[])[
                "-y -f @/missing", "-l -f @/missing", "-p -f @/missing", "-c -f @/missing", "-l -f @/clear.pub", "-l -E sha3 -f @/clear",
                "-y -P wrong -f @/locked", "-y -P sesame -f @/clear", "-p -P wrong -N x -f @/locked", "-c -P wrong -C x -f @/locked",
                "-m foo -f @/new", "-q -t rsa -b 1024 -N abcd -m PEM -f @/new", "-p -N abcd -m PKCS8 -f @/rsa", "-c -C x -m PEM -f @/rsa",
                "-l -E sha512 -f @/clear", "-y -n name -I id -O clear -V +1d -z 3 -h -U -f @/clear", "-t ed25519 -N x -f ", "-t ed25519 -N x -f /dev/null", "-t ed25519 -N x -f @",
                "-t dss -f @/new", "-t rsa -b 512 -f @/new", "-t rsa -b 20000 -f @/new", "-t ecdsa -b 255 -f @/new", "-t rsa -b x -f @/new", "-t rsa -b 0 -f @/new",
                "-t rsa -b -1 -f @/new", "-t rsa -b 4294967295 -f @/new", "-t rsa -b 4294967296 -f @/new", "-a 0 -f @/new", "-a many -f @/new", "-Z rot13 -f @/new", "-t ed25519 -N x -f @/missing/new", "-t ed25519 -N x -f @/clear"])
            {
                rows.Add(command, "");
            }

            rows.Add("-y -f @/locked", "wrong\n");
            rows.Add("-y -f @/locked", "");
            rows.Add("-t ed25519 -N x -f @/clear", "n\n");
            rows.Add("-p -f @/locked", "wrong\n");
            rows.Add("-p -f @/locked", "sesame street\na\nb\n");
            rows.Add("-c -f @/locked", "sesame street\n");
            rows.Add("-c -f @/locked", "sesame street\nlocked one\n");
            return rows;
        }
    }

    public async ValueTask InitializeAsync()
    {
        await MakeAsync("clear", "-t", "ed25519", "-N", "");
        await MakeAsync("locked", "-t", "ecdsa", "-N", "sesame street", "-C", "locked one");
        await MakeAsync("rsa", "-t", "rsa", "-b", "1024", "-N", "", "-C", "");
        await MakeAsync("pem", "-t", "rsa", "-b", "1024", "-N", "", "-m", "PEM");
        await MakeAsync("open", "-t", "ed25519", "-N", "");
        File.SetUnixFileMode(_directory["open"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.Delete(_directory["open.pub"]);
        string[] parts = File.ReadAllText(_directory["clear.pub"]).TrimEnd().Split(' ');
        string key = $"{parts[0]} {parts[1]}";
        _directory.Write("lines", $"# comment\n\n{key} # note\n\thost.example,10.0.0.1 {key}\n  {key} mine\nfrom=\"a b\",command=\"x \\\" y\" {key} theirs\nnonsense {key[..40]}\n");
        _directory.Write("nokey", "root:x:0:0:root:/root:/bin/bash\n");
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Both_say_the_same(string command, string input)
    {
        string[] args = command.Replace("@", _directory.Path, StringComparison.Ordinal).Split(' ');
        KeygenRun stock = await KeygenRun.StockAsync(input, args);
        KeygenRun ours = KeygenRun.Ours(input, args);
        Assert.Equal(stock, ours);
    }

    [Theory]
    [InlineData("-p -N new -P sesame\u00a0street -f @/locked")]
    [InlineData("-p -N new -f @/clear")]
    [InlineData("-c -C fresh -f @/clear")]
    [InlineData("-c -C fresh -f @/pem")]
    [InlineData("-p -N new -f @/pem")]
    [InlineData("-p -N  -m PEM -f @/rsa")]
    [InlineData("-c -C  -f @/clear")]
    public async Task Both_change_a_key_in_the_same_words(string command)
    {
        string[] args = [.. command.Replace("@", _directory.Path, StringComparison.Ordinal).Split(' ').Select(word => word.Replace('\u00a0', ' '))];
        string file = args[^1];
        File.Copy(file, _directory["saved"]);
        KeygenRun stock = (await KeygenRun.StockAsync("", args)).Ends();
        File.Copy(_directory["saved"], file, overwrite: true);
        Assert.Equal(stock, KeygenRun.Ours("", args).Ends());
        KeygenRun reread = await KeygenRun.StockAsync("new\n", "-y", "-f", file);
        Assert.Equal(0, reread.Status);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("RSA")]
    [InlineData("rsa-sha2-256")]
    [InlineData("ecdsa-sha2-nistp384")]
    public async Task Both_make_a_key_in_the_same_words(string type)
    {
        string[] args = ["-t", type, "-N", "", "-C", "me", "-f", _directory["new"]];
        string stock = Shape((await KeygenRun.StockAsync("", args)).Ends().Output);
        File.Delete(_directory["new"]);
        string ours = Shape(KeygenRun.Ours("", args).Ends().Output);
        Assert.Equal(stock, ours);
    }

    [Fact]
    public async Task A_link_is_written_through_though_it_is_named_without_a_directory()
    {
        File.CreateSymbolicLink(_directory["link"], "linked");
        (await OurTools.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "link"], directory: _directory.Path)).Ends();
        (await OurTools.RunAsync("ssh-keygen", ["-q", "-p", "-N", "other", "-a", "1", "-f", "link"], directory: _directory.Path)).Ends();
        Assert.Equal("linked", new FileInfo(_directory["link"]).LinkTarget);
        string shown = (await KeygenRun.StockAsync("", "-y", "-P", "other", "-f", _directory["linked"])).Ends().Output;
        Assert.Equal(File.ReadAllText(_directory["link.pub"]), shown);
    }

    [Fact]
    public async Task A_passphrase_on_the_command_line_need_not_be_text()
    {
        string Command(string program, string flags) => $"exec {program} {flags} \"$(printf '\\377\\376')\" -f {_directory["odd"]}";
        (await Run.Async("sh", ["-c", Command(Requires.Program("ssh-keygen"), "-q -t ed25519 -a 1 -N")])).Ends();
        RunResult shown = (await Run.Async("sh", ["-c", Command($"'{OurTools.Executable}' ssh-keygen", "-y -P")])).Ends();
        Assert.Equal(File.ReadAllText(_directory["odd.pub"]), shown.Output);
        (await Run.Async("sh", ["-c", Command($"'{OurTools.Executable}' ssh-keygen", "-p -N '' -P")])).Ends();
        Assert.Equal(shown.Output, (await KeygenRun.StockAsync("", "-y", "-f", _directory["odd"])).Ends().Output);
    }

    /// <summary>What is printed without what differs between any two keys.</summary>
    private static string Shape(string output) => string.Join('\n', output.Split('\n').Select(line =>
        line.StartsWith("SHA256:", StringComparison.Ordinal) ? $"SHA256:{line[50..]}" : line.StartsWith('|') ? $"|{line.Length}|" : line));

    private async Task MakeAsync(string name, params string[] args) =>
        (await KeygenRun.StockAsync("", ["-q", "-a", "1", "-f", _directory[name], .. args])).Ends();
}
