using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as published, with OpenSSH's ssh, scp and sftp.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class OurSshdTests(SharedSshd.Ours server) : IClassFixture<SharedSshd.Ours>
{
    [Theory]
    [MemberData(nameof(SharedSshd.KeyKinds), MemberType = typeof(SharedSshd))]
    public async Task Stock_ssh_logs_in_with_each_kind_of_key_and_gets_status_output_and_error(string kind)
    {
        RunResult result = await Run.CleanAsync(
            "ssh", [.. await server.Sshd.ClientArgumentsAsync(kind), server.Sshd.Destination, "cat; echo wrong >&2; exit 42"], "given"u8.ToArray());

        Assert.Equal(("given", "wrong\n"), (result.Ends(42).Output, result.Error));
        await server.Sshd.SaysAsync($"Accepted publickey for {TestUser.Name} from 127.0.0.1");
    }

    [Fact]
    public async Task A_command_runs_with_the_ids_groups_home_and_shell_of_the_user()
    {
        const string command = "id; umask; pwd; echo $HOME $USER $LOGNAME $SHELL; echo $0";
        await using StockSshd stock = await StockSshd.StartAsync();
        RunResult theirs = await Run.CleanAsync("ssh", [.. await stock.ClientArgumentsAsync(), server.Sshd.Destination, command]);

        RunResult ours = await server.Sshd.StockSshAsync(command);

        Assert.Equal(theirs.Ends().Output, ours.Ends().Output);
        Assert.Equal(TestUser.IsRoot, !ours.Output.Contains("uid=0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_inherits_no_descriptor_and_no_ignored_or_blocked_signal_of_the_server()
    {
        RunResult result = await server.Sshd.StockSshAsync("ls /proc/self/fd; grep -E '^Sig(Blk|Ign):' /proc/self/status");

        Assert.Equal("0\n1\n2\n3\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", result.Ends().Output);
    }

    [Fact]
    public async Task A_program_that_a_signal_ends_makes_ssh_end_with_255()
    {
        RunResult result = await server.Sshd.StockSshAsync("kill -TERM $$", null, "-v");

        Assert.Contains("exit-signal", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_at_a_terminal_has_its_name_its_size_and_a_login()
    {
        RunResult result = await Run.CleanAsync(
            "ssh", [.. await server.Sshd.ClientArgumentsAsync(), "-tt", server.Sshd.Destination], "unset HISTFILE; tty; echo name=$0; exit 9\n"u8.ToArray());

        Assert.Matches("\n/dev/pts/[0-9]+\r\n", result.Ends(9).Output);
        Assert.Contains("name=-", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminals_and_modes_are_those_that_the_client_asked_for()
    {
        RunResult result = await server.Sshd.StockSshAsync("tty; stty -a; echo $TERM", null, "-tt", "-o", "SetEnv=TERM=vt220");

        Assert.Matches("^/dev/pts/[0-9]+\r\n", result.Ends().Output);
        Assert.EndsWith("vt220\r\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("speed", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SharedSshd.StreamFlags), MemberType = typeof(SharedSshd))]
    public async Task Stock_ssh_sends_and_gets_32_mebibytes_whole_with(string flags)
    {
        byte[] data = RandomNumberGenerator.GetBytes(SharedSshd.ManyBytes);

        RunResult result = await server.Sshd.StockSshAsync("cat", data, flags.Split(' '));

        Assert.True(data.AsSpan().SequenceEqual(result.Ends().OutputBytes));
    }

    [Fact]
    public async Task Our_server_changes_keys_by_itself_while_32_mebibytes_go_both_ways()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("RekeyLimit 1M");
        byte[] data = RandomNumberGenerator.GetBytes(SharedSshd.ManyBytes);

        RunResult result = await sshd.StockSshAsync("cat", data, "-v");

        Assert.True(data.AsSpan().SequenceEqual(result.Ends().OutputBytes));
        Assert.InRange(result.Error.Split("SSH2_MSG_NEWKEYS received").Length, 16, int.MaxValue);
    }

    [Fact]
    public async Task The_stock_scp_copies_files_and_trees_both_ways()
    {
        using var directory = new TemporaryDirectory();
        string far = directory.Open("far");
        Directory.CreateDirectory(directory["tree/deep"]);
        directory.WriteRandom("tree/first", 3_000_000);
        directory.WriteRandom("tree/deep/second", 1);
        directory.WriteRandom("tree/deep/empty", 0);
        string[] arguments = ["-q", "-r", .. await server.Sshd.ClientArgumentsAsync(portFlag: "-P")];

        (await Run.CleanAsync("scp", [.. arguments, directory["tree"], $"{server.Sshd.Destination}:{far}/"])).Ends();
        (await Run.CleanAsync("scp", [.. arguments, $"{server.Sshd.Destination}:{far}/tree", directory["back"]])).Ends();

        foreach (string name in (string[])["first", "deep/second", "deep/empty"])
        {
            Assert.Equal(await HashAsync(directory["tree/" + name]), await HashAsync(directory["back/" + name]));
        }
    }

    [Fact]
    public async Task The_stock_sftp_does_the_everyday_things()
    {
        using var directory = new TemporaryDirectory();
        string far = directory.Open("far");
        string near = directory.WriteRandom("near", 5_000_000);
        string batch = directory.Write("batch", $"""
            mkdir {far}/new
            cd {far}/new
            put {near} first
            chmod 640 first
            rename first second
            symlink second link
            ls -la
            get link {directory["back"]}
            -rm missing
            rm link
            rm second
            cd ..
            rmdir new
            pwd
            """);

        RunResult result = await Run.CleanAsync("sftp", [.. await server.Sshd.ClientArgumentsAsync(portFlag: "-P"), "-b", batch, server.Sshd.Destination]);

        Assert.Equal(await HashAsync(near), await HashAsync(directory["back"]));
        Assert.Matches("-rw-r----- .* second\n", result.Ends().Output);
        Assert.Contains($"Remote working directory: {far}", result.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(far));
    }

    [Fact]
    public async Task A_missing_file_is_told_by_its_name_and_the_status()
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = [.. await server.Sshd.ClientArgumentsAsync(portFlag: "-P")];

        RunResult scp = await Run.CleanAsync("scp", [.. arguments, $"{server.Sshd.Destination}:/no/such/file", directory["x"]]);
        RunResult sftp = await Run.CleanAsync("sftp", [.. arguments, "-b", directory.Write("batch", "get /no/such/file\n"), server.Sshd.Destination]);

        Assert.Contains("/no/such/file: No such file or directory", scp.Ends(1).Error, StringComparison.Ordinal);
        Assert.Contains("File \"/no/such/file\" not found.", sftp.Ends(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stock_ssh_joins_its_standard_streams_to_a_far_port_and_is_told_when_there_is_none()
    {
        using var greeter = new Greeter("welcome");
        string[] arguments = [.. await server.Sshd.ClientArgumentsAsync()];

        RunResult open = await Run.CleanAsync("ssh", [.. arguments, "-W", $"127.0.0.1:{greeter.Port}", server.Sshd.Destination]);
        RunResult closed = await Run.CleanAsync("ssh", [.. arguments, "-W", $"127.0.0.1:{FreePort.Take()}", server.Sshd.Destination]);

        Assert.Equal("welcome", open.Ends().Output);
        Assert.Contains("open failed: connect failed", closed.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_does_not_exist_is_refused_as_one_whose_key_is_wrong()
    {
        using var directory = new TemporaryDirectory();
        (await Run.CleanAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", directory["stranger"]])).Ends();
        string[] arguments = [.. (await server.Sshd.ClientArgumentsAsync()).Select(argument => argument.EndsWith("user-ed25519", StringComparison.Ordinal) ? directory["stranger"] : argument)];

        foreach (string user in (string[])[TestUser.Name, "nosuchuser"])
        {
            RunResult result = await Run.CleanAsync("ssh", [.. arguments, $"{user}@127.0.0.1", "true"]);
            Assert.Equal($"{user}@127.0.0.1: Permission denied (publickey).\r\n", result.Ends(255).Error);
        }

        await server.Sshd.SaysAsync("Invalid user nosuchuser from 127.0.0.1 port ");
        await server.Sshd.SaysAsync("Connection closed by invalid user nosuchuser 127.0.0.1");
    }

    [Fact]
    public async Task What_a_match_block_asks_of_a_user_is_asked()
    {
        using var directory = new TemporaryDirectory();
        string both = directory.Write("both", $"Match User {TestUser.Name}\nAuthenticationMethods publickey,publickey\n");
        string less = directory.Write("less", $"Match User {TestUser.Name}\nMaxSessions 0\n");
        await using OurSshd strict = await OurSshd.StartAsync($"Include {both}");
        await using OurSshd narrow = await OurSshd.StartAsync($"Include {less}");

        RunResult oneKey = await strict.StockSshAsync("true", null, "-v");
        RunResult noSession = await narrow.StockSshAsync("true");

        Assert.Contains("Authenticated using \"publickey\" with partial success.", oneKey.Ends(255).Error, StringComparison.Ordinal);
        Assert.Contains("Permission denied (publickey).", oneKey.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, noSession.ExitStatus);
    }

    [Fact]
    public async Task A_match_block_may_permit_variables_and_forbid_terminals_for_a_user()
    {
        using var directory = new TemporaryDirectory();
        string rules = directory.Write("rules", $"Match User {TestUser.Name}\nPermitTTY no\nAcceptEnv GIVEN\n");
        await using OurSshd sshd = await OurSshd.StartAsync($"Include {rules}");

        RunResult terminal = await sshd.StockSshAsync("tty", null, "-tt");
        RunResult variables = await sshd.StockSshAsync("echo $GIVEN $OTHER", null, "-o", "SetEnv=GIVEN=yes OTHER=no");

        Assert.Contains("PTY allocation request failed", terminal.Ends(255).Error, StringComparison.Ordinal);
        Assert.Equal("yes\n", variables.Ends().Output);
    }

    [Fact]
    public async Task A_variable_of_the_client_is_the_program_s_alone()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("AcceptEnv *");

        RunResult result = await sshd.StockSshAsync(":", null, "-o", "SetEnv=LD_PRELOAD=/no/such.so");

        // The dynamic linker complains once for each program that is started with it: the shell, and not the launcher, which may be root.
        Assert.Single(result.Ends().Error.Split("LD_PRELOAD")[1..]);
    }

    [Fact]
    public async Task No_variable_of_the_clients_reaches_a_program_but_those_that_are_accepted_A83()
    {
        string[] names =
        [
            "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_DEBUG", "LD_BIND_NOW", "LIBPATH", "SHLIB_PATH", "GCONV_PATH", "NLSPATH", "LOCPATH", "HOSTALIASES", "RESOLV_HOST_CONF", "TZ", "TERMCAP", "TERMINFO",
            "TERMPATH", "BASH_ENV", "ENV", "PS4", "IFS", "CDPATH", "SHELLOPTS", "GLOBIGNORE", "PERL5LIB", "PERL5OPT", "PYTHONPATH", "PYTHONSTARTUP", "RUBYOPT", "RUBYLIB", "NODE_OPTIONS", "GODEBUG", "GIT_SSH_COMMAND",
            "GIT_EXEC_PATH", "JAVA_TOOL_OPTIONS", "DOTNET_STARTUP_HOOKS", "MALLOC_CHECK_", "MALLOC_TRACE", "EDITOR", "LANG", "LC_ALL",
        ];
        string sent = "SetEnv=" + string.Join(' ', names.Select(name => $"{name}=x-of-the-client"));
        await using OurSshd none = await OurSshd.StartAsync();
        await using OurSshd locale = await OurSshd.StartAsync("AcceptEnv LANG LC_*");

        Assert.DoesNotContain("x-of-the-client", (await none.StockSshAsync("env", null, "-o", sent)).Ends().Output, StringComparison.Ordinal);
        Assert.Equal("LANG=x-of-the-client\nLC_ALL=x-of-the-client\n", (await locale.StockSshAsync("env | grep x-of-the-client | sort", null, "-o", sent)).Ends().Output);
    }

    [Fact]
    public async Task A_forced_command_is_told_what_was_asked_for_a_subsystem_s_command_too_A83()
    {
        string[] settings = ["ForceCommand echo \"asked: $SSH_ORIGINAL_COMMAND\"", "Subsystem other /bin/other"];
        await using StockSshd stock = await StockSshd.StartAsync(settings);
        await using OurSshd ours = await OurSshd.StartAsync(settings);

        foreach (string[] asked in (string[][])[["ls /"], ["-s", "other"]])
        {
            string[] flags = asked[..^1], command = asked[^1..];
            RunResult theirs = await Run.CleanAsync("ssh", [.. await stock.ClientArgumentsAsync(), .. flags, ours.Destination, .. command]);
            RunResult mine = await Run.CleanAsync("ssh", [.. await ours.ClientArgumentsAsync(), .. flags, ours.Destination, .. command]);
            Assert.Equal(theirs.Ends().Output, mine.Ends().Output);
        }
    }

    [Fact]
    public async Task An_endless_program_ends_when_its_reader_has_gone()
    {
        // OpenSSH's own ssh tells only servers of its own kind that it reads no more.
        string ssh = $"{Requires.PublishedTool("ssh")} {string.Join(' ', await server.Sshd.ClientArgumentsAsync())} {server.Sshd.Destination}";

        RunResult result = await Run.CleanAsync("/bin/sh", ["-c", $"{ssh} 'cat /dev/zero' | head -c 5000000 | wc -c"]);

        Assert.Equal("5000000\n", result.Ends().Output);
    }

    [Fact]
    public async Task The_server_goes_on_after_a_client_that_talks_something_else()
    {
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Sshd.Port);
            await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            using var answer = new MemoryStream();
            await socket.GetStream().CopyToAsync(answer);
            string said = System.Text.Encoding.Latin1.GetString(answer.ToArray());
            Assert.StartsWith("SSH-2.0-Nacre", said, StringComparison.Ordinal);
            Assert.EndsWith("Invalid SSH identification string.\r\n", said, StringComparison.Ordinal);
        }

        Assert.Equal("on\n", (await server.Sshd.StockSshAsync("echo on")).Ends().Output);
    }

    [Fact]
    public async Task Our_ssh_logs_in_to_our_sshd_by_every_key_exchange_that_it_lists()
    {
        string[] names = (await Run.CleanAsync(Requires.PublishedTool("ssh"), ["-Q", "kex"])).Ends().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await using OurSshd sshd = await OurSshd.StartAsync($"KexAlgorithms {string.Join(',', names)}");
        Assert.Contains("mlkem768x25519-sha256", names);
        foreach (string name in names)
        {
            Assert.Equal($"{name}\n", (await sshd.OurSshAsync($"echo {name}", null, "-o", $"KexAlgorithms={name}")).Ends().Output);
        }
    }

    private static async Task<string> HashAsync(string path) => Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(path)));
}
