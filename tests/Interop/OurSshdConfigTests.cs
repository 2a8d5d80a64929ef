namespace Nacre.Tests.Interop;

/// <summary>Keywords of sshd_config that show only in a running server, and the command line that prints them.</summary>
[Trait("Category", "Interop")]
public sealed class OurSshdConfigTests
{
    [Fact]
    public async Task RefuseConnection_ends_a_connection_and_says_whose_it_was()
    {
        await using OurSshd server = await OurSshd.StartAsync("RefuseConnection yes");
        RunResult refused = await server.StockSshAsync("echo in");
        Assert.Equal(255, refused.ExitStatus);
        Assert.DoesNotContain("in\n", refused.Output, StringComparison.Ordinal);
        await server.SaysAsync($"administratively prohibited connection for {server.User} from 127.0.0.1 port ");
    }

    [Fact]
    public async Task FingerprintHash_is_that_of_the_keys_in_the_log()
    {
        await using OurSshd server = await OurSshd.StartAsync("FingerprintHash md5");
        (await server.StockSshAsync("true")).Ends();
        await server.SaysAsync("ED25519 MD5:");
        Assert.DoesNotContain("ED25519 SHA256:", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_is_printed_for_the_connection_of_C()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("sshd_config", "Banner /all\nMatch User root Address 10.0.0.0/8\nBanner /root\nMatch Group root\nPermitTTY no\nMatch Invalid-User\nMaxAuthTries 1\nMatch all\nMaxSessions 2\n");
        Assert.Equal(["/root", "no", "6", "2"], await PrintAsync(file, "-C", "user=root,addr=10.1.2.3"));
        Assert.Equal(["/all", "no", "6", "2"], await PrintAsync(file, "-C", "user=root", "-C", "addr=11.1.2.3"));
        Assert.Equal(["/all", "yes", "1", "2"], await PrintAsync(file, "-C", "user=nobody-here,invalid-user"));
        Assert.Equal(["/all", "yes", "6", "2"], await PrintAsync(file));

        RunResult alone = await Run.Async(Requires.PublishedTool("sshd"), ["-t", "-f", file, "-C", "user=root"]);
        Assert.Equal((1, "Config test connection parameter (-C) provided without test mode (-T)"), (alone.ExitStatus, alone.Error.Trim()));
    }

    private static async Task<string[]> PrintAsync(string file, params string[] flags)
    {
        RunResult printed = (await Run.Async(Requires.PublishedTool("sshd"), ["-G", "-f", file, .. flags])).Ends();
        Dictionary<string, string> values = printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
        return [values["banner"], values["permittty"], values["maxauthtries"], values["maxsessions"]];
    }
}
