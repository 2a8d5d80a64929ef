using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>ssh --trace: where the time of a connection to Debian's sshd went.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class TraceTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>
{
    [Fact]
    public async Task Each_step_from_the_configuration_to_the_end_has_a_line()
    {
        string[] steps = StepsOf(await SshAsync("--trace", server.Sshd.Destination, "echo there"));

        Assert.Collection(steps,
            step => Assert.Equal("configuration read", step),
            step => Assert.Equal("name look-up: 127.0.0.1 has 1 address", step),
            step => Assert.Equal("TCP to 127.0.0.1", step),
            step => Assert.Equal("keys and known hosts read", step),
            step => Assert.StartsWith("identification: SSH-2.0-OpenSSH_", step, StringComparison.Ordinal),
            step => Assert.Equal("key exchange: the peer's proposal", step),
            step => Assert.Matches("^key exchange: [^ ]+, signed by [^ ]+$", step),
            step => Assert.Equal("host key trusted", step),
            step => Assert.Equal("key exchange: new keys in use", step),
            step => Assert.Equal("authentication: service accepted", step),
            step => Assert.Matches("^authentication: publickey .*: accepted$", step),
            step => Assert.Equal("channel 0: opened", step),
            step => Assert.Equal("channel 0: exec started", step),
            step => Assert.Equal("first output", step),
            step => Assert.Equal("end", step));
    }

    [Fact]
    public async Task The_steps_of_a_jump_host_have_its_name()
    {
        string jump = $"{server.Sshd.Destination}:{server.Sshd.Port.ToString(CultureInfo.InvariantCulture)}";
        string config = $"""
            Host behind
                HostName 127.0.0.1
            Host *
                IdentityFile {await StockKeys.UserAsync("ed25519")}
                IdentityAgent none
                BatchMode yes
                User {TestUser.Name}
                UserKnownHostsFile {server.Sshd.KnownHosts}
            """;
        using var directory = new TemporaryDirectory();
        RunResult result = await OurTools.RunAsync("ssh", ["-F", directory.Write("config", config), "-J", jump, "-p", server.Sshd.Port.ToString(CultureInfo.InvariantCulture), "--trace", "behind", "true"]);

        string[] steps = StepsOf(result);

        Assert.Contains("127.0.0.1: TCP to 127.0.0.1", steps);
        Assert.Contains("the way by the jump host open", steps);
        Assert.Equal(2, steps.Count(step => step.EndsWith("host key trusted", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_login_that_fails_is_told_too()
    {
        string[] steps = StepsOf(await SshAsync("--trace", "nobody-at-all@127.0.0.1", "true"), status: 255);

        Assert.Contains(steps, step => step.StartsWith("authentication: publickey ", StringComparison.Ordinal) && step.EndsWith(": refused", StringComparison.Ordinal));
        Assert.Equal("end", steps[^1]);
    }

    [Fact]
    public async Task A_reader_that_waits_makes_a_wait_of_its_channel()
    {
        string[] arguments = [OurTools.Executable, "ssh", .. await server.Sshd.ClientArgumentsAsync(), "--trace", server.Sshd.Destination, "head -c 40000000 /dev/zero"];
        string command = string.Join(' ', arguments.Select(word => $"'{word}'"));

        RunResult result = await Run.Async("sh", ["-c", $"{command} | (sleep 1; wc -c)"]);

        Assert.Equal("40000000", result.Ends().Output.Trim());
        Assert.Matches("(?m)^channel 0: waited [0-9]+ times for us to take data", result.Error);
    }

    private static string[] StepsOf(RunResult result, int status = 0)
    {
        string[] lines = result.Ends(status).Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.SkipWhile(line => line != "   at ms    took ms  step").Skip(1).Where(line => line[0] == ' ').Select(line => line[21..])];
    }

    private async Task<RunResult> SshAsync(params string[] arguments) =>
        await Run.Async(OurTools.Executable, ["ssh", .. await server.Sshd.ClientArgumentsAsync(), .. arguments]);
}
