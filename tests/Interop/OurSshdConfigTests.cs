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

    [Fact]
    public async Task Addresses_to_listen_on_are_looked_up_before_anything_starts()
    {
        using var directory = new TemporaryDirectory();
        string sshd = Requires.PublishedTool("sshd");
        string named = directory.Write("named", "AddressFamily inet\nListenAddress localhost\nListenAddress 0\nPort 99\n");
        RunResult printed = (await Run.Async(sshd, ["-G", "-f", named])).Ends();
        Assert.Equal(["listenaddress 127.0.0.1:99", "listenaddress 0.0.0.0:99"], printed.Output.Split('\n').Where(line => line.StartsWith("listenaddress", StringComparison.Ordinal)));

        string other = directory.Write("other", "AddressFamily inet\nListenAddress ::1\n");
        RunResult refused = await Run.Async(sshd, ["-t", "-f", other]);
        Assert.Equal((255, "bad addr or host: ::1 (Address family for hostname not supported)"), (refused.ExitStatus, refused.Error.Trim()));
    }

    [Fact]
    public async Task A_host_key_that_cannot_be_used_is_named_with_the_reason()
    {
        using var directory = new TemporaryDirectory();
        string exposed = directory.Write("exposed", "x");
        File.SetUnixFileMode(exposed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        string missing = directory["missing"];
        string file = directory.Write("sshd_config", $"HostKey {exposed}\nHostKey {missing}\n");
        RunResult refused = await Run.Async(Requires.PublishedTool("sshd"), ["-t", "-f", file]);
        Assert.Equal(1, refused.ExitStatus);
        Assert.Equal(
            [
                "This private key will be ignored.", $"Unable to load host key \"{exposed}\": bad permissions", $"Unable to load host key: {exposed}",
                $"Unable to load host key: {missing}: No such file or directory", "sshd: no hostkeys available -- exiting.",
            ],
            refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[5..]);
    }

    private static async Task<string[]> PrintAsync(string file, params string[] flags)
    {
        RunResult printed = (await Run.Async(Requires.PublishedTool("sshd"), ["-G", "-f", file, .. flags])).Ends();
        Dictionary<string, string> values = printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
        return [values["banner"], values["permittty"], values["maxauthtries"], values["maxsessions"]];
    }
}
