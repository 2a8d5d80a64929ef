using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Interop;

/// <summary>Our ssh reads the files of a real machine: ones that are no configuration, and commands that never end.</summary>
[Trait("Category", "Interop")]
public sealed class SshConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<RunResult> DumpAsync(string config, string host = "host") =>
        OurTools.RunAsync("ssh", ["-F", _directory.Write("config", config), "-G", host]);

    [Fact]
    public async Task A_28_A_file_that_includes_itself_is_an_error_with_its_line()
    {
        string path = _directory["config"];
        RunResult result = await DumpAsync($"Port 5\nInclude {path}\n");
        Assert.Equal($"{path} line 2: Too many recursive configuration includes\n", result.Ends(255).Error);
    }

    [Fact]
    public async Task A_28_A_pipe_is_an_error_with_the_line_that_includes_it()
    {
        string fifo = _directory["fifo"];
        (await Run.Async("mkfifo", [fifo])).Ends();
        RunResult result = await DumpAsync($"# first\nInclude {fifo}\n");
        Assert.Equal($"{_directory["config"]} line 2: {fifo}: not a regular file; a configuration is not read from directories, pipes or devices\n", result.Ends(255).Error);
        Assert.Contains("not a regular file", (await OurTools.RunAsync("ssh", ["-F", fifo, "-G", "host"])).Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_28_A_file_of_a_gibibyte_is_an_error_with_the_line_that_includes_it()
    {
        string large = _directory["large"];
        using (FileStream file = File.Create(large))
            file.SetLength(1L << 30);
        RunResult result = await DumpAsync($"Include {large}\n");
        Assert.Equal($"{_directory["config"]} line 1: {large}: larger than 1048576 bytes; check that it is a configuration\n", result.Ends(255).Error);
    }

    [Fact]
    public async Task Match_asks_the_machine_and_the_shell()
    {
        RunResult result = await DumpAsync("""
            Match exec "sh -c 'echo seen; test %n = host'" localnetwork 127.0.0.0/8
              User exec-said-yes
            Match !exec false version Nacre_* sessiontype shell command ""
              Port 99
            """);
        Assert.Contains("user exec-said-yes\n", result.Ends().Output, StringComparison.Ordinal);
        Assert.Contains("port 99\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("seen", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task Match_knows_the_command_of_the_command_line()
    {
        string config = _directory.Write("config", "Match command \"git-*\" sessiontype exec\n  User git\n");
        Assert.Contains("user git\n", (await OurTools.RunAsync("ssh", ["-F", config, "-G", "host", "git-upload-pack", "x"])).Ends().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_of_Match_exec_that_hangs_can_be_interrupted()
    {
        string config = _directory.Write("config", "Match exec \"echo started >&2; sleep 1000\"\n  Port 1\n");
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        ChildProcess ssh;
        using (writing)
        {
            ssh = Spawn.Start(new ProgramStart
            {
                Path = OurTools.Executable,
                Arguments = [OurTools.Executable, "ssh", "-F", config, "-G", "host"],
                Output = writing,
                Error = writing,
                LeadsGroup = true,
            });
        }

        using var limit = new CancellationTokenSource(Run.Limit);
        using var said = new StreamReader(new DescriptorStream(reading));
        Assert.Equal("started", await said.ReadLineAsync(limit.Token));
        // As at a terminal, Ctrl-C reaches the whole process group.
        Assert.True(ssh.Signal(UnixSignal.INT));
        Assert.NotEqual(0, (await ssh.Exited.WaitAsync(limit.Token)).ShellStatus);
        Assert.Equal("", await said.ReadToEndAsync(limit.Token));
    }

    [Fact]
    public async Task A_short_name_of_this_machine_is_made_canonical()
    {
        RunResult result = await OurTools.RunAsync("ssh", ["-F", _directory.Write("config", "CanonicalizeHostname yes\nMatch canonical host localhost\nPort 7\n"), "-G", "localhost"]);
        Assert.Contains("port 7\n", result.Ends().Output, StringComparison.Ordinal);
        RunResult missing = await OurTools.RunAsync("ssh", ["-F", "none", "-o", "CanonicalizeHostname=yes", "-o", "CanonicalizeFallbackLocal=no", "-o", "CanonicalDomains=invalid", "-G", "none"]);
        Assert.Equal("ssh: Could not resolve host \"none\"\n", missing.Ends(255).Error);
    }

    [Fact]
    public async Task A_key_exchange_that_quantum_computers_could_undo_is_warned_of()
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        string[] arguments = [.. await sshd.ClientArgumentsAsync()];

        RunResult warned = await OurTools.RunAsync("ssh", [.. arguments, "-o", "KexAlgorithms=curve25519-sha256", sshd.Destination, "true"]);
        Assert.StartsWith("** WARNING: connection is not using a post-quantum key exchange algorithm.\n", warned.Ends().Error, StringComparison.Ordinal);
        Assert.Equal("", (await OurTools.RunAsync("ssh", [.. arguments, "-o", "KexAlgorithms=curve25519-sha256", "-o", "WarnWeakCrypto=no-pq-kex", sshd.Destination, "true"])).Ends().Error);
        Assert.Equal("", (await OurTools.RunAsync("ssh", [.. arguments, sshd.Destination, "true"])).Ends().Error);
    }

    [Fact]
    public async Task What_goes_to_the_background_by_the_command_line_reads_its_configuration_once()
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        string config = _directory.Write("config", $"Match exec \"echo read >> {_directory["read"]}\"\n");

        RunResult result = await Run.CleanAsync(Requires.PublishedTool("ssh"), [.. await sshd.ClientArgumentsAsync(), "-F", config, "-f", sshd.Destination, "echo there"]);

        Assert.Equal("there\n", result.Ends().Output);
        Assert.Equal("read\n", await File.ReadAllTextAsync(_directory["read"]));
    }
}
