using System.Globalization;
using System.Security.Cryptography;

namespace Nacre.Tests.Interop;

/// <summary>Our ssh, as published, with Debian's sshd; where both ssh fail, ours says what OpenSSH's says.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class OurSshTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>
{
    private static string Ssh => Requires.PublishedTool("ssh");

    private string Destination => server.Sshd.Destination;

    [Theory]
    [MemberData(nameof(SharedSshd.KeyKinds), MemberType = typeof(SharedSshd))]
    public async Task It_logs_in_with_each_kind_of_key_and_gives_status_output_and_error(string kind)
    {
        RunResult result = await Run.CleanAsync(Ssh, [.. await server.Sshd.ClientArgumentsAsync(kind), Destination, "id -un; cat; echo wrong >&2; exit 42"], "given"u8.ToArray());

        Assert.Equal(($"{server.Sshd.User}\ngiven", "wrong\n"), (result.Ends(42).Output, result.Error));
    }

    [Fact]
    public async Task A_program_that_a_signal_ends_makes_it_end_with_255() => (await SshAsync("kill -TERM $$")).Ends(255);

    [Fact]
    public async Task It_asks_for_a_terminal_when_told_to_and_says_when_the_connection_is_closed()
    {
        RunResult result = await SshAsync("tty; exit 5", null, "-tt");

        Assert.Matches("^/dev/pts/[0-9]+\r\n$", result.Ends(5).Output);
        Assert.Equal("Connection to 127.0.0.1 closed.\n", result.Error.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shell_reads_its_commands_from_standard_input()
    {
        RunResult result = await Run.CleanAsync(Ssh, [.. await server.Sshd.ClientArgumentsAsync(), "-T", Destination], "echo $0; exit 6\n"u8.ToArray());

        Assert.Equal("-bash\n", result.Ends(6).Output);
    }

    [Fact]
    public async Task It_reads_nothing_with_n() => Assert.Equal("", (await SshAsync("cat", "unseen"u8.ToArray(), "-n")).Ends().Output);

    [Theory]
    [MemberData(nameof(SharedSshd.StreamFlags), MemberType = typeof(SharedSshd))]
    public async Task It_sends_and_gets_32_mebibytes_whole_with(string flags)
    {
        byte[] data = RandomNumberGenerator.GetBytes(SharedSshd.ManyBytes);

        RunResult result = await SshAsync("cat", data, flags.Split(' '));

        Assert.True(data.AsSpan().SequenceEqual(result.Ends().OutputBytes));
    }

    [Fact]
    public async Task The_stock_server_changes_keys_by_itself_while_32_mebibytes_go_both_ways()
    {
        await using StockSshd sshd = await StockSshd.StartAsync("RekeyLimit 1M");
        byte[] data = RandomNumberGenerator.GetBytes(SharedSshd.ManyBytes);

        RunResult result = await Run.CleanAsync(Ssh, [.. await sshd.ClientArgumentsAsync(), Destination, "cat"], data);

        Assert.True(data.AsSpan().SequenceEqual(result.Ends().OutputBytes));
        Assert.InRange(sshd.Log.Split("SSH2_MSG_NEWKEYS received").Length, 16, int.MaxValue);
    }

    [Fact]
    public async Task An_unknown_host_key_is_refused_in_batch_mode()
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = await StockClient.ArgumentsAsync(server.Sshd.Port, directory.Write("known_hosts", ""));
        string[] asking = [.. arguments.Select(argument => argument == "StrictHostKeyChecking=yes" ? "StrictHostKeyChecking=ask" : argument)];

        await SaysTheSameAsync([.. arguments, Destination, "true"], "Host key verification failed.");
        await SaysTheSameAsync([.. asking, Destination, "true"], "Host key verification failed.");
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("ask")]
    [InlineData("accept-new")]
    public async Task A_changed_host_key_is_warned_of_in_the_well_known_words(string strict)
    {
        using var directory = new TemporaryDirectory();
        string known = directory.Write("known_hosts", $"[127.0.0.1]:{Port} {await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub")}");
        string[] arguments = [.. (await StockClient.ArgumentsAsync(server.Sshd.Port, known)).Select(argument => argument == "StrictHostKeyChecking=yes" ? $"StrictHostKeyChecking={strict}" : argument)];

        await SaysTheSameAsync([.. arguments, "-o", "HostKeyAlgorithms=ssh-ed25519", Destination, "true"], "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!");
    }

    [Fact]
    public async Task A_new_host_key_is_kept_with_accept_new_and_trusted_the_next_time()
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = [.. (await StockClient.ArgumentsAsync(server.Sshd.Port, directory["known"])).Select(argument => argument == "StrictHostKeyChecking=yes" ? "StrictHostKeyChecking=accept-new" : argument)];

        RunResult first = await Run.CleanAsync(Ssh, [.. arguments, Destination, "true"]);
        RunResult second = await Run.CleanAsync(Ssh, [.. arguments, Destination, "true"]);
        RunResult stock = await Run.CleanAsync("ssh", [.. arguments, "-o", "StrictHostKeyChecking=yes", Destination, "true"]);

        Assert.Equal($"Warning: Permanently added '[127.0.0.1]:{Port}' (ED25519) to the list of known hosts.", first.Ends().Error.TrimEnd());
        Assert.Equal("", second.Ends().Error);
        stock.Ends();
    }

    [Fact]
    public async Task A_key_that_the_server_does_not_take_is_told_with_what_it_would_take()
    {
        await using StockSshd sshd = await StockSshd.StartAsync("AuthorizedKeysFile none");

        await SaysTheSameAsync([.. await sshd.ClientArgumentsAsync(), Destination, "true"], $"{Destination}: Permission denied (publickey).");
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_told()
    {
        int port = FreePort.Take();

        await SaysTheSameAsync(
            ["-F", "none", "-p", port.ToString(CultureInfo.InvariantCulture), "127.0.0.1", "true"],
            $"ssh: connect to host 127.0.0.1 port {port.ToString(CultureInfo.InvariantCulture)}: Connection refused");
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_told()
    {
        RunResult result = await Run.CleanAsync(Ssh, ["-F", "none", "no-such-host.invalid", "true"]);

        Assert.StartsWith("ssh: Could not resolve hostname no-such-host.invalid: ", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KexAlgorithms", "ecdh-sha2-nistp521", "ecdh-sha2-nistp256", "no matching key exchange method found")]
    [InlineData("Ciphers", "aes128-ctr", "aes256-ctr", "no matching cipher found")]
    public async Task What_both_cannot_agree_on_is_told_with_the_server_s_offer(string keyword, string theirs, string ours, string reason)
    {
        await using StockSshd sshd = await StockSshd.StartAsync($"{keyword} {theirs}");

        await SaysTheSameAsync(
            [.. await sshd.ClientArgumentsAsync(), "-o", $"{keyword}={ours}", Destination, "true"],
            $"Unable to negotiate with 127.0.0.1 port {sshd.Port.ToString(CultureInfo.InvariantCulture)}: {reason}. Their offer: {theirs}");
    }

    [Fact]
    public async Task Words_that_make_no_sense_end_with_255_and_the_usage()
    {
        RunResult result = await Run.CleanAsync(Ssh, ["-Z"]);

        Assert.Contains("usage: ssh ", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_written_is_told()
    {
        await SaysTheSameAsync(["-E", "/no/such/file", "-F", "none", "127.0.0.1", "true"], "Couldn't open logfile /no/such/file: No such file or directory", status: 1);
    }

    [Fact]
    public async Task An_endless_program_ends_when_its_reader_has_gone()
    {
        string ssh = $"{Ssh} {string.Join(' ', await server.Sshd.ClientArgumentsAsync())} {Destination}";

        RunResult result = await Run.CleanAsync("/bin/sh", ["-c", $"{ssh} 'cat /dev/zero' | head -c 5000000 | wc -c"]);

        Assert.Equal("5000000\n", result.Ends().Output);
    }

    [Theory]
    [InlineData("-L", "bad")]
    [InlineData("-R", "bad:x")]
    [InlineData("-c", "bad")]
    [InlineData("-m", "bad")]
    [InlineData("-p", "0")]
    [InlineData("-e", "bad")]
    [InlineData("-o", "Foo=1")]
    [InlineData("-o", "RemoteCommand=other")]
    [InlineData("-F", "/no/such/file")]
    public async Task What_it_cannot_take_it_says_as_openssh_does(params string[] flags) => await SaysTheSameAsync([.. flags, .. flags[0] == "-F" ? [] : new[] { "-F", "none" }, "127.0.0.1", "true"], "");

    [Theory]
    [InlineData("-q")]
    [InlineData("-oLogLevel=FATAL")]
    [InlineData("-i/no/such/key")]
    public async Task What_it_says_of_a_failure_is_what_openssh_says_with(string flag) =>
        await SaysTheSameAsync(["-F", "none", flag, "-p", FreePort.Take().ToString(CultureInfo.InvariantCulture), "127.0.0.1", "true"], "");

    [Fact]
    public async Task The_passphrase_of_a_key_is_asked_for_by_ssh_askpass()
    {
        using var directory = new TemporaryDirectory();
        string key = directory["key"];
        File.Copy(await StockKeys.UserAsync("ed25519"), key);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await Run.CleanAsync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", key])).Ends();
        string askpass = directory.Write("askpass", $"#!/bin/sh\necho \"$1\" >{directory["asked"]}\necho 'open sesame'\necho 'and no more'\n");
        File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] arguments = [.. (await server.Sshd.ClientArgumentsAsync()).Select(argument => argument == "BatchMode=yes" ? "BatchMode=no" : argument.EndsWith("user-ed25519", StringComparison.Ordinal) ? key : argument)];
        var environment = new Dictionary<string, string?> { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force" };

        RunResult result = await Run.Async(Ssh, [.. arguments, Destination, "echo in"], environment: environment);

        Assert.Equal("in\n", result.Ends().Output);
        Assert.Equal($"Enter passphrase for key '{key}': \n", await File.ReadAllTextAsync(directory["asked"]));
    }

    [Fact]
    public async Task A_subsystem_is_reached_by_its_name()
    {
        RunResult result = await Run.CleanAsync(Ssh, [.. await server.Sshd.ClientArgumentsAsync(), "-s", Destination, "echo"], "echoed"u8.ToArray());

        Assert.Equal("echoed", result.Ends().Output);
    }

    [Fact]
    public async Task A_server_that_ends_the_connection_makes_it_end_with_255()
    {
        RunResult result = await SshAsync("kill -9 $PPID");

        Assert.Contains("Connection to 127.0.0.1 closed by remote host.", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forward_that_cannot_listen_ends_it_only_when_told_so()
    {
        using var taken = new Greeter("taken");
        string forward = $"127.0.0.1:{taken.Port}:127.0.0.1:9";

        RunResult lenient = await SshAsync("echo on", null, "-L", forward);
        RunResult strict = await SshAsync("echo on", null, "-o", "ExitOnForwardFailure=yes", "-L", forward);
        RunResult remote = await SshAsync("echo on", null, "-R", forward);
        RunResult half = await SshAsync("echo on", null, "-L", $"{taken.Port}:127.0.0.1:9");

        Assert.Equal("on\n", lenient.Ends().Output);
        Assert.Contains($"bind [127.0.0.1]:{taken.Port}: Address already in use", lenient.Error, StringComparison.Ordinal);
        Assert.EndsWith("Could not request local forwarding.\n", lenient.Error, StringComparison.Ordinal);
        Assert.Equal("on\n", half.Ends().Output);
        Assert.Contains($"bind [127.0.0.1]:{taken.Port}: Address already in use", half.Error, StringComparison.Ordinal);
        Assert.Equal("", strict.Ends(255).Output);
        Assert.Equal("on\n", remote.Ends().Output);
        Assert.Contains($"Warning: remote port forwarding failed for listen port {taken.Port}", remote.Error, StringComparison.Ordinal);
    }

    private string Port => server.Sshd.Port.ToString(CultureInfo.InvariantCulture);

    private Task<RunResult> SshAsync(string command, byte[]? input = null, params string[] flags) => server.Sshd.OurSshAsync(command, input, flags);

    /// <summary>Runs both clients, which shall end with the same status and the same lines on standard error, among them <paramref name="expected"/>.</summary>
    private static async Task SaysTheSameAsync(string[] arguments, string expected, int status = 255)
    {
        RunResult theirs = await Run.CleanAsync("ssh", arguments);
        RunResult ours = await Run.CleanAsync(Ssh, arguments);

        Assert.Contains(expected, theirs.Ends(status).Error, StringComparison.Ordinal);
        Assert.Equal(Lines(theirs), Lines(ours.Ends(status)));
    }

    // OpenSSH ends most lines by CR LF and some by LF.
    private static string Lines(RunResult result) => result.Error.Replace("\r", "", StringComparison.Ordinal);
}
