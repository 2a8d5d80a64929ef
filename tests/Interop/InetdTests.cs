namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as published, on the streams that it is given (-i).</summary>
[Trait("Category", "Interop")]
public sealed class InetdTests
{
    [Fact]
    public async Task What_is_doubtful_in_the_configuration_is_told_in_the_log_and_not_to_the_client()
    {
        using var directory = new TemporaryDirectory();
        string config = directory.Write("config", $"HostKey {await StockKeys.HostAsync("ed25519")}\nDebianBanner yes\n");
        string[] flags = ["-i", "-f", config];

        RunResult withLog = await Run.CleanAsync(Requires.PublishedTool("sshd"), [.. flags, "-E", directory["log"]], "not ssh\r\n"u8.ToArray());
        RunResult shown = await Run.CleanAsync(Requires.PublishedTool("sshd"), [.. flags, "-e"], "not ssh\r\n"u8.ToArray());

        Assert.Equal("", withLog.Error);
        Assert.Contains("keyword DebianBanner is not supported", await File.ReadAllTextAsync(directory["log"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("keyword DebianBanner is not supported", shown.Error, StringComparison.Ordinal);
    }
}
