using System.Globalization;
using Nacre.Tests.Tools.SshKeygen;

namespace Nacre.Tests.Interop;

/// <summary>Logins by certificate between our programs and OpenSSH's, either as the client or as the server.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class CertificateLoginInteropTests : IDisposable
{
    private const string Authority = "ed25519";

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Which of client and server is ours.</summary>
    public static TheoryData<string, string> Pairs => new() { { "ours", "ours" }, { "ours", "stock" }, { "stock", "ours" } };

    public static TheoryData<string> Kinds => [.. StockKeys.Kinds];

    public static TheoryData<string, string, string> PairsByKind
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (string kind in StockKeys.Kinds)
            {
                all.Add("ours", "stock", kind);
                all.Add("stock", "ours", kind);
            }

            return all;
        }
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(PairsByKind))]
    public async Task A_certificate_of_every_type_by_every_authority_lets_its_user_in(string client, string server, string kind)
    {
        string[] keys = await Task.WhenAll(StockKeys.Kinds.Select(async each => await File.ReadAllTextAsync(await StockKeys.HostAsync(each) + ".pub")));
        await using TestSshd sshd = await StartAsync(server, $"TrustedUserCAKeys {_directory.Write("authorities", string.Concat(keys))}");
        foreach (string authority in StockKeys.Kinds)
        {
            string certificate = await StockKeys.CertifyAsync(_directory, await StockKeys.UserAsync(kind), await StockKeys.HostAsync(authority), "-I", "x", "-n", $"other,{sshd.User}");
            Assert.Equal("hello\n", (await SshAsync(client, sshd, kind, certificate, "echo hello")).Ends().Output);
        }

        Assert.Equal(255, (await SshAsync(client, sshd, kind, "none", "echo hello")).ExitStatus);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task OpenSSH_takes_what_our_ssh_keygen_certified(string kind)
    {
        string known = await AuthorityOfHostsAsync("*");
        string hosts = await CertifyByOursAsync(await StockKeys.HostAsync(kind), await StockKeys.UserAsync(Authority), "-h", "-n", "127.0.0.1", "-V", "-1d:+1d");
        string[] keys = await Task.WhenAll(StockKeys.Kinds.Select(async each => await File.ReadAllTextAsync(await StockKeys.HostAsync(each) + ".pub")));
        await using TestSshd sshd = await StockSshd.StartAsync("AuthorizedKeysFile none", $"TrustedUserCAKeys {_directory.Write("authorities", string.Concat(keys))}", $"HostCertificate {hosts}");
        foreach (string authority in StockKeys.Kinds)
        {
            string certificate = await CertifyByOursAsync(await StockKeys.UserAsync(kind), await StockKeys.HostAsync(authority), "-n", $"other,{sshd.User}", "-O", "force-command=echo forced", "-O", "source-address=127.0.0.0/8", "-V", "-1d:+1d");
            string[] flags = [.. await StockClient.ArgumentsAsync(sshd.Port, known), "-o", $"HostKeyAlgorithms={File.ReadAllText(hosts).Split(' ')[0]}".Replace("=ssh-rsa", "=rsa-sha2-512", StringComparison.Ordinal)];
            string[] identity = ["-o", "IdentityFile=none", "-i", await StockKeys.UserAsync(kind), "-o", $"CertificateFile={certificate}"];
            Assert.Equal("forced\n", (await Run.CleanAsync("ssh", [.. flags, .. identity, sshd.Destination, "echo hello"])).Ends().Output);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_certificate_lies_beside_its_key(string client, string server)
    {
        await using TestSshd sshd = await StartTrustingAsync(server);
        string key = await CopyWithCertificateAsync(sshd.User);
        string[] flags = [.. (await sshd.ClientArgumentsAsync()).Select(flag => flag.EndsWith("user-ed25519", StringComparison.Ordinal) ? key : flag)];
        Assert.Equal("hello\n", (await Run.CleanAsync(Program(client), [.. flags, sshd.Destination, "echo hello"])).Ends().Output);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_certificate_lies_in_the_place_of_its_public_key(string client, string server)
    {
        await using TestSshd sshd = await StartTrustingAsync(server);
        string key = await CopyWithCertificateAsync(sshd.User);
        File.Move(key + "-cert.pub", key + ".pub");
        string[] flags = [.. (await sshd.ClientArgumentsAsync()).Select(flag => flag.EndsWith("user-ed25519", StringComparison.Ordinal) ? key : flag)];
        Assert.Equal("hello\n", (await Run.CleanAsync(Program(client), [.. flags, sshd.Destination, "echo hello"])).Ends().Output);
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("stock")]
    public async Task A_certificate_in_an_agent_logs_in_to(string server)
    {
        await using TestSshd sshd = await StartTrustingAsync(server);
        string socket = _directory["agent"];
        string key = await CopyWithCertificateAsync(sshd.User);
        using var agent = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Requires.Program("ssh-agent"), ["-D", "-a", socket]) { RedirectStandardOutput = true })!;
        try
        {
            await agent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket };
            (await Run.Async("ssh-add", ["-q", key], environment: environment)).Ends();
            string[] flags =
            [
                "-F", "none", "-p", sshd.Port.ToString(CultureInfo.InvariantCulture), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
                "-o", $"UserKnownHostsFile={sshd.KnownHosts}", "-i", _directory["no-such-key"],
            ];
            Assert.Equal("hello\n", (await Run.Async(Program("ours"), [.. flags, sshd.Destination, "echo hello"], environment: environment)).Ends().Output);
        }
        finally
        {
            agent.Kill();
        }
    }

    [Theory]
    [InlineData("-n nobody-of-that-name", false)]
    [InlineData("-n USER -h", false)]
    [InlineData("-n USER -V 20000101:20010101", false)]
    [InlineData("-n USER -V 20990101:20990102", false)]
    [InlineData("-n USER -O source-address=192.0.2.0/24", false)]
    [InlineData("-n USER -O source-address=127.0.0.0/8,192.0.2.1", true)]
    [InlineData("-n USER -O critical:unheard-of@example.com=x", false)]
    [InlineData("-n USER -O extension:unheard-of@example.com=x", true)]
    [InlineData("-n USER -V always:20990101", true)]
    public async Task Our_server_lets_a_certificate_in_or_not_as_OpenSSHs_does(string flags, bool isLetIn)
    {
        foreach (string server in (string[])["ours", "stock"])
        {
            await using TestSshd sshd = await StartTrustingAsync(server);
            string certificate = await CertifyAsync(flags.Replace("USER", sshd.User, StringComparison.Ordinal).Split(' '));
            RunResult result = await SshAsync("stock", sshd, "ed25519", certificate, "exit 3");
            Assert.True(result.ExitStatus == (isLetIn ? 3 : 255), $"{server}: {result.ExitStatus} {result.Error}\n{sshd.Log}");
        }
    }

    [Fact]
    public async Task A_certificate_without_principals_lets_nobody_in_as_since_OpenSSH_10_3()
    {
        string lines = _directory.Write("lines", $"cert-authority {await File.ReadAllTextAsync(await StockKeys.HostAsync(Authority) + ".pub")}");
        await using TestSshd sshd = await OurSshd.StartAsync($"AuthorizedKeysFile {lines}");
        Assert.Equal(255, (await SshAsync("stock", sshd, "ed25519", await CertifyAsync(), "true")).ExitStatus);
        await sshd.SaysAsync("Certificate lacks principal list");
        (await SshAsync("stock", sshd, "ed25519", await CertifyAsync("-n", sshd.User), "true")).Ends();
    }

    [Fact]
    public async Task What_a_certificate_forces_and_forbids_holds()
    {
        await using TestSshd sshd = await StartTrustingAsync("ours");
        string forced = await CertifyAsync("-n", sshd.User, "-O", "clear", "-O", "force-command=echo \"forced, not $SSH_ORIGINAL_COMMAND\"");
        Assert.Equal("forced, not echo hello\n", (await SshAsync("stock", sshd, "ed25519", forced, "echo hello")).Ends().Output);
        Assert.Contains("PTY allocation request failed", (await SshAsync("stock", sshd, "ed25519", forced, "true", "-tt")).Error, StringComparison.Ordinal);
        Assert.Equal(255, (await SshAsync("stock", sshd, "ed25519", forced, "true", "-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes")).ExitStatus);

        string free = await CertifyAsync("-n", sshd.User);
        Assert.DoesNotContain("PTY", (await SshAsync("stock", sshd, "ed25519", free, "true", "-tt")).Ends().Error, StringComparison.Ordinal);
        (await SshAsync("stock", sshd, "ed25519", free, "true", "-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes")).Ends();
        await sshd.SaysAsync("Accepted certificate ID \"x\" (serial 0) signed by ED25519 CA");
    }

    [Fact]
    public async Task Principals_come_from_a_file_or_from_a_line_of_authorized_keys()
    {
        string principals = _directory.Write("principals", "# who may\ncommand=\"echo by the file\" friends\n");
        string authority = await StockKeys.HostAsync(Authority) + ".pub";
        string lines = _directory.Write("lines", $"cert-authority,principals=\"family\",command=\"echo by the line\" {await File.ReadAllTextAsync(authority)}");
        await using TestSshd sshd = await OurSshd.StartAsync($"AuthorizedKeysFile {lines}", $"TrustedUserCAKeys {authority}", $"AuthorizedPrincipalsFile {principals}");
        Assert.Equal("by the file\n", (await SshAsync("stock", sshd, "ed25519", await CertifyAsync("-n", "friends"), "true")).Ends().Output);
        Assert.Equal("by the line\n", (await SshAsync("stock", sshd, "ed25519", await CertifyAsync("-n", "family"), "true")).Ends().Output);
        Assert.Equal(255, (await SshAsync("stock", sshd, "ed25519", await CertifyAsync("-n", sshd.User), "true")).ExitStatus);
    }

    [Fact]
    public async Task What_is_revoked_does_not_log_in_and_a_list_that_cannot_be_read_revokes_everything()
    {
        string certificate = await CertifyAsync("-n", TestUser.Name, "-z", "77");
        string list = _directory["krl"];
        string specification = _directory.Write("spec", "serial: 70-80\n");
        KeygenRun.Ours("", "-k", "-q", "-f", list, "-s", await StockKeys.HostAsync(Authority) + ".pub", specification).Ends();
        string text = _directory.Write("text", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub"));
        string junk = _directory.Write("junk", "what is this\n");
        foreach (string revoked in (string[])[list, text, junk, _directory["not-there"]])
        {
            await using TestSshd sshd = await StartTrustingAsync("ours", $"RevokedKeys {revoked}");
            Assert.True((await SshAsync("stock", sshd, "ed25519", certificate, "true")).ExitStatus == 255, revoked);
        }

        foreach (string server in (string[])["ours", "stock"])
        {
            await using TestSshd sshd = await StartTrustingAsync(server, $"RevokedKeys {list}");
            (await SshAsync("stock", sshd, "ed25519", await CertifyAsync("-n", TestUser.Name, "-z", "81"), "true")).Ends();
            Assert.Equal(255, (await SshAsync("stock", sshd, "ed25519", certificate, "true")).ExitStatus);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_host_is_known_by_its_authority(string client, string server)
    {
        foreach (string kind in StockKeys.Kinds)
        {
            string certificate = await CertifyHostAsync(kind, "-h", "-n", "127.0.0.1");
            await using TestSshd sshd = await PlainAsync(server, $"HostCertificate {certificate}");
            RunResult result = await KnownAsync(client, sshd, await AuthorityOfHostsAsync("*"));
            Assert.Contains("-cert-v01@openssh.com", result.Ends().Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-h -n example.com", "*")]
    [InlineData("-h", "*")]
    [InlineData("-n 127.0.0.1", "*")]
    [InlineData("-h -n 127.0.0.1 -V 20000101:20010101", "*")]
    [InlineData("-h -n 127.0.0.1 -O critical:unheard-of@example.com=x", "*")]
    [InlineData("-h -n 127.0.0.1", "*.example.com")]
    public async Task Our_client_does_not_know_a_host_by(string flags, string names)
    {
        await using TestSshd sshd = await PlainAsync("ours", $"HostCertificate {await CertifyHostAsync("ed25519", flags.Split(' '))}");
        Assert.Equal(255, (await KnownAsync("ours", sshd, await AuthorityOfHostsAsync(names))).ExitStatus);
    }

    [Fact]
    public async Task A_certificate_without_its_authority_is_a_key_like_any_other()
    {
        await using TestSshd sshd = await PlainAsync("ours", $"HostCertificate {await CertifyHostAsync("ed25519", "-h", "-n", "127.0.0.1")}");
        (await KnownAsync("ours", sshd, sshd.KnownHosts, "-o", "HostKeyAlgorithms=ssh-ed25519-cert-v01@openssh.com")).Ends();
    }

    private static Task<TestSshd> StartAsync(string server, params string[] settings) => PlainAsync(server, ["AuthorizedKeysFile none", .. settings]);

    private static async Task<TestSshd> PlainAsync(string server, params string[] settings) =>
        server == "ours" ? await OurSshd.StartAsync(settings) : await StockSshd.StartAsync(settings);

    private static async Task<TestSshd> StartTrustingAsync(string server, params string[] settings) =>
        await StartAsync(server, [$"TrustedUserCAKeys {await StockKeys.HostAsync(Authority)}.pub", .. settings]);

    private static string Program(string client) => client == "ours" ? Requires.PublishedTool("ssh") : "ssh";

    private static async Task<RunResult> SshAsync(string client, TestSshd sshd, string kind, string certificate, string command, params string[] flags) =>
        await Run.CleanAsync(Program(client), [.. await sshd.ClientArgumentsAsync(kind), "-o", $"CertificateFile={certificate}", .. flags, sshd.Destination, command]);

    /// <summary>Logs in with a plain key and another known_hosts file, and says which algorithms were agreed on.</summary>
    private static async Task<RunResult> KnownAsync(string client, TestSshd sshd, string known, params string[] flags) =>
        await Run.CleanAsync(Program(client), [.. await StockClient.ArgumentsAsync(sshd.Port, known), .. flags, "-v", sshd.Destination, "true"]);

    private async Task<string> CertifyAsync(params string[] flags) =>
        await StockKeys.CertifyAsync(_directory, await StockKeys.UserAsync("ed25519"), await StockKeys.HostAsync(Authority), ["-I", "x", .. flags]);

    /// <summary>Makes a certificate with our ssh-keygen and returns its file.</summary>
    private async Task<string> CertifyByOursAsync(string key, string authority, params string[] flags)
    {
        string copy = _directory.Write($"{Guid.NewGuid():N}.pub", await File.ReadAllTextAsync(key + ".pub"));
        (await Run.CleanAsync(Requires.PublishedTool("ssh-keygen"), ["-q", "-s", authority, "-I", "by ours", .. flags, copy])).Ends();
        return copy[..^".pub".Length] + "-cert.pub";
    }

    private async Task<string> CertifyHostAsync(string kind, params string[] flags) =>
        await StockKeys.CertifyAsync(_directory, await StockKeys.HostAsync(kind), await StockKeys.UserAsync(Authority), ["-I", "x", .. flags]);

    private async Task<string> AuthorityOfHostsAsync(string names) =>
        _directory.Write("known_hosts", $"@cert-authority {names} {await File.ReadAllTextAsync(await StockKeys.UserAsync(Authority) + ".pub")}");

    /// <summary>A copy of the user's key with a certificate beside it.</summary>
    private async Task<string> CopyWithCertificateAsync(string principal)
    {
        string key = _directory.Write("id", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519")));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Copy(await CertifyAsync("-n", principal), key + "-cert.pub");
        return key;
    }
}
