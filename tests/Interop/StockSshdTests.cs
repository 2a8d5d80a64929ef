namespace Nacre.Tests.Interop;

/// <summary>The fixtures themselves: what every other interop test stands on, with stock programs at both ends.</summary>
[Trait("Category", "Interop")]
public sealed class StockSshdTests
{
    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa-256")]
    [InlineData("ecdsa-384")]
    [InlineData("ecdsa-521")]
    [InlineData("rsa-2048")]
    public async Task A_stock_client_logs_in_to_the_stock_server_with_each_kind_of_key(string kind)
    {
        await using StockSshd sshd = await StockSshd.StartAsync();

        RunResult result = await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(kind), $"{sshd.User}@127.0.0.1", "id -un; exit 7"]);

        result.Ends(7);
        Assert.Equal(sshd.User + "\n", result.Output);
        await sshd.SaysAsync("Accepted publickey");
    }

    [Fact]
    public async Task The_stock_sftp_reads_a_file_of_the_stock_server()
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        using var directory = new TemporaryDirectory();

        string[] arguments = await sshd.ClientArgumentsAsync(portFlag: "-P");
        (await Run.CleanAsync("sftp", [.. arguments, "-b", directory.Write("batch", $"get /etc/passwd {directory["copy"]}\n"), $"{sshd.User}@127.0.0.1"])).Ends();

        Assert.Equal(await File.ReadAllBytesAsync("/etc/passwd"), await File.ReadAllBytesAsync(directory["copy"]));
    }

    [Fact]
    public async Task Settings_of_the_test_win_over_those_of_the_fixture()
    {
        await using StockSshd sshd = await StockSshd.StartAsync("AuthorizedKeysFile none");

        RunResult result = await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), $"{sshd.User}@127.0.0.1", "true"]);

        Assert.Contains("Permission denied (publickey)", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StockSshd.StartAsync("NoSuchKeyword yes"));

        Assert.Contains("NoSuchKeyword", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listens_after_the_fixture_has_ended()
    {
        StockSshd sshd = await StockSshd.StartAsync();
        await sshd.DisposeAsync();

        RunResult result = await Run.CleanAsync("ssh", ["-F", "none", "-p", $"{sshd.Port}", "127.0.0.1", "true"]);

        Assert.Contains("Connection refused", result.Ends(255).Error, StringComparison.Ordinal);
    }
}
