using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nacre.Tests.Interop;

/// <summary>A shared connection: our ssh and OpenSSH's as each other's master and client, and with themselves.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class SharedConnectionTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>, IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _masters = [];

    /// <summary>Who is the master, and who the client.</summary>
    public static TheoryData<string, string> Pairs => new() { { "ours", "ours" }, { "ours", "stock" }, { "stock", "ours" } };

    private string ControlPath => _directory["control"];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(ControlPath))
        {
            foreach (string master in _masters) await Run.CleanAsync(ProgramOf(master), ["-F", "none", "-S", ControlPath, "-O", "exit", "host"]);
        }

        _directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_command_gets_its_input_and_gives_output_error_and_status(string master, string client)
    {
        await StartAsync(master);
        RunResult result = await Run.CleanAsync(ProgramOf(client), ["-F", "none", "-S", ControlPath, "host", "cat; echo wrong >&2; exit 42"], "given"u8.ToArray());
        Assert.Equal(("given", "wrong\n"), (result.Ends(42).Output, result.Error));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Thirty_two_mebibytes_go_both_ways_whole(string master, string client)
    {
        await StartAsync(master);
        byte[] data = System.Security.Cryptography.RandomNumberGenerator.GetBytes(SharedSshd.ManyBytes);
        RunResult result = await Run.CleanAsync(ProgramOf(client), ["-F", "none", "-S", ControlPath, "host", "cat"], data);
        Assert.True(data.AsSpan().SequenceEqual(result.Ends().OutputBytes));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_terminal_is_given_where_it_is_asked_for(string master, string client)
    {
        await StartAsync(master);
        RunResult result = await ClientAsync(client, "-tt", "host", "tty; exit 5");
        Assert.Matches("^/dev/pts/[0-9]+\r?\n$", result.Ends(5).Output);
        Assert.Equal("Shared connection to host closed.\n", result.Error.Replace("\r", "", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_terminal_at_the_server_gets_the_size_of_the_clients_and_follows_it(string master, string client)
    {
        await StartAsync(master);
        string script = _directory.Write("resize.py", """
            import fcntl, os, pty, struct, sys, termios
            pid, terminal = pty.fork()
            if pid == 0:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 90, 0, 0))
                os.execv(sys.argv[1], sys.argv[1:])
            def until(word):
                seen = b''
                while word not in seen:
                    seen += os.read(terminal, 4096)
            until(b'started 30 90')
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 41, 133, 0, 0))
            until(b'resized 41 133')
            os.write(terminal, b'\r~.')
            while True:
                try:
                    if not os.read(terminal, 4096): break
                except OSError: break
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """);
        const string command = "trap 'echo resized $(stty size)' WINCH; echo started $(stty size); while :; do sleep 0.05; done";

        RunResult result = await Run.CleanAsync("python3", [script, ProgramOf(client), "-F", "none", "-S", ControlPath, "-tt", "host", command]);

        result.Ends(255);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_variable_goes_where_both_ends_send_it(string master, string client)
    {
        await using StockSshd sshd = await StockSshd.StartAsync("AcceptEnv SHARED_*");
        await StartAsync(master, sshd, "-oSendEnv=SHARED_*");
        RunResult result = await ClientAsync(client, "-oSetEnv=SHARED_NAME=value", "host", "echo $SHARED_NAME");
        Assert.Equal("value\n", result.Ends().Output);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Standard_input_and_output_are_joined_to_a_host_behind(string master, string client)
    {
        await StartAsync(master);
        RunResult result = await Run.CleanAsync(ProgramOf(client), ["-F", "none", "-S", ControlPath, "-W", $"127.0.0.1:{server.Sshd.Port}", "host"], "SSH-2.0-none\r\n"u8.ToArray());
        Assert.StartsWith("SSH-2.0-OpenSSH", result.Ends().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Forwards_of_each_kind_begin_and_end(string master, string client)
    {
        await StartAsync(master);
        int port = FreePort.Take(), socks = FreePort.Take();
        string target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Sshd.Port}");
        string local = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:{target}"), path = $"{_directory["near"]}:{target}";

        foreach (string[] forward in (string[][])[["-L", local], ["-L", path], ["-D", socks.ToString(CultureInfo.InvariantCulture)], ["-R", $"127.0.0.1:0:{target}"]])
        {
            RunResult begun = await ClientAsync(client, ["-O", "forward", .. forward, "host"]);
            begun.Ends();
            if (forward[0] == "-R") Assert.Matches("^[0-9]+\n$", begun.Output);
            (await ClientAsync(client, ["-O", "forward", .. forward, "host"])).Ends();
        }

        Assert.StartsWith("SSH-2.0-", await GreetingAsync(port), StringComparison.Ordinal);
        (await ClientAsync(client, "-O", "cancel", "-L", local, "host")).Ends();
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => GreetingAsync(port));
        (await ClientAsync(client, "-O", "cancel", "-L", path, "host")).Ends();
        (await ClientAsync(client, "-O", "cancel", "-D", socks.ToString(CultureInfo.InvariantCulture), "host")).Ends();
        RunResult again = await ClientAsync(client, "-O", "cancel", "-L", local, "host");
        Assert.Contains("port not forwarded", again.Ends().Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Check_tells_the_master_and_exit_ends_it(string master, string client)
    {
        await StartAsync(master);
        RunResult check = await ClientAsync(client, "-O", "check", "host");
        Match told = Regex.Match(check.Ends().Error, "^Master running \\(pid=([0-9]+)\\)\r\n$");
        Assert.True(told.Success, check.Error);
        using Process process = Process.GetProcessById(int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture));

        Assert.Equal("Exit request sent.\r\n", (await ClientAsync(client, "-O", "exit", "host")).Ends().Error);

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(ControlPath));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Over_a_proxy_sessions_and_forwards_of_both_directions_are_as_ever(string master, string client)
    {
        using var greeter = new Greeter("from here");
        await StartAsync(master);
        int far = FreePort.Take(), near = FreePort.Take();
        string[] forwards = ["-R", $"127.0.0.1:{far}:127.0.0.1:{greeter.Port}", "-L", $"127.0.0.1:{near}:127.0.0.1:{far}"];

        RunResult result = await Run.CleanAsync(
            ProgramOf(client), ["-F", "none", "-S", ControlPath, "-O", "proxy", .. forwards, "host", $"cat; bash -c 'cat </dev/tcp/127.0.0.1/{far}; cat </dev/tcp/127.0.0.1/{near}'; exit 7"], "given "u8.ToArray());

        Assert.Equal("given from herefrom here", result.Ends(7).Output);
    }

    [Fact]
    public async Task Conninfo_and_channels_tell_of_the_master_s_connection()
    {
        await StartAsync("ours");
        RunResult connection = await ClientAsync("ours", "-O", "conninfo", "host");
        RunResult channels = await ClientAsync("ours", "-O", "channels", "host");

        Assert.Matches(
            "^Connection information for 127.0.0.1 pid [0-9]+\r\n  connection to [^\r]+\r\n  duration [0-9:]+\r\n  kexalgorithm [a-z0-9@.-]+\r\n  hostkeyalgorithm [a-z0-9@.-]+\r\n"
            + "  cipher [a-z0-9@.-]+\r\n  mac (<implicit>|[a-z0-9@.-]+)\r\n  compression none\r\n  rekey 1.0 GiB 01:00:00\r\n  traffic [^\r]+ in, [^\r]+ out\r\n$",
            connection.Ends().Output);
        Assert.StartsWith("The following connections are open:\r\n", channels.Ends().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task After_stop_a_session_goes_on_and_the_master_leaves_with_it(string master, string client)
    {
        await StartAsync(master);
        string go = _directory["go"], begun = _directory["begun"];
        (await Run.CleanAsync("mkfifo", ["-m", "666", go, begun])).Ends();
        Task<RunResult> session = ClientAsync(client, "host", $"echo begun > {begun}; cat {go}");
        Assert.Equal("begun\n", await File.ReadAllTextAsync(begun));
        using Process process = await MasterProcessAsync(client);

        Assert.Equal("Stop listening request sent.\r\n", (await ClientAsync(client, "-O", "stop", "host")).Ends().Error);
        Assert.False(File.Exists(ControlPath));
        await File.WriteAllTextAsync(go, "done");

        Assert.Equal("done", (await session).Ends().Output);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("stock")]
    public async Task The_first_session_leaves_a_master_behind_with_ControlPersist(string client)
    {
        _masters.Add("ours");
        string[] sharing = ["-oControlMaster=auto", "-oControlPersist=yes", "-S", ControlPath];
        RunResult first = await Run.CleanAsync(ProgramOf("ours"), [.. await server.Sshd.ClientArgumentsAsync(), .. sharing, server.Sshd.Destination, "cat; exit 3"], "given"u8.ToArray());
        Assert.Equal(("given", ""), (first.Ends(3).Output, first.Error));

        Assert.Equal("there\n", (await ClientAsync(client, "-oControlMaster=auto", "host", "echo there")).Ends().Output);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ControlPath));
    }

    [Fact]
    public async Task A_master_leaves_when_ControlPersist_has_run_out()
    {
        string[] sharing = ["-oControlMaster=auto", "-oControlPersist=1", "-S", ControlPath];
        (await server.Sshd.OurSshAsync("true", null, sharing)).Ends();
        using Process process = await MasterProcessAsync("ours");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(ControlPath));
    }

    [Theory]
    [InlineData("-oControlPersist=yes", "true")]
    [InlineData("-MNf", "")]
    public async Task A_master_that_is_told_to_end_takes_its_socket_away(string kind, string command)
    {
        (await server.Sshd.OurSshAsync(command, null, kind, "-oControlMaster=auto", "-S", ControlPath)).Ends();
        using Process process = await MasterProcessAsync("stock");

        (await Run.CleanAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])).Ends();

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(ControlPath));
    }

    [Fact]
    public async Task A_session_that_begins_in_the_background_shares_the_connection_too()
    {
        _masters.Add("ours");
        string[] sharing = ["-f", "-oControlMaster=auto", "-oControlPersist=yes", "-S", ControlPath];
        RunResult result = await server.Sshd.OurSshAsync("echo there", null, sharing);
        Assert.Equal("there\n", result.Ends().Output);
        (await ClientAsync("stock", "-O", "check", "host")).Ends();
    }

    [Fact]
    public async Task Sftp_and_scp_go_through_the_master_without_a_login()
    {
        await StartAsync("ours");
        string source = _directory.WriteRandom("source", 3_000_000), far = _directory.Open("far"), back = _directory["back"];
        string batch = _directory.Write("batch", $"put {source} {far}/there\nget {far}/there {back}\n");
        string[] shared = ["-q", "-F", "none", $"-oControlPath={ControlPath}"];

        (await Run.CleanAsync(Requires.PublishedTool("sftp"), [.. shared, "-b", batch, "host"])).Ends();
        (await Run.CleanAsync(Requires.PublishedTool("scp"), [.. shared, $"host:{far}/there", back + "2"])).Ends();

        (await Run.CleanAsync("cmp", [source, back])).Ends();
        (await Run.CleanAsync("cmp", [source, back + "2"])).Ends();
    }

    [Fact]
    public async Task Sftp_is_the_master_while_it_runs()
    {
        string output = _directory["output"];
        string batch = _directory.Write("batch", $"!{Requires.Program("ssh")} -F none -S {ControlPath} host 'echo through' > {output}\n");

        (await Run.CleanAsync(Requires.PublishedTool("sftp"), [.. await server.Sshd.ClientArgumentsAsync(portFlag: "-P"), "-oControlMaster=yes", $"-oControlPath={ControlPath}", "-b", batch, server.Sshd.Destination])).Ends();

        Assert.Equal("through\n", await File.ReadAllTextAsync(output));
        Assert.False(File.Exists(ControlPath));
    }

    [Theory]
    [InlineData("ours", "yes", 0)]
    [InlineData("ours", "no", 255)]
    [InlineData("stock", "yes", 0)]
    public async Task A_master_that_asks_opens_what_the_person_permits(string client, string answer, int status)
    {
        string askpass = _directory.Write("askpass", $"#!/bin/sh\necho \"$1\" >> {_directory["asked"]}\necho {answer}\n");
        File.SetUnixFileMode(askpass, File.GetUnixFileMode(askpass) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var environment = new Dictionary<string, string?> { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force" };
        _masters.Add("ours");
        (await Run.Async(ProgramOf("ours"), [.. WithoutBatchMode(await server.Sshd.ClientArgumentsAsync()), "-MMNf", "-S", ControlPath, server.Sshd.Destination], environment: environment)).Ends();

        (await ClientAsync(client, "-O", "stop", "host")).Ends(status);

        Assert.StartsWith("Disable further multiplexing on shared connection to 127.0.0.1?", await File.ReadAllTextAsync(_directory["asked"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("exit")]
    [InlineData("stop")]
    [InlineData("forward")]
    public async Task Without_a_master_both_say_so_in_the_same_words(string command)
    {
        string[] arguments = ["-F", "none", "-S", ControlPath, "-O", command, "host"];
        RunResult ours = await Run.CleanAsync(ProgramOf("ours"), arguments), stock = await Run.CleanAsync(ProgramOf("stock"), arguments);
        Assert.Equal((stock.ExitStatus, stock.Error.Replace("\r", "", StringComparison.Ordinal)), (ours.ExitStatus, ours.Error.Replace("\r", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stale_socket_is_replaced_by_a_new_master()
    {
        _masters.Add("ours");
        using (var stale = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            stale.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_directory["stale"]));
            File.Move(_directory["stale"], ControlPath);
        }

        (await server.Sshd.OurSshAsync("true", null, "-oControlMaster=auto", "-oControlPersist=yes", "-S", ControlPath)).Ends();
        (await ClientAsync("stock", "-O", "check", "host")).Ends();
    }

    private static string ProgramOf(string who) => who == "ours" ? Requires.PublishedTool("ssh") : Requires.Program("ssh");

    private static IEnumerable<string> WithoutBatchMode(string[] arguments)
    {
        int at = Array.IndexOf(arguments, "BatchMode=yes");
        return arguments.Where((_, index) => index != at && index != at - 1);
    }

    private async Task StartAsync(string who, TestSshd? sshd = null, params string[] flags)
    {
        _masters.Add(who);
        sshd ??= server.Sshd;
        (await Run.CleanAsync(ProgramOf(who), [.. await sshd.ClientArgumentsAsync(), .. flags, "-MNf", "-S", ControlPath, sshd.Destination])).Ends();
    }

    private Task<RunResult> ClientAsync(string who, params string[] arguments) => Run.CleanAsync(ProgramOf(who), ["-F", "none", "-S", ControlPath, .. arguments]);

    private static async Task<string> GreetingAsync(int port)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync() ?? "";
    }

    private async Task<Process> MasterProcessAsync(string client)
    {
        RunResult check = await ClientAsync(client, "-O", "check", "host");
        return Process.GetProcessById(int.Parse(Regex.Match(check.Ends().Error, "pid=([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture));
    }
}
