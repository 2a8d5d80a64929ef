using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Nacre.Tests.Tools.Sshd.Log;

namespace Nacre.Tests.Interop;

/// <summary>Clients do the same at OpenSSH's sshd and at ours: the two logs are the same, line by line.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed partial class LogLineTests : IDisposable
{
    private static readonly string[] Settings = ["LogLevel INFO", "MaxAuthTries 2", "PasswordAuthentication yes"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Our_log_is_the_log_of_OpenSSH()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: passwords");
        foreach (string name in (string[])["one", "two", "three"]) (await Run.CleanAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _directory[name]])).Ends();
        await using StockSshd stock = await StockSshd.StartAsync(Settings);
        await using OurSshd ours = await OurSshd.StartAsync([.. Settings, "PerSourcePenalties no"]);

        string[] expected = await ActAsync(stock);
        string[] actual = await ActAsync(ours);

        Assert.Equal(expected, actual);
        Assert.All(actual.Where(line => line.Contains("port N", StringComparison.Ordinal) && !line.StartsWith("Server listening", StringComparison.Ordinal)), line => Assert.NotNull(LogReader.Read(line.Replace("port N", "port 1", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("X11Forwarding no")]
    [InlineData("ForceCommand echo 'said '; true")]
    public async Task What_a_session_runs_and_where_is_logged_as_OpenSSH_does(string setting)
    {
        string[] settings = ["LogLevel VERBOSE", setting];
        await using StockSshd stock = await StockSshd.StartAsync(settings);
        await using OurSshd ours = await OurSshd.StartAsync(settings);

        Assert.Equal(await SessionLinesAsync(stock), await SessionLinesAsync(ours));
    }

    private static async Task<string[]> SessionLinesAsync(TestSshd sshd)
    {
        (await sshd.StockSshAsync("true")).Ends();
        (await sshd.StockSshAsync("true", null, "-tt")).Ends();
        (await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "-tt", sshd.Destination], "exit\n"u8.ToArray())).Ends();
        await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "-s", sshd.Destination, "sftp"]);
        await sshd.LineAsync("^Starting session: ", times: 4);
        return [.. sshd.Log.Split('\n').Where(line => line.StartsWith("Starting session: ", StringComparison.Ordinal)).Select(line => Number().Replace(line.TrimEnd('\r'), "$1 N"))];
    }

    private async Task<string[]> ActAsync(TestSshd sshd)
    {
        (await sshd.StockSshAsync("true")).Ends();
        await sshd.LineAsync("^Disconnected from user ");
        await TryKeysAsync(sshd, TestUser.Name, "one");
        await sshd.LineAsync("^Connection closed by authenticating user ");
        await TryKeysAsync(sshd, "nosuchuser", "one");
        await sshd.LineAsync("^Connection closed by invalid user ");
        await TryKeysAsync(sshd, TestUser.Name, "one", "two", "three");
        await sshd.LineAsync("^Disconnecting authenticating user ");
        await TryKeysAsync(sshd, "nosuchuser", "one", "two", "three");
        await sshd.LineAsync("^Disconnecting invalid user ");
        await PasswordSsh.RunAsync(sshd, TestUser.Name, "password", ["wrong"], "true");
        await sshd.LineAsync("^Connection closed by authenticating user ", times: 2);
        await PasswordSsh.RunAsync(sshd, "no such user", "password", ["wrong"], "true");
        await sshd.LineAsync("^Connection closed by invalid user ", times: 2);
        await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "-c", "3des-cbc", sshd.Destination, "true"]);
        await sshd.LineAsync("^Unable to negotiate with ");
        await SayAsync(sshd, "");
        await sshd.LineAsync(@"^Connection closed by 127.0.0.1 port \d+$");
        await SayAsync(sshd, "SSH-2.0-test\r\n");
        await sshd.LineAsync(@"^Connection closed by 127.0.0.1 port \d+ \[preauth\]$");
        await SayAsync(sshd, "GET / HTTP/1.0\r\n");
        await sshd.LineAsync("^banner exchange: ");
        await SayAsync(sshd, "SSH-1.5-test\r\n");
        await sshd.LineAsync("^banner exchange: ", times: 2);
        return [.. sshd.Log.Split('\n').Where(IsCompared).Select(line => PortNumber().Replace(line.TrimEnd('\r'), "port N"))];
    }

    private async Task TryKeysAsync(TestSshd sshd, string user, params string[] keys)
    {
        string own = await StockKeys.UserAsync("ed25519");
        string[] arguments = [.. (await sshd.ClientArgumentsAsync()).Select(argument => argument == own ? _directory[keys[0]] : argument)];
        (await Run.CleanAsync("ssh", [.. arguments, .. keys[1..].SelectMany(key => (string[])["-i", _directory[key]]), $"{user}@127.0.0.1", "true"])).Ends(255);
    }

    private static async Task SayAsync(TestSshd sshd, string line)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, sshd.Port);
        byte[] heard = new byte[4096];
        await socket.ReceiveAsync(heard);
        await socket.SendAsync(Encoding.ASCII.GetBytes(line));
        socket.Shutdown(SocketShutdown.Send);
        while (await socket.ReceiveAsync(heard) > 0)
        {
        }
    }

    // How each names its own files and functions in what is beside the point.
    private static bool IsCompared(string line) => !line.StartsWith("Could not get shadow information", StringComparison.Ordinal)
        && !line.StartsWith("kex_exchange_identification: client sent invalid protocol identifier", StringComparison.Ordinal);

    [GeneratedRegex(@"(port|pts)[ /]\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"port \d+")]
    private static partial Regex PortNumber();
}
