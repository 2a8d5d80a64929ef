using System.Diagnostics;
using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd as root: which process has which rights, and what the loss of one costs.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class PrivilegeTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private OurSshd _sshd = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: privileges are kept apart only where there are any");
        _sshd = await OurSshd.StartAsync();
    }

    public ValueTask DisposeAsync() => _sshd is null ? ValueTask.CompletedTask : _sshd.DisposeAsync();

    [Fact]
    public async Task The_gate_has_no_rights_no_files_and_few_system_calls()
    {
        (await _sshd.StockSshAsync("true")).Ends();
        int gate = await ChildAsync("sshd-gate");

        Dictionary<string, string> status = StatusOf(gate);
        Assert.DoesNotContain("0", status["Uid"].Split('\t'));
        Assert.DoesNotContain("0", status["Gid"].Split('\t'));
        Assert.Equal(0UL, Convert.ToUInt64(status["CapEff"], 16) | Convert.ToUInt64(status["CapPrm"], 16));
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("2", status["Seccomp"]);
        foreach (string task in Directory.GetDirectories($"/proc/{gate}/task")) Assert.Contains("Seccomp:\t2", await File.ReadAllTextAsync($"{task}/status", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("/run/sshd", new FileInfo($"/proc/{gate}/root").LinkTarget);
    }

    [Fact]
    public async Task A_session_has_its_users_ids_and_no_others()
    {
        await using var waiting = BackgroundSsh.Start("ssh", [.. await _sshd.ClientArgumentsAsync(), "-N", _sshd.Destination]);
        int session = await ChildAsync($"sshd-session {TestUser.Name}");

        Dictionary<string, string> status = await StatusAsync(session, "Uid", TestUser.Id.ToString(CultureInfo.InvariantCulture));
        Assert.All(status["Uid"].Split('\t'), id => Assert.Equal(TestUser.Id.ToString(CultureInfo.InvariantCulture), id));
        Assert.Equal(0UL, Convert.ToUInt64(status["CapEff"], 16) | Convert.ToUInt64(status["CapPrm"], 16));
    }

    [Fact]
    public async Task One_process_serves_a_user_who_logs_in_again()
    {
        (await _sshd.StockSshAsync("true")).Ends();
        int first = await ChildAsync($"sshd-session {TestUser.Name}");
        (await _sshd.StockSshAsync("true")).Ends();

        Assert.Equal([first], _sshd.Children($"sshd-session {TestUser.Name}"));
    }

    [Fact]
    public async Task Killing_the_gate_ends_no_session_and_keeps_nobody_out()
    {
        using Process cat = await StartCatAsync();
        int gate = await ChildAsync("sshd-gate");
        Kill(gate);
        await UntilAsync(() => _sshd.Log.Contains("takes its place", StringComparison.Ordinal));

        (await _sshd.StockSshAsync("true")).Ends();
        Assert.NotEqual(gate, await ChildAsync("sshd-gate"));
        Assert.Equal("still here", await EchoAsync(cat, "still here"));
    }

    [Fact]
    public async Task Those_who_come_and_go_at_terminals_at_once_do_not_harm_each_other()
    {
        using Process cat = await StartCatAsync();
        for (int round = 0; round < 5; round++)
        {
            RunResult[] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _sshd.StockSshAsync("true", null, "-tt")));
            Assert.All(results, result => result.Ends());
        }

        Assert.Equal("still here", await EchoAsync(cat, "still here"));
    }

    [Fact]
    public async Task Killing_a_session_process_ends_that_users_connections_alone()
    {
        using Process cat = await StartCatAsync();
        RunResult other = await Run.CleanAsync("ssh", [.. await _sshd.ClientArgumentsAsync(), "root@127.0.0.1", $"kill -KILL {await ChildAsync($"sshd-session {TestUser.Name}")}; sleep 0.2; echo done"]);

        Assert.Equal("done\n", other.Ends().Output);
        await cat.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(255, cat.ExitCode);
        (await _sshd.StockSshAsync("true")).Ends();
    }

    [Fact]
    public async Task Sighup_takes_a_new_configuration_and_keeps_the_old_one_when_the_new_is_broken()
    {
        using Process cat = await StartCatAsync();
        string before = await File.ReadAllTextAsync(_sshd.ConfigFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_sshd.ConfigFile, "NoSuchKeyword yes\n" + before, TestContext.Current.CancellationToken);
        await ReloadAsync("stays in force");
        await _sshd.SaysAsync("Bad configuration option: NoSuchKeyword");
        Assert.Equal("1\n", (await _sshd.StockSshAsync("echo 1")).Ends().Output);

        await File.WriteAllTextAsync(_sshd.ConfigFile, "ForceCommand echo forced\n" + before, TestContext.Current.CancellationToken);
        int seen = Count("Received SIGHUP");
        await Run.CleanAsync("/bin/kill", ["-HUP", _sshd.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await UntilAsync(() => Count("Received SIGHUP") > seen);
        await UntilAsync(async () => (await _sshd.StockSshAsync("echo 1")).Ends().Output == "forced\n");
        Assert.Equal("still here", await EchoAsync(cat, "still here"));
    }

    private async Task ReloadAsync(string logged)
    {
        await Run.CleanAsync("/bin/kill", ["-HUP", _sshd.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await UntilAsync(() => _sshd.Log.Contains(logged, StringComparison.Ordinal));
    }

    private int Count(string text) => _sshd.Log.Split(text).Length - 1;

    private async Task<Process> StartCatAsync()
    {
        var start = new ProcessStartInfo(Requires.Program("ssh"), [.. await _sshd.ClientArgumentsAsync(), _sshd.Destination, "cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process cat = Process.Start(start)!;
        Assert.Equal("hello", await EchoAsync(cat, "hello"));
        return cat;
    }

    private static async Task<string?> EchoAsync(Process cat, string line)
    {
        await cat.StandardInput.WriteLineAsync(line);
        await cat.StandardInput.FlushAsync();
        return await cat.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static void Kill(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        process.Kill();
    }

    private async Task<int> ChildAsync(string command)
    {
        await UntilAsync(() => _sshd.Children(command).Count > 0);
        return _sshd.Children(command)[0];
    }

    private static Dictionary<string, string> StatusOf(int pid) => File.ReadLines($"/proc/{pid}/status").Select(line => line.Split(":\t", 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);

    private static async Task<Dictionary<string, string>> StatusAsync(int pid, string field, string start)
    {
        await UntilAsync(() => StatusOf(pid)[field].StartsWith(start, StringComparison.Ordinal));
        return StatusOf(pid);
    }

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, "what was waited for did not come");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
