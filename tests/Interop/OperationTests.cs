using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nacre.Tests.Interop;

/// <summary>What those who run our sshd see of it and can change while it runs, and what it tells those who log in of their keys.</summary>
[Trait("Category", "Interop")]
public sealed class OperationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Sighup_takes_another_form_of_the_log_and_another_place_for_metrics()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: the line about the process of a user");
        string first = _directory["first"], second = _directory["second"];
        await using OurSshd sshd = await OurSshd.StartAsync($"MetricsListen {first}");
        string before = await File.ReadAllTextAsync(sshd.ConfigFile, TestContext.Current.CancellationToken);
        Assert.Contains("nacre_sshd_connections_total", await FiguresAsync(first), StringComparison.Ordinal);

        await File.WriteAllTextAsync(sshd.ConfigFile, $"LogFormat json\nMetricsListen {second}\n{before}", TestContext.Current.CancellationToken);
        (await Run.CleanAsync("/bin/kill", ["-HUP", sshd.ProcessId.ToString(CultureInfo.InvariantCulture)])).Ends();
        Assert.Contains("nacre_sshd_connections_total", await FiguresAsync(second), StringComparison.Ordinal);
        Assert.False(File.Exists(first));

        (await sshd.StockSshAsync("true")).Ends();
        await sshd.LineAsync("^{.*Starting session: command");
        JsonElement child = Line(sshd, "User child is on pid"), session = Line(sshd, "Starting session: command");
        Assert.Equal($"User child is on pid {session.GetProperty("pid").GetInt32()}", child.GetProperty("message").GetString());
        Assert.Equal(sshd.ProcessId, child.GetProperty("pid").GetInt32());
    }

    [Fact]
    public async Task A_log_that_was_moved_away_is_begun_anew_by_sighup()
    {
        await using OurSshd other = await OurSshd.StartAsync();
        string config = _directory.Write("config", (await File.ReadAllTextAsync(other.ConfigFile, TestContext.Current.CancellationToken)).Replace($"Port {other.Port}", $"Port {FreePort.Take()}", StringComparison.Ordinal) + $"PidFile none\n");
        string log = _directory["log"];
        await using var sshd = BackgroundSsh.Start(Requires.PublishedTool("sshd"), ["-D", "-E", log, "-f", config, "-o", $"PidFile={_directory["pid"]}"]);
        await UntilItSaysAsync(log, "Server listening on");

        File.Move(log, _directory["log.1"]);
        (await Run.CleanAsync("/bin/kill", ["-HUP", await PidAsync()])).Ends();
        await UntilItSaysAsync(_directory["log.1"], "Received SIGHUP");
        while (!File.Exists(log)) await Task.Yield();
        (await Run.CleanAsync("/bin/kill", ["-HUP", await PidAsync()])).Ends();
        await UntilItSaysAsync(log, "Received SIGHUP");

        async Task<string> PidAsync()
        {
            while (!File.Exists(_directory["pid"]) || new FileInfo(_directory["pid"]).Length == 0) await Task.Yield();
            return (await File.ReadAllTextAsync(_directory["pid"], TestContext.Current.CancellationToken)).Trim();
        }
    }

    [Fact]
    public async Task A_client_that_asks_learns_how_its_keys_were_judged_as_from_OpenSSH()
    {
        string key = (await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub", TestContext.Current.CancellationToken)).Trim();
        string other = (await File.ReadAllTextAsync(await StockKeys.UserAsync("rsa-2048") + ".pub", TestContext.Current.CancellationToken)).Trim();
        string keys = _directory.Write("keys", $"""
            foo {other}
            foo {key}
            from="192.0.2.1" {key}
            expiry-time="20200101Z" {key}
            command="echo forced",environment="GIVEN=1",permitopen="localhost:http",permitlisten="80",no-pty,tunnel="3" {key}
            """);
        string[] settings = [$"AuthorizedKeysFile {keys}", "PermitUserEnvironment yes"];
        await using OurSshd ours = await OurSshd.StartAsync(settings);
        await using StockSshd stock = await StockSshd.StartAsync(settings);

        string[] told = Remarks((await ours.StockSshAsync("true", null, "-v")).Ends().Error);
        string[] expected = Remarks((await stock.StockSshAsync("true", null, "-v")).Ends().Error);

        // Of a time OpenSSH does not say that it is UTC, and a key that the client asks about before it signs is judged twice.
        Assert.Equal(expected.Distinct(), told.Select(static line => line.EndsWith("00Z", StringComparison.Ordinal) ? line[..^1] : line));
    }

    [Fact]
    public async Task A_key_that_is_revoked_is_logged_with_the_file_that_revokes_it()
    {
        string none = _directory.Write("none", "");
        string revoked = _directory.Write("revoked", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub", TestContext.Current.CancellationToken));
        await using OurSshd sshd = await OurSshd.StartAsync($"RevokedKeys {none} {revoked}");

        (await sshd.StockSshAsync("true")).Ends(255);

        await sshd.LineAsync($"Authentication key ED25519 SHA256:[^ ]+ revoked by file {Regex.Escape(revoked)}$");
    }

    private static async Task UntilItSaysAsync(string log, string text)
    {
        while (!File.Exists(log) || !(await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken)).Contains(text, StringComparison.Ordinal)) await Task.Yield();
    }

    private static JsonElement Line(OurSshd sshd, string text) =>
        JsonDocument.Parse(sshd.Log.Split('\n').Last(line => line.StartsWith('{') && line.Contains(text, StringComparison.Ordinal))).RootElement;

    private static string[] Remarks(string error) => [.. error.Split('\n').Where(line => line.StartsWith("debug1: Remote: ", StringComparison.Ordinal)).Select(static line => line.Trim())];

    // It is made before it is listened at.
    private static async Task<Socket> ConnectAsync(string path)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Yield();
            }
        }
    }

    private static async Task<string> FiguresAsync(string path)
    {
        using Socket socket = await ConnectAsync(path);
        await socket.SendAsync("GET /metrics HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = new MemoryStream();
        await using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(answer.ToArray());
    }
}
