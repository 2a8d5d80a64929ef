using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd under attack: whom it turns away, whom it lets go on, and what it tells both.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class AdmissionTests : IDisposable
{
    private const string TurnedAway = "Not allowed at this time";

    private readonly TemporaryDirectory _files = new();
    private readonly List<TcpClient> _idle = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        LetGo();
        _files.Dispose();
    }

    [Theory]
    [InlineData("authfail", "nobody's key", "penalty: failed authentication")]
    [InlineData("invaliduser", "no user", "penalty: attempted authentication by invalid user")]
    [InlineData("noauth", "", "penalty: connections without attempting authentication")]
    [InlineData("grace-exceeded", "no word", "penalty: exceeded LoginGraceTime")]
    [InlineData("refuseconnection", "a refused user", "penalty: connection prohibited by RefuseConnection")]
    public async Task Who_misbehaves_is_turned_away_and_told_so_A63(string kind, string how, string reason)
    {
        string refused = _files.Write("refused", kind == "refuseconnection" ? $"Match User {TestUser.Name}\nRefuseConnection yes\n" : "");
        await using OurSshd sshd = await OurSshd.StartAsync(
            "AuthorizedKeysFile none", $"PerSourcePenalties {kind}:10m min:1", how == "no word" ? "LoginGraceTime 1" : "LoginGraceTime 60", $"Include {refused}");

        switch (how)
        {
            case "":
                Assert.StartsWith("SSH-2.0-", await FirstLineAsync(sshd), StringComparison.Ordinal);
                break;
            case "no word":
                await ConnectAsync(sshd);
                break;
            case "no user":
                (await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "nosuchuser@127.0.0.1", "true"])).Ends(255);
                break;
            default:
                (await sshd.StockSshAsync("true")).Ends(255);
                break;
        }

        await LoggedAsync(sshd, $"srclimit_penalise: ipv4: new 127.0.0.1/32 active penalty of 600.000 seconds for {reason}");
        Assert.Equal(TurnedAway, await FirstLineAsync(sshd));
        await LoggedAsync(sshd, $" on [127.0.0.1]:{sshd.Port} {reason}");
        RunResult theirs = await sshd.StockSshAsync("true", null, "-v"), ours = await sshd.OurSshAsync("true", null, "-v");
        Assert.Contains(TurnedAway, theirs.Ends(255).Error + ours.Ends(255).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxStartups 2")]
    [InlineData("PerSourceMaxStartups 2")]
    public async Task No_more_wait_for_a_login_than_may_and_who_logs_in_makes_room_A63(string limit)
    {
        await using OurSshd sshd = await OurSshd.StartAsync(limit);
        Assert.Equal("one\n", (await sshd.StockSshAsync("echo one")).Ends().Output);
        await ConnectAsync(sshd);
        await ConnectAsync(sshd);

        Assert.Equal(TurnedAway, await FirstLineAsync(sshd));
        await LoggedAsync(sshd, "beginning MaxStartups throttling");
        Assert.Contains(TurnedAway, (await sshd.StockSshAsync("true", null, "-v")).Ends(255).Error, StringComparison.Ordinal);

        LetGo();
        await UntilAsync(async () => await FirstLineAsync(sshd) != TurnedAway);
        await UntilAsync(async () => (await sshd.StockSshAsync("true")).ExitStatus == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_not_wanted_is_told_so(bool isOurs)
    {
        string refused = _files.Write("refused", $"Match User {TestUser.Name}\nRefuseConnection yes\n");
        await using OurSshd sshd = await OurSshd.StartAsync($"Include {refused}");

        RunResult result = await (isOurs ? sshd.OurSshAsync("true") : sshd.StockSshAsync("true"));

        Assert.Contains("Connection administratively prohibited", result.Ends(255).Error, StringComparison.Ordinal);
        await LoggedAsync(sshd, $"administratively prohibited connection for {TestUser.Name} from 127.0.0.1 port ");
    }

    [Fact]
    public async Task A_connection_without_a_channel_is_ended_by_UnusedConnectionTimeout()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("UnusedConnectionTimeout 2");

        RunResult unused = await sshd.StockSshAsync("true", null, "-N");
        RunResult used = await sshd.StockSshAsync("sleep 4; echo still here");

        Assert.Contains("No channel was open for too long", unused.Ends(255).Error, StringComparison.Ordinal);
        await LoggedAsync(sshd, "terminating inactive connection from 127.0.0.1 port ");
        Assert.Equal("still here\n", used.Ends().Output);
    }

    [Fact]
    public async Task A_session_that_says_nothing_is_closed_by_the_servers_ChannelTimeout()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("ChannelTimeout session:command=1");

        Assert.NotEqual(23, (await sshd.StockSshAsync("sleep 30; exit 23")).ExitStatus);
        Assert.Equal("1\n2\n3\n4\n", (await sshd.StockSshAsync("for i in 1 2 3 4; do echo $i; sleep 0.4; done")).Ends().Output);
    }

    [Fact]
    public async Task A_client_that_answers_nothing_is_given_up_by_ClientAliveCountMax()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("ClientAliveInterval 1", "ClientAliveCountMax 1");
        using Process client = await HoldAsync(sshd);
        (await Run.CleanAsync("/bin/kill", ["-STOP", client.Id.ToString(CultureInfo.InvariantCulture)])).Ends();

        await LoggedAsync(sshd, "Timeout, ");

        (await Run.CleanAsync("/bin/kill", ["-CONT", client.Id.ToString(CultureInfo.InvariantCulture)])).Ends();
        await client.WaitForExitAsync(Ct);
        Assert.Equal(255, client.ExitCode);
    }

    [Fact]
    public async Task A_source_that_exchanges_keys_and_nothing_else_is_cut_off_and_others_log_in_A62()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("PerSourcePenalties noauth:10 min:60");
        string[] distrusting =
        [
            "-F", "none", "-b", "127.0.0.2", "-p", sshd.Port.ToString(CultureInfo.InvariantCulture), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null", sshd.Destination, "true",
        ];
        await UntilAsync(async () =>
        {
            (await Run.CleanAsync("ssh", distrusting)).Ends(255);
            return sshd.Log.Contains(" from [127.0.0.2]:", StringComparison.Ordinal);
        });

        Assert.Equal("well\n", (await sshd.StockSshAsync("echo well")).Ends().Output);
    }

    [Fact]
    public async Task Whose_gate_was_killed_has_done_nothing_wrong()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: there is a gate only where privileges are kept apart");
        await using OurSshd sshd = await OurSshd.StartAsync("PerSourcePenalties crash:10m authfail:10m noauth:10m grace-exceeded:10m min:1");
        await ConnectAsync(sshd);
        using (Process gate = Process.GetProcessById(sshd.Children("sshd-gate")[0])) gate.Kill();
        await LoggedAsync(sshd, "takes its place");

        Assert.Equal("well\n", (await sshd.StockSshAsync("echo well")).Ends().Output);
        Assert.DoesNotContain("srclimit_penalise", sshd.Log, StringComparison.Ordinal);
    }

    private static async Task<string> FirstLineAsync(OurSshd sshd)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, sshd.Port, Ct);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Ct) ?? "";
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Run.Limit);
        while (!await isSo()) await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
    }

    private static Task LoggedAsync(OurSshd sshd, string line) => UntilAsync(() => Task.FromResult(sshd.Log.Contains(line, StringComparison.Ordinal)));

    private static async Task<string?> EchoAsync(Process session, string line)
    {
        await session.StandardInput.WriteLineAsync(line.AsMemory(), Ct);
        await session.StandardInput.FlushAsync(Ct);
        return await session.StandardOutput.ReadLineAsync(Ct);
    }

    /// <summary>A client that is logged in and stays.</summary>
    private static async Task<Process> HoldAsync(OurSshd sshd)
    {
        string[] arguments = [.. await sshd.ClientArgumentsAsync(), sshd.Destination, "cat"];
        var start = new ProcessStartInfo(Requires.Program("ssh"), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        Assert.Equal("there", await EchoAsync(process, "there"));
        return process;
    }

    /// <summary>A client that says nothing and stays.</summary>
    private async Task ConnectAsync(OurSshd sshd, bool awaitsGreeting = true)
    {
        var client = new TcpClient();
        _idle.Add(client);
        await client.ConnectAsync(IPAddress.Loopback, sshd.Port, Ct);
        if (awaitsGreeting) Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[255], Ct));
    }

    private void LetGo()
    {
        foreach (TcpClient client in _idle) client.Dispose();
        _idle.Clear();
    }
}
