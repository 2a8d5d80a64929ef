using Nacre.Tests.Tools.SshKeygen;

namespace Nacre.Tests.Interop;

/// <summary>Keys of a security key, which is the provider of OpenSSH's own tests: our ssh-keygen, ssh and sshd, with each other and with OpenSSH's.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class SecurityKeyInteropTests
{
    [Theory]
    [InlineData("ed25519-sk")]
    [InlineData("ecdsa-sk")]
    public async Task Ours_and_OpenSSHs_log_in_and_let_in_by_a_key_that_we_made(string kind)
    {
        using var directory = new TemporaryDirectory();
        string touched = await MakeAsync(directory, kind, "touched"), untouched = await MakeAsync(directory, kind, "untouched", "-O", "no-touch-required");
        string keys = directory.Write("authorized_keys", File.ReadAllText(touched + ".pub") + File.ReadAllText(untouched + ".pub"));
        string waived = directory.Write("waived", "no-touch-required " + File.ReadAllText(untouched + ".pub"));
        await using StockSshd stock = await StockSshd.StartAsync($"AuthorizedKeysFile {keys}");
        await using OurSshd ours = await OurSshd.StartAsync($"AuthorizedKeysFile {keys}");
        await using OurSshd waiving = await OurSshd.StartAsync($"AuthorizedKeysFile {waived}");
        foreach (TestSshd server in (TestSshd[])[stock, ours])
        {
            Assert.Equal("in\n", (await SshAsync(Requires.PublishedTool("ssh"), server, touched)).Ends().Output);
            Assert.Contains("Permission denied", (await SshAsync(Requires.PublishedTool("ssh"), server, untouched)).Ends(255).Error, StringComparison.Ordinal);
        }

        await ours.SaysAsync("user presence (authenticator touch) requirement not met");
        Assert.Equal("in\n", (await SshAsync(Requires.PublishedTool("ssh"), waiving, untouched)).Ends().Output);
        Assert.Equal("in\n", (await SshAsync("ssh", ours, touched)).Ends().Output);
    }

    [Theory]
    [InlineData("/nowhere/sk.so", "Provider \"/nowhere/sk.so\" dlopen failed: /nowhere/sk.so: cannot open shared object file: No such file or directory")]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6", "Provider \"/lib/x86_64-linux-gnu/libc.so.6\" dlsym(sk_api_version) failed")]
    [InlineData("internal", "internal security key support not enabled; name a provider's library by SSH_SK_PROVIDER")]
    public async Task A_provider_that_is_none_is_said_to_be_none(string provider, string words)
    {
        using var directory = new TemporaryDirectory();
        RunResult result = await Run.Async(OurTools.Executable, ["ssh-keygen", "-q", "-t", "ed25519-sk", "-w", provider, "-N", "", "-f", directory["key"]]);
        Assert.Equal($"Key enrollment failed: {words}\r\n", result.Ends(255).Error);
        Assert.False(File.Exists(directory["key"]));
    }

    [Fact]
    public async Task A_server_proves_itself_by_a_host_key_that_a_security_key_keeps()
    {
        using var directory = new TemporaryDirectory();
        string key = await MakeAsync(directory, "ed25519-sk", "host");
        await using OurSshd sshd = await OurSshd.StartAsync($"HostKey {key}", $"SecurityKeyProvider {DummySecurityKey.Provider}", "HostKeyAlgorithms sk-ssh-ed25519@openssh.com");
        string known = directory.Write("known_hosts", $"[127.0.0.1]:{sshd.Port} {File.ReadAllText(key + ".pub")}");
        string[] flags = [.. (await sshd.ClientArgumentsAsync()).Select(flag => flag.StartsWith("UserKnownHostsFile=", StringComparison.Ordinal) ? $"UserKnownHostsFile={known}" : flag)];
        foreach (string client in (string[])["ssh", Requires.PublishedTool("ssh")])
        {
            Assert.Equal("hello\n", (await Run.CleanAsync(client, [.. flags, sshd.Destination, "echo hello"])).Ends().Output);
        }
    }

    [Fact]
    public async Task It_certifies_and_signs_and_OpenSSH_reads_it()
    {
        using var directory = new TemporaryDirectory();
        string authority = await MakeAsync(directory, "ecdsa-sk", "ca"), key = await MakeAsync(directory, "ed25519-sk", "key");
        (await Run.Async(OurTools.Executable, ["ssh-keygen", "-q", "-s", authority, "-w", DummySecurityKey.Provider, "-I", "id", "-n", "al", key + ".pub"])).Ends();
        string listed = (await Run.Async("ssh-keygen", ["-L", "-f", key + "-cert.pub"])).Ends().Output;
        Assert.Contains("Type: sk-ssh-ed25519-cert-v01@openssh.com user certificate", listed, StringComparison.Ordinal);
        Assert.Contains("(using sk-ecdsa-sha2-nistp256@openssh.com)", listed, StringComparison.Ordinal);
        Assert.Equal(listed, KeygenRun.Ours("", "-L", "-f", key + "-cert.pub").Ends().Output);

        string message = directory.Write("message", "what is signed"), signature = message + ".sig";
        (await Run.Async(OurTools.Executable, ["ssh-keygen", "-q", "-Y", "sign", "-f", authority, "-w", DummySecurityKey.Provider, "-n", "file", message])).Ends();
        string theirs = (await Run.Async("ssh-keygen", ["-Y", "check-novalidate", "-n", "file", "-s", signature], "what is signed"u8.ToArray())).Ends().Output;
        Assert.StartsWith("Good \"file\" signature with ECDSA-SK key SHA256:", theirs, StringComparison.Ordinal);
        Assert.Equal(theirs, KeygenRun.Ours("what is signed", "-Y", "check-novalidate", "-n", "file", "-s", signature).Ends().Output);
    }

    [Fact]
    public async Task An_agent_of_ours_signs_for_our_ssh_add_and_for_OpenSSHs()
    {
        using var directory = new TemporaryDirectory();
        string first = await MakeAsync(directory, "ed25519-sk", "first"), second = await MakeAsync(directory, "ecdsa-sk", "second");
        foreach (string key in (string[])[first, second])
        {
            (await Run.Async(OurTools.Executable, ["ssh-keygen", "-q", "-s", first, "-w", DummySecurityKey.Provider, "-I", "id", "-n", "al", key + ".pub"])).Ends();
        }

        string script = $"""
            set -e
            cd '{directory.Path}'
            export SSH_AUTH_SOCK='{directory["agent"]}'
            '{OurTools.Executable}' ssh-agent -D -a agent > /dev/null & agent=$!
            trap 'kill $agent' EXIT
            until [ -S agent ]; do sleep 0.1; done
            '{OurTools.Executable}' ssh-add -q -S {DummySecurityKey.Provider} '{first}'
            SSH_SK_PROVIDER={DummySecurityKey.Provider} ssh-add -q '{second}'
            for tool in "'{OurTools.Executable}' ssh-add" ssh-add; do eval "$tool" -T '{first}.pub' '{second}.pub' '{first}-cert.pub' '{second}-cert.pub'; done
            SSH_SK_PROVIDER= '{OurTools.Executable}' ssh-add '{first}' 2>&1 || true
            ssh-add -l | wc -l
            """;
        RunResult result = await Run.Async("/bin/sh", ["-c", script], environment: new Dictionary<string, string?> { ["DISPLAY"] = null, ["WAYLAND_DISPLAY"] = null, ["SSH_ASKPASS_REQUIRE"] = null });
        Assert.Equal($"Cannot load FIDO key {first} without provider\n4\n", result.Ends().Output);
    }

    private static async Task<string> MakeAsync(TemporaryDirectory directory, string kind, string name, params string[] flags)
    {
        string path = directory[name];
        (await Run.Async(OurTools.Executable, ["ssh-keygen", "-q", "-t", kind, "-w", DummySecurityKey.Provider, "-N", "", "-f", path, .. flags])).Ends();
        return path;
    }

    private static Task<RunResult> SshAsync(string program, TestSshd server, string key) => Run.Async(
        program,
        [
            "-F", "none", "-p", $"{server.Port}", "-i", key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", $"UserKnownHostsFile={server.KnownHosts}",
            "-o", $"SecurityKeyProvider={DummySecurityKey.Provider}", server.Destination, "echo in",
        ],
        environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["DISPLAY"] = null, ["WAYLAND_DISPLAY"] = null });
}
