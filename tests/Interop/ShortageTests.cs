using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd while it has too few descriptors, too little memory or too few processes (L-12): newcomers pay for that, and only as long as it lasts.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class ShortageTests : IAsyncLifetime
{
    private const string TurnedAway = "Not allowed at this time";
    private const int Flood = 100;

    private readonly List<TcpClient> _idle = [];
    private Process? _held;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: elsewhere one process does all, and the limits of root's do not bind it");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        LetGo();
        if (_held is null) return;
        if (!_held.HasExited) _held.Kill();
        await _held.WaitForExitAsync(CancellationToken.None);
        _held.Dispose();
    }

    [Fact]
    public async Task With_few_descriptors_left_newcomers_are_turned_away_and_told_so_L12()
    {
        await using OurSshd sshd = await StartAsync();
        string before = await LimitAsync(sshd.ProcessId, "nofile", LowestFree(sshd.ProcessId) + 40);

        for (int i = 0; i < Flood; i++) await ConnectAsync(sshd);
        await sshd.LineAsync("out of descriptors: newcomers are turned away");
        Assert.Equal(TurnedAway, await FirstLineAsync(sshd));
        Assert.Equal("still here", await EchoAsync("still here"));

        LetGo();
        await RecoversAsync(sshd);
        await sshd.LineAsync("newcomers are let in again");
        await LimitAsync(sshd.ProcessId, "nofile", before);
    }

    [Fact]
    public async Task Without_a_descriptor_newcomers_wait_until_there_is_one_L12()
    {
        await using OurSshd sshd = await StartAsync();
        string before = await LimitAsync(sshd.ProcessId, "nofile", LowestFree(sshd.ProcessId));

        for (int i = 0; i < 5; i++) await ConnectAsync(sshd);
        await sshd.LineAsync("accept: ");
        Assert.Equal("still here", await EchoAsync("still here"));

        await LimitAsync(sshd.ProcessId, "nofile", before);
        await RecoversAsync(sshd);
    }

    [Theory]
    [InlineData(0, "a connection could not be begun: take over a connection: Too many open files")]
    [InlineData(20, "a connection is not begun: out of descriptors")]
    public async Task A_gate_without_descriptors_ends_the_newest_connections_and_no_others_L12(int left, string line)
    {
        await using OurSshd sshd = await StartAsync("PerSourcePenalties crash:10m authfail:10m noauth:10m min:1");
        int gate = Assert.Single(sshd.Children("sshd-gate"));
        await ConnectAsync(sshd);
        NetworkStream first = _idle[0].GetStream();
        Assert.NotEqual(0, await first.ReadAsync(new byte[8], Ct));
        string before = await LimitAsync(gate, "nofile", LowestFree(gate) + left);

        for (int i = 0; i <= left; i++) await ConnectAsync(sshd);
        await sshd.LineAsync(line);
        Assert.Equal(0, await _idle[^1].GetStream().ReadAsync(new byte[1], Ct));
        Assert.Equal("still here", await EchoAsync("still here"));

        await LimitAsync(gate, "nofile", before);
        await RecoversAsync(sshd);
        Assert.Equal([gate], sshd.Children("sshd-gate"));
        Assert.DoesNotContain("srclimit_penalise", sshd.Log, StringComparison.Ordinal);
        await first.WriteAsync("SSH-1.0-patient\r\n"u8.ToArray(), Ct);
        await sshd.LineAsync("Protocol major versions differ");
    }

    [Fact]
    public async Task A_session_process_without_descriptors_keeps_the_connections_that_it_has_L12()
    {
        await using OurSshd sshd = await StartAsync();
        int session = Assert.Single(sshd.Children($"sshd-session {TestUser.Name}"));
        string before = await LimitAsync(session, "nofile", LowestFree(session));

        (await sshd.StockSshAsync("true")).Ends(255);
        await sshd.LineAsync("a connection could not be taken over: take over a connection: Too many open files");
        Assert.Equal("still here", await EchoAsync("still here"));

        await LimitAsync(session, "nofile", LowestFree(session) + 4);
        Assert.Contains("Too many open files", (await sshd.StockSshAsync("true")).Ends(255).Error, StringComparison.Ordinal);
        await LimitAsync(session, "nofile", before);
        await RecoversAsync(sshd);
        Assert.Equal([session], sshd.Children($"sshd-session {TestUser.Name}"));
    }

    [Fact]
    public async Task A_user_who_may_have_no_more_processes_hinders_nobody_else_L12()
    {
        await using OurSshd sshd = await StartAsync();
        int session = Assert.Single(sshd.Children($"sshd-session {TestUser.Name}"));
        string before = await LimitAsync(session, "nproc", 1);

        (await sshd.StockSshAsync("true")).Ends(255);
        Assert.Equal("well\n", (await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "root@127.0.0.1", "echo well"])).Ends().Output);

        // The process may have ended: then there is nothing to give back.
        if (sshd.Children($"sshd-session {TestUser.Name}").Contains(session)) await LimitAsync(session, "nproc", before);
        await CanLogInAsync(sshd);
    }

    [Fact]
    public async Task With_little_memory_left_newcomers_are_turned_away_until_others_have_gone_L12()
    {
        const string sixtyFourMebibytes = "4000000"; // as the runtime reads it: hexadecimal
        await using OurSshd sshd = await OurSshd.StartAsync(new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = sixtyFourMebibytes }, "MaxStartups 20000");
        await HoldAsync(sshd);

        while (!sshd.Log.Contains("out of memory", StringComparison.Ordinal))
        {
            Assert.InRange(_idle.Count, 0, 10_000);
            await ConnectAsync(sshd);
        }

        Assert.Equal("still here", await EchoAsync("still here"));

        LetGo();
        await RecoversAsync(sshd);
        Assert.DoesNotContain("takes its place", sshd.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gate_that_gets_no_more_threads_goes_on_with_those_that_it_has_L12()
    {
        await using OurSshd sshd = await StartAsync();
        int gate = Assert.Single(sshd.Children("sshd-gate"));
        string before = await LimitAsync(gate, "nproc", 1);

        for (int i = 0; i < Flood; i++) await ConnectAsync(sshd);
        RunResult[] together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => sshd.StockSshAsync("echo well")));

        Assert.All(together, result => Assert.Equal("well\n", result.Ends().Output));
        await LimitAsync(gate, "nproc", before);
        Assert.Equal([gate], sshd.Children("sshd-gate"));
    }

    [Fact]
    public async Task A_users_program_has_the_limits_and_the_score_that_the_server_was_started_with()
    {
        await using OurSshd sshd = await StartAsync();
        string score = (await File.ReadAllTextAsync("/proc/self/oom_score_adj", Ct)).Trim();
        string limit = (await Run.CleanAsync("sh", ["-c", "ulimit -Sn"])).Ends().Output;

        Assert.Equal($"{limit}{score}\n", (await sshd.StockSshAsync("ulimit -Sn; cat /proc/self/oom_score_adj")).Ends().Output);
        Assert.Equal(score, (await File.ReadAllTextAsync($"/proc/{sshd.Children("sshd-gate")[0]}/oom_score_adj", Ct)).Trim());
    }

    /// <summary>A server with somebody logged in, who stays.</summary>
    private async Task<OurSshd> StartAsync(params string[] settings)
    {
        OurSshd sshd = await OurSshd.StartAsync([.. settings, "MaxStartups 1000"]);
        await HoldAsync(sshd);
        return sshd;
    }

    private async Task HoldAsync(OurSshd sshd)
    {
        string[] arguments = [.. await sshd.ClientArgumentsAsync(), sshd.Destination, "cat"];
        _held = Process.Start(new ProcessStartInfo(Requires.Program("ssh"), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("there", await EchoAsync("there"));
    }

    private async Task<string?> EchoAsync(string line)
    {
        await _held!.StandardInput.WriteLineAsync(line.AsMemory(), Ct);
        await _held.StandardInput.FlushAsync(Ct);
        return await _held.StandardOutput.ReadLineAsync(Ct);
    }

    /// <summary>Others can log in again, and who was there is there.</summary>
    private async Task RecoversAsync(OurSshd sshd)
    {
        await CanLogInAsync(sshd);
        Assert.Equal("and still", await EchoAsync("and still"));
    }

    private static async Task CanLogInAsync(OurSshd sshd)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Run.Limit);
        while ((await sshd.StockSshAsync("echo well")).Output != "well\n") await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
    }

    /// <summary>Sets a process's soft limit, as its own user, since root may not everywhere; returns what it was.</summary>
    private static async Task<string> LimitAsync(int pid, string resource, object soft)
    {
        string process = pid.ToString(CultureInfo.InvariantCulture);
        string[] prlimit = [Requires.Program("prlimit"), "--pid", process, string.Create(CultureInfo.InvariantCulture, $"--{resource}={soft}:")];
        string name = resource == "nofile" ? "Max open files" : "Max processes";
        string before = File.ReadLines($"/proc/{process}/limits").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        Dictionary<string, string> status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(":\t", 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);
        string uid = status["Uid"].Split('\t')[0], gid = status["Gid"].Split('\t')[0];
        (await Run.CleanAsync("setpriv", ["--reuid", uid, "--regid", gid, "--clear-groups", .. prlimit])).Ends();
        return before;
    }

    /// <summary>The number that the next descriptor of a process will have.</summary>
    private static int LowestFree(int pid)
    {
        HashSet<int> taken = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
        return Enumerable.Range(0, int.MaxValue).First(number => !taken.Contains(number));
    }

    private static async Task<string> FirstLineAsync(OurSshd sshd)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, sshd.Port, Ct);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Ct) ?? "";
    }

    /// <summary>A client that says nothing and stays.</summary>
    private async Task ConnectAsync(OurSshd sshd)
    {
        var client = new TcpClient();
        _idle.Add(client);
        await client.ConnectAsync(IPAddress.Loopback, sshd.Port, Ct);
    }

    private void LetGo()
    {
        foreach (TcpClient client in _idle) client.Dispose();
        _idle.Clear();
    }
}
