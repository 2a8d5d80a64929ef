using System.Text.RegularExpressions;

namespace Nacre.Tests.Interop;

/// <summary>Logins by keys in a token (PKCS11Provider, -I): our ssh does what OpenSSH's does.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed partial class TokenLoginTests : IDisposable
{
    private const string Right = SoftToken.Pin, Wrong = "9999";

    /// <summary>What is asked when a server accepts a key.</summary>
    private const string Question = $"Enter PIN for '{SoftToken.Label}': \n";

    private static readonly string Lib = SoftToken.Library;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Flags, with {0} for this test's directory; what is typed as the PIN; whether the login succeeds; whether the PIN is asked for.</summary>
    private static readonly (string Flags, string Pin, bool IsIn, bool IsAsked)[] Rows =
    [
        ($"-I {Lib}", Right, true, true),
        ($"-I {Lib}", Wrong, false, true),
        ($"-I {Lib}", "", false, true),
        ($"-o SmartcardDevice={Lib} -o PKCS11Provider=/nowhere/p11.so", Right, true, true),
        ($"-I /nowhere/p11.so -i {{0}}/own", Right, true, false),
        ($"-I none -o PKCS11Provider={Lib}", Right, false, false),
        ($"-I {Lib} -o BatchMode=yes", Right, false, false),
        ($"-I {Lib} -o IdentitiesOnly=yes", Right, false, false),
        ($"-I {Lib} -i {{0}}/rsa.pub -o IdentitiesOnly=yes", Right, true, true),
        ($"-I {Lib} -o CertificateFile={{0}}/ec-cert.pub", Right, true, true),
        ($"-I {Lib} -o IdentityFile={{0}}/ec -o IdentitiesOnly=yes", Right, true, true),
    ];

    [Fact]
    public async Task Ours_offers_the_same_keys_as_OpenSSHs_and_asks_for_the_PIN_when_it_does()
    {
        string authority = await StockKeys.HostAsync("ed25519"), own = await StockKeys.UserAsync("ed25519");
        using SoftToken token = await SoftToken.MakeAsync();
        _directory.Write("ec.pub", $"{await token.ImportAsync("ecdsa-sha2-nistp256", "ec")}\n");
        string rsa = $"{await token.ImportAsync("ssh-rsa", "rsa")}\n";
        _directory.Write("rsa.pub", rsa);
        File.Copy(await StockKeys.CertifyAsync(_directory, _directory["ec"], authority, "-I", "id", "-n", TestUser.Name), _directory["ec-cert.pub"]);
        File.Copy(own, _directory["own"]);
        string keys = _directory.Write("keys", $"{rsa}{await File.ReadAllTextAsync(own + ".pub")}cert-authority {await File.ReadAllTextAsync(authority + ".pub")}");
        await using StockSshd sshd = await StockSshd.StartAsync($"AuthorizedKeysFile {keys}");
        foreach ((string flags, string pin, bool isIn, bool isAsked) in Rows)
        {
            string[] words = string.Format(null, flags, _directory.Path).Split(' ');
            (string theirs, string ours) = (await LogInAsync("ssh", sshd, token, words, pin, isIn, isAsked), await LogInAsync(Requires.PublishedTool("ssh"), sshd, token, words, pin, isIn, isAsked));
            Assert.True(theirs == ours, $"{flags}\n--- OpenSSH\n{theirs}\n--- ours\n{ours}");
        }
    }

    [Fact]
    public async Task A_server_proves_itself_by_a_host_key_on_a_token_that_an_agent_reaches()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        string host = $"{await token.ImportAsync("ecdsa-sha2-nistp384", "host")}\n";
        _directory.Write("host.pub", host);
        using var agent = new OurAgent(_directory["agent"], token.Environment);
        (await Run.Async("setsid", ["-w", OurTools.Executable, "ssh-add", "-q", "-s", Lib], "1234\n"u8.ToArray(), new Dictionary<string, string?>(token.Environment) { ["SSH_AUTH_SOCK"] = agent.Path })).Ends();
        await using OurSshd sshd = await OurSshd.StartAsync($"HostKeyAgent {agent.Path}", $"HostKey {_directory["host"]}", "HostKeyAlgorithms ecdsa-sha2-nistp384");
        string known = _directory.Write("known_hosts", $"[127.0.0.1]:{sshd.Port} {host}");
        string[] flags = [.. (await sshd.ClientArgumentsAsync()).Select(flag => flag.StartsWith("UserKnownHostsFile=", StringComparison.Ordinal) ? $"UserKnownHostsFile={known}" : flag)];
        Assert.Equal("hello\n", (await Run.CleanAsync("ssh", [.. flags, sshd.Destination, "echo hello"])).Ends().Output);
    }

    /// <summary>Logs in, or does not, and returns the keys that were offered.</summary>
    private async Task<string> LogInAsync(string program, TestSshd sshd, SoftToken token, string[] flags, string pin, bool isIn, bool isAsked)
    {
        string asked = _directory.Write("asked", "");
        string askpass = _directory.Write("askpass", $"#!/bin/sh\nprintf '%s\\n' \"$1\" >>{asked}\necho '{pin}'\n");
        File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string?>(token.Environment) { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force", ["SSH_AUTH_SOCK"] = null };
        string[] all =
        [
            "-v", "-F", "none", "-p", $"{sshd.Port}", "-o", $"UserKnownHostsFile={sshd.KnownHosts}", "-o", "PasswordAuthentication=no", "-o", "KbdInteractiveAuthentication=no",
            .. flags, "-o", "IdentityFile=none", sshd.Destination, "echo in",
        ];
        RunResult result = await Run.Async(program, all, environment: environment);
        Assert.Equal((isIn ? 0 : 255, isIn ? "in\n" : ""), (result.Ends(isIn ? 0 : 255).ExitStatus, result.Output));
        Assert.True((await File.ReadAllTextAsync(asked) == Question) == isAsked, $"{result.Command}\n{await File.ReadAllTextAsync(asked)}");
        return string.Join('\n', Offer().Matches(result.Error).Select(match => match.Groups[1].Value).Distinct());
    }

    [GeneratedRegex("Offering public key: .*?(\\S+ SHA256:\\S+)")]
    private static partial Regex Offer();
}
