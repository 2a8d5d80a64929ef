namespace Nacre.Tests.Interop;

/// <summary>Every form of PermitRootLogin, to our sshd as root.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class RootLoginTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("yes", "", "chosen")]
    [InlineData("prohibit-password", "", "chosen")]
    [InlineData("without-password", "", "chosen")]
    [InlineData("without-password", "command=\"echo forced\" ", "forced")]
    [InlineData("forced-commands-only", "command=\"echo forced\" ", "forced")]
    [InlineData("forced-commands-only", "", null)]
    [InlineData("forced-commands-only", "restrict ", null)]
    [InlineData("no", "", null)]
    [InlineData("no", "command=\"echo forced\" ", null)]
    public async Task Root_is_let_in_by_key_as_PermitRootLogin_says(string permitted, string options, string? said)
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: root logs in");
        string keys = _directory.Write("keys", options + await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub", TestContext.Current.CancellationToken));
        await using OurSshd sshd = await OurSshd.StartAsync($"PermitRootLogin {permitted}", $"AuthorizedKeysFile {keys}");
        RunResult run = await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), "root@127.0.0.1", "echo chosen"]);
        Assert.Equal(said is null ? 255 : 0, run.ExitStatus);
        Assert.Equal(said is null ? "" : said + "\n", run.Output);

        // The others are not asked whether they may be root.
        RunResult other = await sshd.StockSshAsync("echo chosen");
        Assert.Equal(options.StartsWith("command", StringComparison.Ordinal) ? "forced\n" : "chosen\n", other.Ends().Output);
    }
}
