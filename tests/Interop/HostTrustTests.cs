using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Whom our ssh trusts, with OpenSSH's server; and what OpenSSH's ssh learns of ours.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class HostTrustTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string KnownHosts => _directory["known_hosts"];

    private string Host => $"[127.0.0.1]:{server.Sshd.Port.ToString(CultureInfo.InvariantCulture)}";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Our_ssh_learns_the_host_keys_of_OpenSSHs_server_and_forgets_old_ones(bool isHashed)
    {
        string old = await File.ReadAllTextAsync(await StockKeys.UserAsync("ecdsa-521") + ".pub");
        _directory.Write("known_hosts", $"# mine\n{Host} {await HostKeyAsync("ed25519")}{Host} {old}");
        (await SshAsync("UpdateHostKeys=yes", $"HashKnownHosts={(isHashed ? "yes" : "no")}")).Ends();

        string text = await File.ReadAllTextAsync(KnownHosts);
        foreach (string kind in StockKeys.Kinds) Assert.Contains((await HostKeyAsync(kind)).Split(' ')[1], text, StringComparison.Ordinal);
        Assert.DoesNotContain(old.Split(' ')[1], text, StringComparison.Ordinal);
        Assert.StartsWith("# mine\n", text, StringComparison.Ordinal);
        Assert.Equal(StockKeys.Kinds.Count + 1, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        (await Run.Async("ssh-keygen", ["-F", Host, "-f", KnownHosts])).Ends();
    }

    [Fact]
    public async Task Nothing_is_learned_where_the_usual_files_are_not_used()
    {
        string before = $"{Host} {await HostKeyAsync("ed25519")}";
        _directory.Write("known_hosts", before);
        (await SshAsync()).Ends();
        Assert.Equal(before, await File.ReadAllTextAsync(KnownHosts));
    }

    [Fact]
    public async Task OpenSSHs_ssh_learns_the_host_keys_of_our_server()
    {
        await using OurSshd sshd = await OurSshd.StartAsync($"HostKey {await StockKeys.UserAsync("ed25519")}");
        string host = $"[127.0.0.1]:{sshd.Port.ToString(CultureInfo.InvariantCulture)}";
        _directory.Write("known_hosts", $"{host} {await HostKeyAsync("rsa-2048")}");
        string[] arguments = [.. await StockClient.ArgumentsAsync(sshd.Port, KnownHosts), "-o", "UpdateHostKeys=yes", "-o", "HostKeyAlgorithms=rsa-sha2-256,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521"];
        (await Run.CleanAsync("ssh", [.. arguments, sshd.Destination, "sleep 1"])).Ends();

        string text = await File.ReadAllTextAsync(KnownHosts);
        foreach (string kind in StockKeys.Kinds) Assert.Contains((await HostKeyAsync(kind)).Split(' ')[1], text, StringComparison.Ordinal);
        Assert.Equal(StockKeys.Kinds.Count + 1, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_command_gives_the_known_hosts_and_its_failure_ends_the_connection()
    {
        string lines = _directory.Write("lines", $"{Host} {await HostKeyAsync("ed25519")}");
        string program = Script("known", $"echo \"$@\" >>'{_directory["calls"]}'\ncat '{lines}'\n");
        string[] settings = ["HostKeyAlgorithms=ssh-ed25519", "UserKnownHostsFile=none", $"KnownHostsCommand={program} %I %H %t %K %u"];
        (await SshAsync(settings)).Ends();
        string key = (await HostKeyAsync("ed25519")).Trim().Split(' ')[1];
        Assert.Equal([$"HOSTNAME {Host} ssh-ed25519 {key} {Environment.UserName}"], await File.ReadAllLinesAsync(_directory["calls"]));

        (await SshAsync([.. settings[1..]])).Ends();
        Assert.Contains($"ORDER {Host} NONE NONE {Environment.UserName}", await File.ReadAllLinesAsync(_directory["calls"]));

        Script("known", $"cat '{lines}'\nexit 1\n");
        RunResult failed = (await SshAsync(settings)).Ends(255);
        Assert.Contains("KnownHostsCommand failed", failed.Error, StringComparison.Ordinal);
        Script("known", "exit 0\n");
        Assert.Contains("No ED25519 host key is known for", (await SshAsync(settings)).Ends(255).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_revoked_key_is_refused_though_it_is_known(bool isList)
    {
        _directory.Write("known_hosts", $"{Host} {await HostKeyAsync("ed25519")}");
        string revoked = _directory["revoked"];
        if (isList) (await Run.Async("ssh-keygen", ["-q", "-k", "-f", revoked, await StockKeys.HostAsync("ed25519") + ".pub"])).Ends();
        else _directory.Write("revoked", await HostKeyAsync("ed25519"));
        RunResult ours = (await SshAsync("HostKeyAlgorithms=ssh-ed25519", $"RevokedHostKeys={revoked}")).Ends(255);
        Assert.Matches($"^Host key ED25519 SHA256:[^ ]+ revoked by file {revoked}\nHost key verification failed.\n$", ours.Error.Replace("\r", "", StringComparison.Ordinal));

        RunResult missing = (await SshAsync("HostKeyAlgorithms=ssh-ed25519", $"RevokedHostKeys={revoked}.not")).Ends(255);
        Assert.Contains("Error checking host key ED25519", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certified_host_is_trusted_by_its_authority_alone()
    {
        string authority = await StockKeys.UserAsync("ed25519");
        string certificate = await StockKeys.CertifyAsync(_directory, await StockKeys.HostAsync("ed25519"), authority, "-h", "-I", "host", "-n", "127.0.0.1");
        await using StockSshd certified = await StockSshd.StartAsync($"HostCertificate {certificate}");
        string line = await File.ReadAllTextAsync(authority + ".pub");
        foreach ((string names, int status) in new[] { ("*", 0), ("other.example", 255) })
        {
            _directory.Write("known_hosts", $"@cert-authority {names} {line}");
            string[] arguments = await StockClient.ArgumentsAsync(certified.Port, KnownHosts);
            (await OurTools.RunAsync("ssh", [.. arguments, certified.Destination, "true"])).Ends(status);
        }

        string wrong = await StockKeys.CertifyAsync(_directory, await StockKeys.HostAsync("ed25519"), authority, "-h", "-I", "host", "-n", "other.example");
        await using StockSshd other = await StockSshd.StartAsync($"HostCertificate {wrong}");
        _directory.Write("known_hosts", $"@cert-authority * {line}");
        RunResult refused = await OurTools.RunAsync("ssh", [.. await StockClient.ArgumentsAsync(other.Port, KnownHosts), other.Destination, "true"]);
        Assert.Contains("Certificate invalid: name is not a listed principal", refused.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_warnings_as_OpenSSHs_where_name_and_address_have_other_keys()
    {
        string port = server.Sshd.Port.ToString(CultureInfo.InvariantCulture);
        string other = await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub");
        foreach (string text in new[]
        {
            $"[nacre.test]:{port} {await HostKeyAsync("ed25519")}{Host} {other}",
            $"[nacre.test]:{port} {other}{Host} {await HostKeyAsync("ed25519")}",
            $"[nacre.test]:{port} {other}",
        })
        {
            // The address is no other than loopback's, which is never looked up; so both say the same of the name alone.
            _directory.Write("known_hosts", text);
            string[] arguments = [.. await StockClient.ArgumentsAsync(server.Sshd.Port, KnownHosts), "-o", "CheckHostIP=yes", "-o", "Hostname=127.0.0.1", "-o", "HostKeyAlgorithms=ssh-ed25519"];
            string[] destination = [$"{server.Sshd.User}@nacre.test", "true"];
            RunResult stock = await Run.CleanAsync("ssh", [.. arguments, .. destination]), ours = await OurTools.RunAsync("ssh", [.. arguments, .. destination]);
            Assert.Equal(Lines(stock), Lines(ours));
            Assert.Equal(stock.ExitStatus, ours.ExitStatus);
        }

        static string Lines(RunResult result) => result.Error.Replace("\r", "", StringComparison.Ordinal);
    }

    private static async Task<string> HostKeyAsync(string kind) => string.Join(' ', (await File.ReadAllTextAsync(await StockKeys.HostAsync(kind) + ".pub")).Split(' ')[..2]) + "\n";

    private string Script(string name, string text)
    {
        string path = _directory.Write(name, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private async Task<RunResult> SshAsync(params string[] settings)
    {
        string[] arguments = await StockClient.ArgumentsAsync(server.Sshd.Port, KnownHosts);
        return await OurTools.RunAsync("ssh", [.. settings.SelectMany(setting => new[] { "-o", setting }), .. arguments, server.Sshd.Destination, "true"]);
    }
}
