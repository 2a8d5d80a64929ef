using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Tests.Tools.FileTransfer;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>Names of a hostile server (A-23): nothing is made outside the target, and the rest is copied.</summary>
public sealed class EvilNameTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("../x", 1)]
    [InlineData("/tmp/nacre-evil", 1)]
    [InlineData("a/../../b", 1)]
    [InlineData("", 1)]
    [InlineData("a\0b", 1)]
    [InlineData("..", 0)]
    [InlineData(@"..\x", 0)]
    [InlineData(@"C:\x", 0)]
    [InlineData("x:ads", 0)]
    [InlineData("CON", 0)]
    [InlineData("good", 0)]
    public async Task A_name_makes_a_file_in_the_target_or_none(string name, int failures)
    {
        await using SftpPair pair = await SftpPair.StartAsync(new EvilFileSystem(name, "good", "good"));
        TransferResult result = await pair.Client.DownloadAsync("/d", _directory["target"], new TransferOptions { IsRecursive = true });
        Assert.Equal(failures, result.Failures.Count);
        Assert.All(result.Failures, failure => Assert.Equal(TransferStep.UnsafeName, failure.Step));
        Assert.Equal("evil", await File.ReadAllTextAsync(_directory["target/good"]));
        Assert.Equal([_directory["target"]], Directory.EnumerateFileSystemEntries(_directory.Path));
        Assert.All(Directory.EnumerateFileSystemEntries(_directory["target"]), path => Assert.Contains(Path.GetFileName(path), new[] { name, "good" }));
    }

    [Fact]
    public async Task A_name_of_64_KiB_fails_alone()
    {
        await using SftpPair pair = await SftpPair.StartAsync(new EvilFileSystem(new string('n', 64 * 1024), "good"));
        TransferResult result = await pair.Client.DownloadAsync("/d", _directory["target"], new TransferOptions { IsRecursive = true });
        Assert.Contains("too long", Assert.Single(result.Failures).Error.Message, StringComparison.Ordinal);
        Assert.Equal([_directory["target/good"]], Directory.EnumerateFileSystemEntries(_directory["target"]));
    }
}
