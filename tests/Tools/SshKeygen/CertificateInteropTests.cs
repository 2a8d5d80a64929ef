using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Our ssh-keygen and OpenSSH's sign and show certificates: they say the same, the certificates say the same, and each shows what the other made.</summary>
[Trait("Category", "Interop")]
public sealed class CertificateInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>What follows -s ca -I, with RSA's authority in ca, another in ed, and keys to certify in key.pub, two.pub and bare; some words with a no-break space in the place of a blank.</summary>
    public static TheoryData<string> Commands =>
    [
        "id key.pub", "id key", "id -n al,bo -z 5 key.pub two.pub", "id -n al -z +5 key.pub two.pub", "id -z 010 key.pub", "id -h -n h.example key.pub", "id -q key.pub", "a\u00a0\"b\" key.pub",
        "id", "id -n a,,b key.pub", "id -n al, key.pub", "id -z x key.pub", "id -z +x key.pub", "id -z -1 key.pub", "id -z 18446744073709551616 key.pub", "id -z 0x10 key.pub",
        "id -V 20200101Z:20300101123456Z key.pub", "id -V 20200101:forever key.pub", "id -V always:20300101 key.pub", "id -V 0x1:0x2000000000 key.pub", "id -V always:forever key.pub", "id -V x key.pub", "id -V +1y key.pub",
        "id -O clear key.pub", "id -O no-pty -O no-PTY key.pub", "id -O no-x11-forwarding -O no-agent-forwarding key.pub", "id -O no-port-forwarding -O no-user-rc key.pub",
        "id -O clear -O permit-pty -O permit-x11-forwarding key.pub", "id -O clear -O permit-agent-forwarding -O permit-port-forwarding -O permit-user-rc key.pub",
        "id -O no-touch-required -O verify-required key.pub", "id -O no-touch-required -O verify-required -O force-command=x -O clear key.pub",
        "id -O no-touch-required -O verify-required -O touch-required -O no-verify-required key.pub", "id -O force-command=a=b -O source-address=10.0.0.0/8,::1 key.pub", "id -O Force-Command=echo\u00a0a key.pub", "id -O force-command key.pub", "id -O force-command= key.pub", "id -O source-address= key.pub",
        "id -O force-command=x -O force-command=y key.pub", "id -O source-address=::1 -O source-address=::2 key.pub", "id -O bogus key.pub", "id -O no-pty=x key.pub", "id -O clear=x key.pub",
        "id -O critical:z@a -O critical:a@a=1 -O extension:zz@a=1=2 -O extension:aa@a key.pub", "id -h -O extension:foo@b=x -O critical:g -O force-command=x -O permit-pty key.pub",
        "id -t ssh-rsa key.pub", "id -t rsa-sha2-256 key.pub", "id -t rsa-sha2-512 key.pub", "id -t ssh-ed25519 key.pub", "id missing.pub", "id missing key.pub", "id bare",
    ];

    public static TheoryData<string> Kinds => [.. StockKeys.Kinds];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Both_sign_the_same_and_say_the_same(string command)
    {
        await CopyAsync("ca", await StockKeys.HostAsync("rsa-2048"));
        await CopyAsync("key", await StockKeys.UserAsync("ed25519"));
        await CopyAsync("two", await StockKeys.UserAsync("ecdsa-384"));
        await CopyAsync("bare", await StockKeys.UserAsync("ecdsa-256"));
        File.Delete(_directory["bare.pub"]);
        string[] words = [.. command.Split(' ').Select(word => word.Replace('\u00a0', ' '))];
        string[] args = ["-s", _directory["ca"], "-I", .. words.Select(word => word is "bare" or "key" || word.EndsWith(".pub", StringComparison.Ordinal) || word == "missing" ? _directory[word] : word)];

        KeygenRun stock = WithoutUsage(await KeygenRun.StockAsync("", args));
        string stockSays = await TakeAsync();
        KeygenRun ours = WithoutWarning(WithoutUsage(KeygenRun.Ours("", args)));

        Assert.Equal(stock, ours);
        Assert.Equal(stockSays, await TakeAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_shows_what_either_made_of_keys_of_every_type_by_every_authority(string kind)
    {
        foreach (string authority in StockKeys.Kinds)
        {
            foreach (string[] flags in (string[][])[["-n", "al,bo", "-O", "force-command=x", "-z", "9"], ["-h", "-n", "*.example", "-V", "20200101Z:20300101Z"]])
            {
                string[] args = ["-s", await CopyAsync("ca", await StockKeys.HostAsync(authority)), "-I", "id", .. flags, await CopyAsync("key", await StockKeys.UserAsync(kind)) + ".pub"];
                (await KeygenRun.StockAsync("", args)).Ends();
                string theirs = await ShowAsync(_directory["key-cert.pub"]);
                KeygenRun.Ours("", args).Ends();
                Assert.Equal(theirs, await ShowAsync(_directory["key-cert.pub"]));
            }
        }
    }

    [Fact]
    public async Task A_file_of_many_lines_is_shown_line_by_line()
    {
        string certificate = File.ReadAllText(await StockKeys.CertifyAsync(_directory, await StockKeys.UserAsync("ed25519"), await StockKeys.HostAsync("ed25519"), "-I", "x"));
        string key = File.ReadAllText(await StockKeys.UserAsync("ed25519") + ".pub");
        string one = _directory.Write("one", certificate), commented = _directory.Write("commented", $"# comment\n  {certificate}"), many = _directory.Write("many", $"{certificate}{key}\t{certificate}# comment\n");
        foreach (string[] args in (string[][])[["-L", "-f", one], ["-L", "-f", commented], ["-L", "-f", many], ["-L", "-E", "md5", "-f", one], ["-L", "-f", await StockKeys.UserAsync("ed25519") + ".pub"], ["-L", "-f", _directory["missing"]], ["-L", "-f", "/dev/null"], ["-L", "-l", "-f", one]])
        {
            Assert.Equal(await KeygenRun.StockAsync("", args), KeygenRun.Ours("", args));
        }

        Assert.Equal(await KeygenRun.StockAsync(certificate, "-L", "-f", "-"), KeygenRun.Ours(certificate, "-L", "-f", "-"));
        Assert.Equal(1, KeygenRun.Ours("not a key\n", "-L", "-f", "-").Status);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task An_agent_of_OpenSSH_signs_for_us()
    {
        using var agent = new StockAgent(_directory["agent"]);
        var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Path };
        string key = await CopyAsync("key", await StockKeys.UserAsync("ed25519")) + ".pub";
        Assert.Equal("Retrieve agent key list: agent contains no identities\r\n", (await SignAsync("rsa-2048")).Ends(255).Error);
        foreach (string kind in StockKeys.Kinds) await agent.AddAsync(await StockKeys.HostAsync(kind));

        foreach (string kind in StockKeys.Kinds)
        {
            (await SignAsync(kind)).Ends();
            string shown = await ShowAsync(_directory["key-cert.pub"]);
            Assert.Contains(kind == "rsa-2048" ? " (using rsa-sha2-512)" : " (using ", shown, StringComparison.Ordinal);
        }

        foreach (string algorithm in (string[])["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"])
        {
            (await SignAsync("rsa-2048", "-t", algorithm)).Ends();
            Assert.Contains($" (using {algorithm})", await ShowAsync(_directory["key-cert.pub"]), StringComparison.Ordinal);
        }

        string stranger = await StockKeys.UserAsync("rsa-2048");
        RunResult refused = await Run.Async(OurTools.Executable, ["ssh-keygen", "-Us", stranger, "-I", "x", key], environment: environment);
        Assert.Equal($"CA key {stranger} not found in agent\r\n", refused.Ends(255).Error);
        environment["SSH_AUTH_SOCK"] = null;
        Assert.Equal("Cannot use public key for CA signature: agent not present\r\n", (await SignAsync("ed25519")).Ends(255).Error);
        environment["SSH_AUTH_SOCK"] = _directory["nobody"];
        Assert.Contains("no agent listens at", (await SignAsync("ed25519")).Ends(255).Error, StringComparison.Ordinal);

        async Task<RunResult> SignAsync(string authority, params string[] flags) =>
            await Run.Async(OurTools.Executable, ["ssh-keygen", "-Us", await StockKeys.HostAsync(authority) + ".pub", "-I", "x", .. flags, key], environment: environment);
    }

    private async Task<string> CopyAsync(string name, string key)
    {
        File.Copy(key, _directory[name], overwrite: true);
        File.SetUnixFileMode(_directory[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(_directory[name + ".pub"], await File.ReadAllTextAsync(key + ".pub"));
        return _directory[name];
    }

    /// <summary>What OpenSSH's ssh-keygen shows of the certificates that were made, which are gone then.</summary>
    private async Task<string> TakeAsync()
    {
        string shown = "";
        foreach (string file in Directory.GetFiles(_directory.Path, "*-cert.pub").Order(StringComparer.Ordinal))
        {
            shown += (await KeygenRun.StockAsync("", "-L", "-f", file)).Ends().Output;
            File.Delete(file);
        }

        return shown;
    }

    /// <summary>What both show of a certificate, which is the same.</summary>
    private static async Task<string> ShowAsync(string file)
    {
        KeygenRun stock = (await KeygenRun.StockAsync("", "-L", "-f", file)).Ends();
        Assert.Equal(stock, KeygenRun.Ours("", "-L", "-f", file));
        return stock.Output;
    }

    /// <summary>OpenSSH 9.2 does not warn of certificates without principals, as later ones do.</summary>
    private static KeygenRun WithoutWarning(KeygenRun run) =>
        run.Error.StartsWith("Warning: a certificate without principals", StringComparison.Ordinal) ? run with { Error = run.Error[(run.Error.IndexOf('\n', StringComparison.Ordinal) + 1)..] } : run;

    private static KeygenRun WithoutUsage(KeygenRun run) =>
        run.Error.IndexOf("usage:", StringComparison.Ordinal) is >= 0 and var start ? run with { Error = run.Error[..start].ReplaceLineEndings("\n") } : run;
}
