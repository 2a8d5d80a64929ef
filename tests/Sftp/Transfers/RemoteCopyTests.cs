using System.Security.Cryptography;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>Copies from one server to another by way of this machine.</summary>
public sealed class RemoteCopyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_goes_from_one_server_to_another_or_to_the_same(bool isSame)
    {
        Directory.CreateDirectory(_directory["from/sub"]);
        _directory.WriteRandom("from/large", (20 << 20) + 3);
        for (int i = 0; i < 100; i++) _directory.WriteRandom($"from/sub/f{i}", i * 11);
        File.SetLastWriteTimeUtc(_directory["from/large"], TransferTests.Old);
        await using SftpPair one = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));
        await using SftpPair two = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));
        var observer = new SilentObserver();
        var options = new TransferOptions { IsRecursive = true, KeepsAttributes = true };
        TransferResult result = await new RemoteCopy(one.Client, isSame ? one.Client : two.Client, options, observer).RunAsync([new TransferItem("from", "to")]);
        Assert.Empty(observer.Failures);
        Assert.Equal((101L, 101), (result.Files, observer.Whole));
        Assert.Equal(TransferTests.Old, File.GetLastWriteTimeUtc(_directory["to/large"]));
        foreach (string path in Directory.EnumerateFiles(_directory["from"], "*", SearchOption.AllDirectories))
        {
            byte[] copy = await File.ReadAllBytesAsync(_directory["to/" + Path.GetRelativePath(_directory["from"], path)]);
            Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(path)), SHA256.HashData(copy));
        }
    }

    [Fact]
    public async Task A_copy_that_ended_half_way_is_gone_on_with()
    {
        _directory.WriteRandom("from", 3_000_000);
        byte[] content = await File.ReadAllBytesAsync(_directory["from"]);
        await File.WriteAllBytesAsync(_directory["to"], content[..2_000_000]);
        await using SftpPair one = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));
        await using SftpPair two = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));
        TransferResult result = await new RemoteCopy(one.Client, two.Client, new TransferOptions { Resumes = true }, new SilentObserver()).RunAsync([new TransferItem("from", "to")]);
        Assert.Equal((1L, 1_000_000L), (result.Files, result.Bytes));
        Assert.Equal(content, await File.ReadAllBytesAsync(_directory["to"]));
    }
}
