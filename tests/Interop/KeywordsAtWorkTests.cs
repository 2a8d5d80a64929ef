using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>Keywords of ssh_config that show only in what ssh does, and that no other test sees at work: with our ssh, and where it may differ with OpenSSH's too.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class KeywordsAtWorkTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Programs => ["ours", "stock"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AddressFamily_leaves_out_addresses_of_the_other_family()
    {
        RunResult ours = await SshAsync("ours", "true", "AddressFamily=inet6"), stock = await SshAsync("stock", "true", "AddressFamily=inet6");

        Assert.Equal((255, stock.Error.Replace("\r", "", StringComparison.Ordinal)), (ours.ExitStatus, ours.Error));
        (await SshAsync("ours", "true", "AddressFamily=inet")).Ends();
    }

    [Fact]
    public async Task BindAddress_is_where_the_connection_comes_from() =>
        Assert.StartsWith("127.0.0.2 ", (await SshAsync("ours", "echo $SSH_CONNECTION", "BindAddress=127.0.0.2")).Ends().Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("yes", 0)]
    [InlineData("no", 255)]
    public async Task ClearAllForwardings_leaves_a_port_alone_that_is_taken(string value, int status)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string forward = string.Create(CultureInfo.InvariantCulture, $"LocalForward=127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port} 127.0.0.1:1");

        (await SshAsync("ours", "true", forward, "ExitOnForwardFailure=yes", $"ClearAllForwardings={value}")).Ends(status);
    }

    [Fact]
    public async Task ForkAfterAuthentication_lets_the_command_go_on_in_the_background()
    {
        using var directory = new TemporaryDirectory();
        string gate = Path.Join(directory.Open("far"), "gate");
        string ssh = $"{Requires.PublishedTool("ssh")} {string.Join(' ', await server.Sshd.ClientArgumentsAsync())} -oForkAfterAuthentication=yes";

        RunResult result = await Run.CleanAsync("/bin/sh", ["-c", $"{ssh} {server.Sshd.Destination} 'until test -e {gate}; do sleep 0.05; done; echo late'; echo returned; >{gate}"]);

        Assert.Equal("returned\nlate\n", result.Ends().Output);
    }

    [Theory]
    [InlineData("20m", "generate unix:77 MIT-MAGIC-COOKIE-1 untrusted timeout 1260")]
    [InlineData("0", "generate unix:77 MIT-MAGIC-COOKIE-1 untrusted")]
    public async Task ForwardX11Timeout_is_told_to_the_program_of_XAuthLocation(string timeout, string expected)
    {
        string told = _directory["told"];
        string xauth = _directory.Write("xauth", $"#!/bin/sh\nshift 2\necho \"$*\" >> {told}\necho 'unix:77 MIT-MAGIC-COOKIE-1 00112233445566778899aabbccddeeff'\n");
        File.SetUnixFileMode(xauth, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string?> { ["DISPLAY"] = "localhost:77" };
        string[] arguments = [.. await server.Sshd.ClientArgumentsAsync(), "-oForwardX11=yes", $"-oXAuthLocation={xauth}", $"-oForwardX11Timeout={timeout}", server.Sshd.Destination, "true"];

        RunResult result = await Run.Async(Requires.PublishedTool("ssh"), arguments, environment: environment);

        result.Ends();
        Assert.Equal([expected, "list unix:77"], await File.ReadAllLinesAsync(told));
    }

    [Theory]
    [InlineData("force", "^/dev/pts/[0-9]+\r?\n$", 0)]
    [InlineData("no", "^not a tty\n$", 1)]
    [InlineData("auto", "^not a tty\n$", 1)]
    public async Task RequestTTY_says_whether_there_is_a_terminal(string value, string expected, int status) =>
        Assert.Matches(expected, (await SshAsync("ours", "tty", $"RequestTTY={value}")).Ends(status).Output);

    [Theory]
    [InlineData("2048", 0)]
    [InlineData("2049", 255)]
    public async Task RequiredRSASize_leaves_out_keys_that_are_shorter(string bits, int status)
    {
        string[] arguments = [.. await server.Sshd.ClientArgumentsAsync("rsa-2048"), $"-oRequiredRSASize={bits}", server.Sshd.Destination, "true"];

        RunResult ours = await Run.CleanAsync(Requires.PublishedTool("ssh"), arguments), stock = await Run.CleanAsync("ssh", arguments);

        Assert.Equal(status, ours.ExitStatus);
        Assert.Equal(status, stock.ExitStatus);
        if (status != 0) Assert.Contains("Permission denied", ours.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task ServerAliveInterval_and_its_count_end_a_connection_to_a_server_that_is_silent(string program)
    {
        using var relay = new StallingRelay(server.Sshd.Port);
        int port = FreePort.Take();
        string[] settings = ["-oServerAliveInterval=1", "-oServerAliveCountMax=1", "-N", "-L", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:127.0.0.1:1")];
        string[] arguments = [.. await server.Sshd.ClientArgumentsAsync()];
        arguments[Array.IndexOf(arguments, "-p") + 1] = relay.Port.ToString(CultureInfo.InvariantCulture);
        await using BackgroundSsh ssh = BackgroundSsh.Start(ProgramOf(program), [.. arguments, "-oHostKeyAlias=" + $"[127.0.0.1]:{server.Sshd.Port}", .. settings, server.Sshd.Destination]);
        using (await ssh.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port))) relay.Stall();

        Assert.Equal(255, await ssh.ExitAsync());
        Assert.Contains("Timeout, server 127.0.0.1 not responding.", ssh.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SessionType_reaches_a_subsystem()
    {
        RunResult result = await server.Sshd.OurSshAsync("echo", "given"u8.ToArray(), "-oSessionType=subsystem");
        Assert.Equal("given", result.Ends().Output);
    }

    [Fact]
    public async Task StdinNull_leaves_standard_input_unread() =>
        Assert.Equal("", (await server.Sshd.OurSshAsync("cat", "unseen"u8.ToArray(), "-oStdinNull=yes")).Ends().Output);

    [Theory]
    [InlineData("ours", "0177", "600")]
    [InlineData("stock", "0177", "600")]
    [InlineData("ours", "0117", "660")]
    [InlineData("stock", "0117", "660")]
    public async Task StreamLocalBindMask_is_taken_from_the_mode_of_a_socket(string program, string mask, string mode)
    {
        string path = _directory["socket"];
        await using BackgroundSsh ssh = await ForwardAsync(program, path, $"StreamLocalBindMask={mask}");
        using (await ssh.ConnectAsync(new UnixDomainSocketEndPoint(path)))
        {
            Assert.Equal(mode, Convert.ToString((int)File.GetUnixFileMode(path), 8));
        }
    }

    [Theory]
    [InlineData("ours", "yes", 0)]
    [InlineData("stock", "yes", 0)]
    [InlineData("ours", "no", 255)]
    [InlineData("stock", "no", 255)]
    public async Task StreamLocalBindUnlink_takes_the_place_of_a_socket_that_was_left(string program, string value, int status)
    {
        string path = _directory["socket"];
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) left.Bind(new UnixDomainSocketEndPoint(_directory["left"]));
        if (File.Exists(_directory["left"])) File.Move(_directory["left"], path);
        else await File.WriteAllTextAsync(path, "");

        (await SshAsync(program, "true", $"LocalForward={path} 127.0.0.1:1", "ExitOnForwardFailure=yes", $"StreamLocalBindUnlink={value}")).Ends(status);
    }

    // In /proc/net/tcp a connection that waits with nothing but keep-alives has timer 2, and none at all without them.
    [Theory]
    [InlineData("yes", "02")]
    [InlineData("no", "00")]
    public async Task TCPKeepAlive_has_the_kernel_ask_whether_the_server_is_there(string value, string timer)
    {
        string path = _directory["socket"];
        await using BackgroundSsh ssh = await ForwardAsync("ours", path, $"TCPKeepAlive={value}");
        using (await ssh.ConnectAsync(new UnixDomainSocketEndPoint(path)))
        {
            using var limit = new CancellationTokenSource(Run.Limit);
            while (await TimerAsync(limit.Token) != timer) await Task.Delay(20, limit.Token);
        }
    }

    [Fact]
    public async Task VisualHostKey_shows_the_picture_that_OpenSSH_shows()
    {
        RunResult ours = await SshAsync("ours", "true", "VisualHostKey=yes"), stock = await SshAsync("stock", "true", "VisualHostKey=yes");

        Assert.Equal(stock.Ends().Error.Replace("\r", "", StringComparison.Ordinal), ours.Ends().Error);
        Assert.Contains("+--[ED25519 256]--+", ours.Error, StringComparison.Ordinal);
    }

    private static string ProgramOf(string who) => who == "ours" ? Requires.PublishedTool("ssh") : Requires.Program("ssh");

    private Task<RunResult> SshAsync(string program, string command, params string[] settings)
    {
        string[] flags = [.. settings.SelectMany(setting => (string[])["-o", setting])];
        return program == "ours" ? server.Sshd.OurSshAsync(command, null, flags) : server.Sshd.StockSshAsync(command, null, flags);
    }

    private async Task<BackgroundSsh> ForwardAsync(string program, string path, string setting) =>
        BackgroundSsh.Start(ProgramOf(program), [.. await server.Sshd.ClientArgumentsAsync(), "-o", setting, "-N", "-L", $"{path}:127.0.0.1:1", server.Sshd.Destination]);

    private async Task<string?> TimerAsync(CancellationToken ct)
    {
        string there = string.Create(CultureInfo.InvariantCulture, $"0100007F:{server.Sshd.Port:X4}");
        string[][] rows = [.. (await File.ReadAllLinesAsync("/proc/net/tcp", ct)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return rows.FirstOrDefault(row => row[2] == there && row[3] == "01")?[5][..2];
    }
}
