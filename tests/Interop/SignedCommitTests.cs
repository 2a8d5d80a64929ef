namespace Nacre.Tests.Interop;

/// <summary>git signs commits with an SSH key and verifies them, by our ssh-keygen.</summary>
[Trait("Category", "Interop")]
public sealed class SignedCommitTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Git_signs_a_commit_and_a_tag_and_verifies_them()
    {
        string key = _directory["key"];
        (await OurTools.RunAsync("ssh-keygen", ["-q", "-N", "", "-C", "", "-f", key])).Ends();
        string signers = _directory.Write("signers", $"al@example.com namespaces=\"git\" {await File.ReadAllTextAsync(key + ".pub")}");
        string program = OurTools.Program(_directory, "ssh-keygen");
        await GitAsync(0, "init", "-q", "tree");
        foreach ((string name, string value) in new[]
        {
            ("user.name", "Al"), ("user.email", "al@example.com"), ("gpg.format", "ssh"), ("gpg.ssh.program", program), ("gpg.ssh.allowedSignersFile", signers), ("user.signingKey", key),
        })
        {
            await GitAsync(0, "-C", "tree", "config", name, value);
        }

        await GitAsync(0, "-C", "tree", "commit", "-q", "--allow-empty", "-S", "-m", "signed");
        await GitAsync(0, "-C", "tree", "tag", "-s", "-m", "signed, too", "v1");
        Assert.StartsWith("Good \"git\" signature for al@example.com with ED25519 key SHA256:", (await GitAsync(0, "-C", "tree", "verify-commit", "HEAD")).Error, StringComparison.Ordinal);
        Assert.StartsWith("Good \"git\" signature for al@example.com with ED25519 key SHA256:", (await GitAsync(0, "-C", "tree", "verify-tag", "v1")).Error, StringComparison.Ordinal);

        await GitAsync(0, "-C", "tree", "config", "gpg.ssh.program", Requires.Program("ssh-keygen"));
        await GitAsync(0, "-C", "tree", "verify-commit", "HEAD");
        await GitAsync(0, "-C", "tree", "config", "gpg.ssh.program", program);
        _directory.Write("signers", $"bo@example.com namespaces=\"file\" {await File.ReadAllTextAsync(key + ".pub")}");
        Assert.DoesNotContain("Good \"git\" signature for", (await GitAsync(1, "-C", "tree", "verify-commit", "HEAD")).Error, StringComparison.Ordinal);
    }

    private async Task<RunResult> GitAsync(int status, params string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["HOME"] = _directory.Path, ["GIT_CONFIG_NOSYSTEM"] = "1", ["SSH_AUTH_SOCK"] = null };
        return (await Run.Async("git", arguments, environment: environment, directory: _directory.Path)).Ends(status);
    }
}
