using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>Our ssh by way of commands and of sockets that commands pass back, to Debian's sshd.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class ProxyCommandTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>, IDisposable
{
    /// <summary>Connects, passes the socket to whoever reads standard output, and ends.</summary>
    private const string Dialer = """
        import socket, sys
        connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        socket.send_fds(socket.socket(fileno=1), [b"x"], [connection.fileno()])
        """;

    /// <summary>Runs a command whose standard input and output are a connection.</summary>
    private const string Connected = """
        import socket, subprocess, sys
        connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        sys.exit(subprocess.run(sys.argv[3:], stdin=connection, stdout=connection).returncode)
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_command_that_carries_the_data_is_the_connection()
    {
        string proxy = await StockForwardAsync();
        byte[] data = System.Security.Cryptography.RandomNumberGenerator.GetBytes(3_000_000);

        RunResult result = await Run.Async(OurTools.Executable, ["ssh", .. await FlagsAsync($"ProxyCommand={proxy}"), server.Sshd.Destination, "cat; exit 4"], data);

        Assert.True(data.AsSpan().SequenceEqual(result.Ends(4).OutputBytes));
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task The_tokens_are_the_host_its_name_the_port_and_the_user()
    {
        RunResult result = await SshAsync("someone@named", "true", "HostName=real.example", "ProxyCommand=echo %h %n %p %r %% >&2");

        Assert.StartsWith($"real.example named {Port} someone %\n", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_stays_is_hung_up_at_the_end()
    {
        string script = _directory.Write("proxy", $"""
            exec 3<&0
            trap 'echo hung up >&2; kill $! 2>/dev/null; exit' HUP
            {await StockForwardAsync()} <&3 &
            wait
            exec 1>&- 3<&-
            sleep 30 &
            wait
            """);

        RunResult result = await SshAsync(server.Sshd.Destination, "echo there", $"ProxyCommand=sh {script}");

        Assert.Equal(("there\n", "hung up\n"), (result.Ends().Output, result.Error));
    }

    [Fact]
    public async Task A_command_that_ends_at_once_is_told_as_OpenSSH_tells_it()
    {
        RunResult result = await SshAsync("host", "true", "ProxyCommand=false");

        Assert.EndsWith("kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_that_is_not_there_is_told()
    {
        var environment = new Dictionary<string, string?> { ["SHELL"] = "/nothing/there" };

        RunResult result = await Run.Async(OurTools.Executable, ["ssh", .. await FlagsAsync("ProxyCommand=true"), "host", "true"], environment: environment);

        Assert.Contains("/nothing/there: No such file or directory", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_passed_back_is_the_connection()
    {
        string dialer = _directory.Write("dialer.py", Dialer);

        RunResult result = await SshAsync(server.Sshd.Destination, "echo $SSH_CONNECTION", "ProxyUseFdpass=yes", $"ProxyCommand=/usr/bin/python3 {dialer} 127.0.0.1 {Port}");

        Assert.EndsWith($" 127.0.0.1 {Port}\n", result.Ends().Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo nothing")]
    public async Task A_dialer_that_passes_nothing_is_told(string command) => Assert.StartsWith(
        "proxy dialer did not pass back a connection", (await SshAsync("host", "true", "ProxyUseFdpass=yes", $"ProxyCommand={command}")).Ends(255).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_dash_makes_standard_input_and_output_the_connection()
    {
        string connected = _directory.Write("connected.py", Connected), witness = _directory.Open("out") + "/witness";

        RunResult result = await Run.Async("/usr/bin/python3",
            [connected, "127.0.0.1", Port, OurTools.Executable, "ssh", .. await FlagsAsync("ProxyCommand=-"), "-n", server.Sshd.Destination, $"touch {witness}"]);

        result.Ends();
        Assert.True(File.Exists(witness));
    }

    [Fact]
    public async Task A_machine_of_ProxyJump_may_be_behind_a_command()
    {
        string config = _directory.Write("config", $"""
            Host behind
                HostName 127.0.0.1
                ProxyJump gate
            Host gate
                HostName 127.0.0.1
                ProxyCommand {await StockForwardAsync()}
            Host *
                Port {Port}
                User {TestUser.Name}
                IdentityFile {await StockKeys.UserAsync("ed25519")}
                IdentityAgent none
                BatchMode yes
                StrictHostKeyChecking yes
                UserKnownHostsFile {server.Sshd.KnownHosts}
                GlobalKnownHostsFile /dev/null
            """);

        RunResult result = await OurTools.RunAsync("ssh", ["-F", config, "behind", "echo there"]);

        Assert.Equal(("there\n", ""), (result.Ends().Output, result.Error));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left_after_ConnectTimeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        string port = ((IPEndPoint)silent.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        RunResult result = await OurTools.RunAsync("ssh", ["-F", "none", "-p", port, "-o", "ConnectTimeout=1", "127.0.0.1", "true"]);

        Assert.Equal($"Connection timed out during banner exchange\nConnection to 127.0.0.1 port {port} timed out\n", result.Ends(255).Error);
    }

    [Fact]
    public async Task RefuseConnection_says_why_and_connects_nowhere()
    {
        RunResult result = await SshAsync("host", "true", "RefuseConnection=\"moved to other.example\"", "ProxyCommand=echo started >&2");

        Assert.Contains("moved to other.example", result.Ends(255).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("started", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionAddendum_follows_the_identification()
    {
        (await SshAsync(server.Sshd.Destination, "true", "VersionAddendum=our own words")).Ends();

        await server.Sshd.SaysAsync("remote software version Nacre_0.1 our own words");
    }

    [Fact]
    public async Task BindInterface_gives_the_address_to_connect_from()
    {
        RunResult bound = await SshAsync(server.Sshd.Destination, "echo $SSH_CONNECTION", "BindInterface=lo");
        RunResult missing = await SshAsync(server.Sshd.Destination, "true", "BindInterface=nothing0");

        Assert.StartsWith("127.0.0.1 ", bound.Ends().Output, StringComparison.Ordinal);
        Assert.Contains("Cannot assign requested address", missing.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectionAttempts_tries_again()
    {
        RunResult result = await OurTools.RunAsync("ssh", ["-v", "-F", "none", "-p", FreePort.Take().ToString(CultureInfo.InvariantCulture), "-o", "ConnectionAttempts=2", "127.0.0.1", "true"]);

        Assert.Equal(3, result.Ends(255).Error.Split("debug1: Connecting to 127.0.0.1 [127.0.0.1]").Length);
    }

    private string Port => server.Sshd.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>A command that reaches the server: OpenSSH's ssh -W, the one that people have in their files.</summary>
    private async Task<string> StockForwardAsync() =>
        $"ssh {string.Join(' ', await server.Sshd.ClientArgumentsAsync())} -W 127.0.0.1:{Port} {server.Sshd.Destination}";

    private async Task<string[]> FlagsAsync(params string[] options) => [.. await server.Sshd.ClientArgumentsAsync(), .. options.SelectMany(option => new[] { "-o", option })];

    private async Task<RunResult> SshAsync(string destination, string command, params string[] options) =>
        await OurTools.RunAsync("ssh", [.. await FlagsAsync(options), destination, command]);
}
