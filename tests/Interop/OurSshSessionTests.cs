using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>What our ssh, as published, does around a session: the background, commands here, time limits, signals, and what it tells.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class OurSshSessionTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>
{
    private static readonly string[] StepsOfV =
    [
        "debug1: Connecting to 127.0.0.1 [127.0.0.1] port ", "debug1: Connection established.", "debug1: Authenticating to 127.0.0.1:", "debug1: Local version string SSH-2.0-Nacre",
        "debug1: SSH2_MSG_KEXINIT sent", "debug1: Remote protocol version 2.0, remote software version OpenSSH_", "debug1: SSH2_MSG_KEXINIT received", "debug1: kex: algorithm: ",
        "debug1: kex: host key algorithm: ssh-ed25519", "debug1: kex: server->client cipher: ", "debug1: kex: client->server cipher: ", "debug1: expecting SSH2_MSG_KEX_ECDH_REPLY",
        "debug1: SSH2_MSG_KEX_ECDH_REPLY received", "debug1: Server host key: ssh-ed25519 SHA256:", "debug1: SSH2_MSG_NEWKEYS sent", "debug1: expecting SSH2_MSG_NEWKEYS",
        "debug1: Offering public key: ", "debug1: SSH2_MSG_NEWKEYS received", "debug1: SSH2_MSG_EXT_INFO received", "debug1: SSH2_MSG_SERVICE_ACCEPT received", "Authenticated to 127.0.0.1 ([127.0.0.1]:",
        "debug1: Sending command: exit 3", "debug1: channel 0: new session", "debug1: Requesting no-more-sessions@openssh.com", "debug1: Entering interactive session.",
        "debug1: client_input_channel_req: channel 0 rtype exit-status reply 0", "Transferred: sent ", "Bytes per second: sent ", "debug1: Exit status 3",
    ];

    [Fact]
    public async Task With_v_it_tells_the_steps_that_people_look_for()
    {
        RunResult result = await server.Sshd.OurSshAsync("exit 3", null, "-v");

        string told = result.Ends(3).Error;
        Assert.All(StepsOfV, step => Assert.Contains(step, told, StringComparison.Ordinal));
        Assert.DoesNotContain("debug2", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogVerbose_tells_of_one_place_whatever_the_level_is()
    {
        RunResult result = await server.Sshd.OurSshAsync("true", null, "-o", "LogVerbose=SecureTransport.cs:*");

        string[] told = result.Ends().Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(told);
        Assert.All(told, line => Assert.Contains(": SecureTransport.cs:", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_the_background_the_command_goes_on_and_its_output_still_comes()
    {
        using var directory = new TemporaryDirectory();
        string gate = Path.Join(directory.Open("far"), "gate");

        string ssh = $"{Requires.PublishedTool("ssh")} {string.Join(' ', await server.Sshd.ClientArgumentsAsync())}";
        RunResult result = await Run.CleanAsync("/bin/sh", ["-c", $"{ssh} -f {server.Sshd.Destination} 'until test -e {gate}; do sleep 0.05; done; echo late'; echo returned; >{gate}"]);

        Assert.Equal("returned\nlate\n", result.Ends().Output);
    }

    [Fact]
    public async Task In_the_background_forwards_are_there_when_it_returns()
    {
        using var greeter = new Greeter("through");
        int port = FreePort.Take();

        // What the command could write to would keep the test waiting.
        string ssh = $"{Requires.PublishedTool("ssh")} {string.Join(' ', await server.Sshd.ClientArgumentsAsync())}";
        string command = string.Create(CultureInfo.InvariantCulture, $"{ssh} -f -L 127.0.0.1:{port}:127.0.0.1:{greeter.Port} {server.Sshd.Destination} 'sleep 10' >/dev/null 2>&1");
        (await Run.CleanAsync("/bin/sh", ["-c", command])).Ends();

        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("through", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_failed_login_ends_f_with_255() =>
        (await Run.CleanAsync(Requires.PublishedTool("ssh"), ["-F", "none", "-f", "-p", FreePort.Take().ToString(CultureInfo.InvariantCulture), "127.0.0.1", "true"])).Ends(255);

    [Fact]
    public async Task LocalCommand_runs_once_logged_in_when_it_is_permitted()
    {
        string[] command = ["-o", "LocalCommand=echo here %h %p %r %T"];

        RunResult permitted = await server.Sshd.OurSshAsync("echo there", null, ["-o", "PermitLocalCommand=yes", .. command]);
        RunResult refused = await server.Sshd.OurSshAsync("echo there", null, command);

        Assert.Equal($"here 127.0.0.1 {server.Sshd.Port} {server.Sshd.User} NONE\nthere\n", permitted.Ends().Output);
        Assert.Equal("there\n", refused.Ends().Output);
    }

    [Fact]
    public async Task What_it_tells_the_runtime_of_its_sockets_reaches_no_program()
    {
        RunResult result = await server.Sshd.OurSshAsync("env", null, "-o", "PermitLocalCommand=yes", "-o", "LocalCommand=env", "-o", "SendEnv=DOTNET_*");

        Assert.Contains("PATH=", result.Ends().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("DOTNET_SYSTEM_NET_SOCKETS", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("i=0; while [ $i -lt 20000 ]; do echo 1234567; i=$((i+1)); done")]
    [InlineData("head -c 160000 /dev/zero")]
    public async Task Output_that_nobody_reads_stops_no_forward(string command)
    {
        using var directory = new TemporaryDirectory();
        using var echo = new TcpListener(System.Net.IPAddress.Loopback, 0);
        echo.Start();
        int port = FreePort.Take();
        string gate = Path.Join(directory.Open("far"), "gate");
        string forward = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:127.0.0.1:{((System.Net.IPEndPoint)echo.LocalEndpoint).Port}");
        string[] arguments = [.. await server.Sshd.ClientArgumentsAsync(), "-n", "-L", forward, server.Sshd.Destination, $"{command}; echo done >{gate}"];
        using Process ssh = Process.Start(new ProcessStartInfo(Requires.PublishedTool("ssh"), arguments) { RedirectStandardOutput = true })!;
        while (!File.Exists(gate)) await Task.Yield();

        using var near = new TcpClient();
        await near.ConnectAsync("127.0.0.1", port);
        using Socket far = await echo.AcceptSocketAsync();
        byte[] word = "still here"u8.ToArray();
        byte[] got = new byte[word.Length];
        for (int i = 0; i < 100; i++)
        {
            await near.GetStream().WriteAsync(word);
            Assert.Equal(word.Length, await far.ReceiveAsync(got));
            await far.SendAsync(got);
            await near.GetStream().ReadExactlyAsync(got);
        }

        Assert.Equal(word, got);
        near.Dispose();
        far.Dispose();
        await ssh.StandardOutput.ReadToEndAsync();
        await ssh.WaitForExitAsync();
    }

    [Fact]
    public async Task W_joins_the_standard_streams_to_a_place_that_the_server_reaches()
    {
        using var greeter = new Greeter("hello there");
        string target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{greeter.Port}");

        RunResult result = await Run.CleanAsync(Requires.PublishedTool("ssh"), [.. await server.Sshd.ClientArgumentsAsync(), "-W", target, server.Sshd.Destination]);
        RunResult nobody = await Run.CleanAsync(Requires.PublishedTool("ssh"), [.. await server.Sshd.ClientArgumentsAsync(), "-W", $"127.0.0.1:{FreePort.Take()}", server.Sshd.Destination]);

        Assert.Equal("hello there", result.Ends().Output);
        Assert.EndsWith("stdio forwarding failed\n", nobody.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_says_nothing_is_closed_by_ChannelTimeout()
    {
        (await server.Sshd.OurSshAsync("sleep 5; exit 23", null, "-o", "ChannelTimeout=session:command=1")).Ends(255);
        (await server.Sshd.OurSshAsync("sleep 2; exit 23", null, "-o", "ChannelTimeout=session:shell=1")).Ends(23);
    }

    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("INT", 2)]
    [InlineData("HUP", 1)]
    public async Task A_signal_ends_it_in_order_and_with_255(string signal, int number)
    {
        using var directory = new TemporaryDirectory();
        string up = directory["up"];
        string ssh = $"{Requires.PublishedTool("ssh")} -n {string.Join(' ', await server.Sshd.ClientArgumentsAsync())}";

        // A shell without job control has what it starts in the background ignore SIGINT.
        RunResult result = await Run.CleanAsync("/bin/bash", ["-c", $"set -m; {ssh} -v {server.Sshd.Destination} 'echo up; sleep 30' >{up} & until grep -q up {up}; do :; done; kill -{signal} $!; wait $!"]);

        Assert.Contains($"Killed by signal {number}.", result.Ends(255).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("The connection was closed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_only_when_what_is_forwarded_has_ended_too()
    {
        using var directory = new TemporaryDirectory();
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int target = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        int port = FreePort.Take();
        string gate = Path.Join(directory.Open("far"), "gate");
        Task<RunResult> running = server.Sshd.OurSshAsync($"echo up >{gate}.up; until test -e {gate}; do sleep 0.05; done", null, "-v", "-L", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:127.0.0.1:{target}"));
        while (!File.Exists(gate + ".up")) await Task.Yield();
        using var near = new TcpClient();
        await near.ConnectAsync("127.0.0.1", port);
        using Socket far = await listener.AcceptSocketAsync();
        await File.WriteAllTextAsync(gate, "");

        await far.SendAsync("still"u8.ToArray());
        byte[] got = new byte[5];
        await near.GetStream().ReadExactlyAsync(got);
        Assert.False(running.IsCompleted);
        far.Dispose();
        near.Dispose();

        (await running).Ends();
    }
}
