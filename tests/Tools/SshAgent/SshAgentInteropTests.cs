using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Tests.Interop;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tests.Tools.SshAgent;

/// <summary>ssh-agent as a program, with OpenSSH's ssh-add and our own client.</summary>
[Trait("Category", "Interop")]
public sealed class SshAgentInteropTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static string Program => Requires.PublishedTool("ssh-agent");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_the_background_it_keeps_keys_for_OpenSSHs_ssh_add_until_it_is_ended_A32()
    {
        using var home = new TemporaryDirectory();
        string[] lines = (await AgentAsync(home, [], "-s")).Ends().Output.Split('\n');
        string socket = lines[0]["SSH_AUTH_SOCK=".Length..lines[0].IndexOf(';')], pid = lines[1]["SSH_AGENT_PID=".Length..lines[1].IndexOf(';')];
        Assert.Equal([$"SSH_AUTH_SOCK={socket}; export SSH_AUTH_SOCK;", $"SSH_AGENT_PID={pid}; export SSH_AGENT_PID;", $"echo Agent pid {pid};", ""], lines);
        Assert.StartsWith($"{home.Path}/.ssh/agent/{AgentSocketName.HostPrefix}agent.", socket, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!));

        Assert.Equal("The agent has no identities.\n", (await AddAsync(socket, "-l")).Output);
        foreach (string kind in new[] { "ed25519", "ecdsa-256", "rsa-2048" }) (await AddAsync(socket, "-q", await StockKeys.UserAsync(kind))).Ends();
        foreach (string kind in new[] { "ed25519", "ecdsa-256", "rsa-2048" }) (await AddAsync(socket, "-T", await StockKeys.UserAsync(kind) + ".pub")).Ends();
        await using (AgentClient client = (await AgentClient.ConnectAsync(socket, Ct))!)
        {
            IReadOnlyList<AgentIdentity> keys = await client.ListAsync(Ct);
            Assert.Equal(["ed25519", "ecdsa-256", "rsa-2048"], keys.Select(key => key.Name));
            foreach (AgentIdentity key in keys)
            {
                string algorithm = key.PublicKey.SignatureAlgorithms[0];
                byte[] signature = await key.SignAsync(algorithm, new byte[] { 1 }, Ct);
                Assert.True(key.PublicKey.Verify(algorithm, [1], signature));
            }
        }

        (await AddAsync(socket, "-q", "-d", await StockKeys.UserAsync("ecdsa-256"))).Ends();
        (await AddAsync(socket, "-q", "-D")).Ends();
        RunResult killed = await AgentAsync(home, new() { ["SSH_AGENT_PID"] = pid }, "-k", "-c");
        Assert.Equal($"unsetenv SSH_AUTH_SOCK;\nunsetenv SSH_AGENT_PID;\necho Agent pid {pid} killed;\n", killed.Ends().Output);
        await UntilAsync(() => !File.Exists(socket));
    }

    [Fact]
    public async Task Around_a_command_it_hands_its_status_on_and_ends_with_it()
    {
        using var home = new TemporaryDirectory();
        RunResult done = await AgentAsync(home, new() { ["TMPDIR"] = home.Path }, "-T", "sh", "-c", "echo $SSH_AUTH_SOCK; ssh-add -l; exit 7");
        Assert.Equal(7, done.ExitStatus);
        string[] lines = done.Output.Split('\n');
        Assert.Equal("The agent has no identities.", lines[1]);
        string directory = Path.GetDirectoryName(lines[0])!;
        Assert.Equal(home.Path, Path.GetDirectoryName(directory));
        await UntilAsync(() => !Directory.Exists(directory));

        RunResult missing = await AgentAsync(home, new() { ["TMPDIR"] = home.Path }, "-T", "/nonexistent/program");
        Assert.Equal((1, "/nonexistent/program: No such file or directory\n"), (missing.ExitStatus, missing.Error));
        await UntilAsync(() => Directory.GetDirectories(home.Path, "ssh-*").Length == 0);
    }

    [Fact]
    public async Task In_the_foreground_signals_erase_the_keys_and_end_it()
    {
        using var home = new TemporaryDirectory();
        string socket = home["socket"];
        using Process agent = Start(home, Program, "-D", "-a", socket);
        Assert.Equal($"SSH_AUTH_SOCK={socket}; export SSH_AUTH_SOCK;", await agent.StandardOutput.ReadLineAsync(Ct));
        Assert.Equal($"echo Agent pid {agent.Id};", await agent.StandardOutput.ReadLineAsync(Ct));
        (await AddAsync(socket, "-q", await StockKeys.UserAsync("ed25519"))).Ends();
        RunResult second = await AgentAsync(home, [], "-D", "-a", socket);
        Assert.Equal((1, $"unix_listener: cannot bind to path {socket}: Address already in use\n"), (second.ExitStatus, second.Error));
        await SignalAsync(agent, "USR1");
        await using AgentClient client = (await AgentClient.ConnectAsync(socket, Ct))!;
        while ((await client.ListAsync(Ct)).Count > 0) await Task.Delay(20, Ct);
        await SignalAsync(agent, "TERM");
        await agent.WaitForExitAsync(Ct);
        Assert.Equal((2, false), (agent.ExitCode, File.Exists(socket)));
    }

    [Fact]
    public async Task A_socket_that_was_passed_on_is_served_and_left_to_its_maker()
    {
        using var home = new TemporaryDirectory();
        string socket = home["passed"];
        const string script = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); os.execv(sys.argv[2], ['ssh-agent', '-D'])
            """;
        using Process agent = Start(home, "/usr/bin/python3", "-c", script, socket, Program);
        Assert.Equal($"echo Agent pid {agent.Id};", await agent.StandardOutput.ReadLineAsync(Ct));
        Assert.Equal("The agent has no identities.\n", (await AddAsync(socket, "-l")).Output);
        await SignalAsync(agent, "TERM");
        await agent.WaitForExitAsync(Ct);
        Assert.Equal((0, true), (agent.ExitCode, File.Exists(socket)));
    }

    [Fact]
    public async Task Sockets_that_nobody_listens_at_are_removed_when_they_are_old()
    {
        using var home = new TemporaryDirectory();
        string agents = Directory.CreateDirectory(home[".ssh/agent"]).FullName;
        string ours = AgentSocketName.HostPrefix, file = Path.Join(agents, ours + "file");
        File.WriteAllText(file, "");
        using Socket living = Listen("living");
        foreach (string name in new[] { "old", "young" }) Listen(name).Dispose();
        Listen("old", "s.otherhosts.").Dispose();
        foreach (string path in Directory.GetFiles(agents).Where(path => !path.EndsWith("young", StringComparison.Ordinal))) File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-2));

        (await AgentAsync(home, [], "-u")).Ends();
        Assert.Equal([ours + "file", ours + "living", ours + "young", "s.otherhosts.old"], Names());
        (await AgentAsync(home, [], "-uu")).Ends();
        Assert.Equal([ours + "file", ours + "living", ours + "young"], Names());

        IEnumerable<string> Names() => Directory.GetFiles(agents).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

        Socket Listen(string name, string? prefix = null) =>
            UnixSocket.Listen(Path.Join(agents, (prefix ?? ours) + name), mode: 0b110_000_000, replaces: false, rights: null);
    }

    [Fact]
    public async Task Other_users_are_refused_whatever_the_modes_of_files_are_A32()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: connects as another user");
        using var home = new TemporaryDirectory();
        string socket = home["socket"], mine = home["mine"];
        File.SetUnixFileMode(home.Path, (UnixFileMode)0b111_111_111);
        using Process agent = Start(home, Program, "-D", "-a", socket);
        await agent.StandardOutput.ReadLineAsync(Ct);
        File.SetUnixFileMode(socket, (UnixFileMode)0b110_110_110);
        RunResult refused = await Run.Async("/usr/bin/setpriv", ["--reuid=nobody", "--clear-groups", "--", Requires.Program("ssh-add"), "-l"], environment: At(socket));
        Assert.Equal((1, "error fetching identities: communication with agent failed\n"), (refused.ExitStatus, refused.Error));
        Assert.Equal(1, (await AddAsync(socket, "-l")).ExitStatus);

        // Root may use anybody's; and what that user's other processes could read, the memory and a core, is root's too.
        using Process theirs = Start(home, "/usr/bin/setpriv", "--reuid=nobody", "--clear-groups", "--", Program, "-D", "-a", mine);
        await theirs.StandardOutput.ReadLineAsync(Ct);
        Assert.Equal(1, (await AddAsync(mine, "-l")).ExitStatus);
        Assert.Equal("0\n", (await Run.CleanAsync("/usr/bin/stat", ["-c", "%u", $"/proc/{theirs.Id}/mem"])).Ends().Output);
        foreach (Process each in new[] { agent, theirs })
        {
            await SignalAsync(each, "TERM");
            await each.WaitForExitAsync(Ct);
        }

        Assert.Contains("uid mismatch: peer euid 65534 != uid 0", await agent.StandardError.ReadToEndAsync(Ct), StringComparison.Ordinal);
    }

    private static Task<RunResult> AgentAsync(TemporaryDirectory home, Dictionary<string, string?> environment, params string[] arguments) =>
        Run.Async(Program, arguments, environment: new Dictionary<string, string?>(environment) { ["HOME"] = home.Path, ["SHELL"] = "/bin/sh" });

    private static Process Start(TemporaryDirectory home, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = home.Path;
        start.Environment["SHELL"] = "/bin/sh";
        return Process.Start(start)!;
    }

    private static Dictionary<string, string?> At(string socket) => new() { ["SSH_AUTH_SOCK"] = socket };

    private static Task<RunResult> AddAsync(string socket, params string[] arguments) => Run.Async("ssh-add", arguments, environment: At(socket));

    private static async Task SignalAsync(Process process, string signal) =>
        (await Run.CleanAsync("/bin/kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)])).Ends();

    private static async Task UntilAsync(Func<bool> isSo)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < Limit, "it did not come about");
            await Task.Delay(20, Ct);
        }
    }
}
