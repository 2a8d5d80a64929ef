namespace Nacre.Tests.Interop;

/// <summary>Our sshd asks programs for keys and principals, and an agent for its host key's signatures.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class KeyLookupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    // A server that is not root becomes nobody else.
    private static string Runner => TestUser.IsRoot ? "nobody" : TestUser.Name;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_program_that_runs_as_another_user_prints_the_keys_of_one()
    {
        string keys = _directory.Write("keys", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub"));
        string script = $"test \\\"$(id -un)\\\" = {Runner} && test \\\"$0\\\" = {TestUser.Name} && echo 'permitopen=\\\"h:1\\\",environment=\\\"A=b\\\"' \\\"$(cat {keys})\\\"";
        await using OurSshd sshd = await OurSshd.StartAsync("AuthorizedKeysFile none", $"AuthorizedKeysCommand /bin/sh -c \"{script}\" %u", $"AuthorizedKeysCommandUser {Runner}", "PermitUserEnvironment yes");
        Assert.Equal("b\n", (await sshd.StockSshAsync("echo $A")).Ends().Output);
        await sshd.SaysAsync("found at (command):1");
        RunResult forward = await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "-W", "127.0.0.1:22", sshd.Destination]);
        Assert.Contains("administratively prohibited", forward.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync("ecdsa-256"), sshd.Destination, "true"])).ExitStatus);
    }

    [Fact]
    public async Task A_program_prints_the_principals_that_may_log_in()
    {
        string authority = await StockKeys.HostAsync("ed25519");
        string key = await StockKeys.UserAsync("ed25519");
        string certificate = await StockKeys.CertifyAsync(_directory, key, authority, "-I", "al's id", "-z", "7", "-n", "staff");
        await using OurSshd sshd = await OurSshd.StartAsync(
            $"TrustedUserCAKeys {authority}.pub", "AuthorizedKeysFile none", "AuthorizedPrincipalsCommand /bin/sh -c \"test \\\"$0\\\" = \\\"al's id\\\" && test $1 = 7 && echo 'command=\\\"echo forced\\\" staff'\" %i %s",
            $"AuthorizedPrincipalsCommandUser {Runner}");
        RunResult run = await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "-o", $"CertificateFile={certificate}", sshd.Destination, "echo chosen"]);
        Assert.Equal("forced\n", run.Ends().Output);

        string other = await StockKeys.CertifyAsync(_directory, key, authority, "-I", "another", "-z", "7", "-n", "staff");
        Assert.Equal(255, (await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "-o", $"CertificateFile={other}", sshd.Destination, "true"])).ExitStatus);
    }

    [Theory]
    [InlineData("AuthorizedKeysCommand /bin/echo", "AuthorizedKeysCommand set without AuthorizedKeysCommandUser")]
    [InlineData("AuthorizedPrincipalsCommand /bin/echo", "AuthorizedPrincipalsCommand set without AuthorizedPrincipalsCommandUser")]
    public async Task A_program_without_a_user_to_run_as_stops_the_start(string line, string told)
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => OurSshd.StartAsync(line));
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_keeps_the_host_key()
    {
        string key = _directory["host"];
        (await Run.Async("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])).Ends();
        string socket = _directory["agent"];
        using var agent = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Requires.Program("ssh-agent"), ["-D", "-a", socket]) { RedirectStandardOutput = true })!;
        try
        {
            await agent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            (await Run.Async("ssh-add", ["-q", key], environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket })).Ends();
            File.Delete(key);
            await using OurSshd sshd = await OurSshd.StartAsync($"HostKeyAgent {socket}", $"HostKey {key}", "HostKeyAlgorithms ssh-ed25519");
            string known = _directory.Write("known_hosts", $"[127.0.0.1]:{sshd.Port} {await File.ReadAllTextAsync(key + ".pub", TestContext.Current.CancellationToken)}");
            string[] flags = [.. (await sshd.ClientArgumentsAsync()).Select(flag => flag.StartsWith("UserKnownHostsFile=", StringComparison.Ordinal) ? $"UserKnownHostsFile={known}" : flag)];
            Assert.Equal("hello\n", (await Run.CleanAsync("ssh", [.. flags, sshd.Destination, "echo hello"])).Ends().Output);
        }
        finally
        {
            agent.Kill();
        }
    }
}
