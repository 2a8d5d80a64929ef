using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as published, with PuTTY's plink and psftp, Dropbear's dbclient and Python's paramiko.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class OtherClientTests(SharedSshd.Ours server) : IClassFixture<SharedSshd.Ours>
{
    private const string Command = "cat; echo wrong >&2; exit 42";

    public static TheoryData<string> Kinds => [.. StockKeys.Kinds];

    private static string User => TestUser.Name;

    private string Port => server.Sshd.Port.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Plink_runs_a_command_with_each_kind_of_key(string kind)
    {
        using var directory = new TemporaryDirectory();

        RunResult result = await Run.CleanAsync("plink", [.. await PuttyArgumentsAsync(directory, kind), "-T", server.Sshd.Destination, Command], "given"u8.ToArray(), directory.Path);

        Assert.Equal(("given", "wrong\n"), (result.Ends(42).Output, result.Error));
    }

    [Fact]
    public async Task Plink_compresses_and_asks_for_a_terminal()
    {
        using var directory = new TemporaryDirectory();

        RunResult result = await Run.CleanAsync("plink", [.. await PuttyArgumentsAsync(directory), "-C", "-t", "-no-antispoof", server.Sshd.Destination, "tty"], home: directory.Path);

        Assert.Matches("^/dev/pts/[0-9]+\r\n$", result.Ends().Output);
    }

    [Fact]
    public async Task Plink_refuses_another_host_key()
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = [.. (await PuttyArgumentsAsync(directory)).Select(argument => argument.StartsWith("SHA256:", StringComparison.Ordinal) ? "SHA256:" + new string('A', 43) : argument)];

        RunResult result = await Run.CleanAsync("plink", [.. arguments, server.Sshd.Destination, "true"], home: directory.Path);

        Assert.Contains("Host key", result.Ends(1).Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Psftp_puts_and_gets_a_file_whole()
    {
        using var directory = new TemporaryDirectory();
        string far = directory.Open("far");
        string near = directory.WriteRandom("near", 5_000_000);
        string batch = directory.Write("batch", $"put {near} {far}/there\nls {far}\nget {far}/there {directory["back"]}\n");

        RunResult result = await Run.CleanAsync("psftp", [.. await PuttyArgumentsAsync(directory), "-b", batch, server.Sshd.Destination], home: directory.Path);

        Assert.Contains("there", result.Ends().Output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(near), await File.ReadAllBytesAsync(directory["back"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Dbclient_runs_a_command_with_each_kind_of_key(string kind)
    {
        using var directory = new TemporaryDirectory();

        RunResult result = await Run.CleanAsync("dbclient", [.. await DropbearArgumentsAsync(directory, kind), "-T", server.Sshd.Destination, Command], "given"u8.ToArray(), directory.Path);

        Assert.Equal("given", result.Ends(42).Output);
        Assert.EndsWith("wrong\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dbclient_sends_and_gets_much_data_whole()
    {
        using var directory = new TemporaryDirectory();
        byte[] data = await File.ReadAllBytesAsync(directory.WriteRandom("data", 8_000_000));

        RunResult result = await Run.CleanAsync("dbclient", [.. await DropbearArgumentsAsync(directory), "-T", server.Sshd.Destination, "cat"], data, directory.Path);

        Assert.True(data.AsSpan().SequenceEqual(result.Ends().OutputBytes));
    }

    // Both close the channel as soon as both directions have ended.
    [Theory]
    [InlineData("plink")]
    [InlineData("dbclient")]
    public async Task A_program_that_ends_long_after_its_output_has_its_status_told(string program)
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = program == "plink" ? await PuttyArgumentsAsync(directory) : await DropbearArgumentsAsync(directory);

        RunResult result = await Run.CleanAsync(program, [.. arguments, "-T", server.Sshd.Destination, "exec >&- 2>&-; sleep 1; exit 7"], home: directory.Path);

        result.Ends(7);
    }

    [Fact]
    public async Task Paramiko_runs_commands_a_shell_sftp_a_rekey_and_a_forward()
    {
        using var directory = new TemporaryDirectory();
        using var greeter = new Greeter("welcome");
        string shared = directory.Open("shared");
        string script = Path.Join(Repository.Root, "tests", "scripts", "paramiko_login.py");

        RunResult result = await Run.CleanAsync(
            await Requires.ParamikoAsync(),
            [script, Port, User, await StockKeys.UserAsync("ed25519"), server.Sshd.KnownHosts, shared, greeter.Port.ToString(CultureInfo.InvariantCulture)],
            home: directory.Path);

        Assert.Equal(
            """
            exec: given wrong 42
            shell: True 4
            sftp: True True ['back', 'far', 'near'] True
            rekey: True 0
            forward: welcome

            """,
            result.Ends().Output);
    }

    /// <summary>The arguments for plink and psftp: a key in PuTTY's format, and the host key by its fingerprint.</summary>
    private async Task<string[]> PuttyArgumentsAsync(TemporaryDirectory directory, string kind = "ed25519")
    {
        string key = directory["user.ppk"];
        (await Run.CleanAsync("puttygen", [await StockKeys.UserAsync(kind), "-O", "private", "-o", key], home: directory.Path)).Ends();
        List<string> arguments = ["-batch", "-noagent", "-P", Port, "-i", key];
        foreach (string hostKind in StockKeys.Kinds)
        {
            string line = (await Run.CleanAsync("ssh-keygen", ["-l", "-f", await StockKeys.HostAsync(hostKind) + ".pub"])).Ends().Output;
            arguments.AddRange(["-hostkey", line.Split(' ')[1]]);
        }

        return [.. arguments];
    }

    /// <summary>The arguments for dbclient: a key in Dropbear's format, and no check of the host key: known_hosts would be that of whoever runs the tests.</summary>
    private async Task<string[]> DropbearArgumentsAsync(TemporaryDirectory directory, string kind = "ed25519")
    {
        string key = directory["user.dropbear"];
        (await Run.CleanAsync("dropbearconvert", ["openssh", "dropbear", await StockKeys.UserAsync(kind), key])).Ends();
        return ["-y", "-y", "-p", Port, "-i", key];
    }
}
