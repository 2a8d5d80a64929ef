using System.Security.Cryptography;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>Copies that go on where an earlier one ended: only when the bytes that are there are proved to be the file's.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Size = (3 << 20) + 12_345, Block = 1 << 20;

    private static readonly TransferOptions Resuming = new() { Resumes = true };

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(Size);

    public void Dispose() => _directory.Dispose();

    public static TheoryData<int, bool> Points()
    {
        var data = new TheoryData<int, bool>();
        foreach (int point in new[] { 0, 1, 4095, 4096, Block - 1, Block, Block + 1, (2 * Block) + 77, 3 * Block, Size - 1, Size })
        {
            data.Add(point, true);
            data.Add(point, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_front_of_any_length_is_gone_on_with(int front, bool hasHashes)
    {
        await using SftpPair pair = await StartAsync(hasHashes);
        foreach ((string whole, string part) in new[] { ("far", "near"), ("near", "far") })
        {
            await File.WriteAllBytesAsync(_directory[whole], _content);
            await File.WriteAllBytesAsync(_directory[part], _content[..front]);
            TransferResult result = await CopyAsync(pair, toHere: part == "near");
            Assert.Equal((1, Size - front), (result.Files, result.Bytes));
            Assert.Equal(SHA256.HashData(_content), SHA256.HashData(await File.ReadAllBytesAsync(_directory[part])));
        }
    }

    [Theory]
    [InlineData(0, Size, true)]
    [InlineData(0, Size, false)]
    [InlineData(Block + 5, Size, true)]
    [InlineData(Block + 5, Size, false)]
    [InlineData(99, 100, true)]
    [InlineData(99, 100, false)]
    [InlineData(0, 1, true)]
    [InlineData(0, 1, false)]
    public async Task A_front_that_differs_is_left_as_it_is(int tampered, int front, bool hasHashes)
    {
        await using SftpPair pair = await StartAsync(hasHashes);
        foreach ((string whole, string part) in new[] { ("far", "near"), ("near", "far") })
        {
            byte[] other = _content[..front];
            other[tampered] ^= 1;
            await File.WriteAllBytesAsync(_directory[whole], _content);
            await File.WriteAllBytesAsync(_directory[part], other);
            SftpException error = await Assert.ThrowsAsync<SftpException>(() => CopyAsync(pair, toHere: part == "near"));
            Assert.Contains("differ", error.Message, StringComparison.Ordinal);
            Assert.Equal(other, await File.ReadAllBytesAsync(_directory[part]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_torn_last_block_is_copied_again(bool hasHashes)
    {
        await using SftpPair pair = await StartAsync(hasHashes);
        foreach ((string whole, string part) in new[] { ("far", "near"), ("near", "far") })
        {
            byte[] torn = _content[..((2 * Block) + 5000)];
            torn.AsSpan((2 * Block) + 100).Clear();
            await File.WriteAllBytesAsync(_directory[whole], _content);
            await File.WriteAllBytesAsync(_directory[part], torn);
            Assert.Equal(Size - (2 * Block), (await CopyAsync(pair, toHere: part == "near")).Bytes);
            Assert.Equal(_content, await File.ReadAllBytesAsync(_directory[part]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_target_that_is_longer_is_left_as_it_is(bool hasHashes)
    {
        await using SftpPair pair = await StartAsync(hasHashes);
        byte[] longer = [.. _content, 0];
        foreach ((string whole, string part) in new[] { ("far", "near"), ("near", "far") })
        {
            await File.WriteAllBytesAsync(_directory[whole], _content);
            await File.WriteAllBytesAsync(_directory[part], longer);
            await Assert.ThrowsAsync<SftpException>(() => CopyAsync(pair, toHere: part == "near"));
            Assert.Equal(longer, await File.ReadAllBytesAsync(_directory[part]));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_copied_from_the_start()
    {
        await using SftpPair pair = await StartAsync(hasHashes: true);
        await File.WriteAllBytesAsync(_directory["far"], _content);
        Assert.Equal(Size, (await CopyAsync(pair, toHere: true)).Bytes);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_directory["near"]));
    }

    private Task<TransferResult> CopyAsync(SftpPair pair, bool toHere) => toHere
        ? pair.Client.DownloadAsync("far", _directory["near"], Resuming)
        : pair.Client.UploadAsync(_directory["near"], "far", Resuming);

    private Task<SftpPair> StartAsync(bool hasHashes) => SftpPair.StartAsync(
        new LocalFileSystem(_directory.Path), hasHashes ? null : new SftpServerOptions { DeniedRequests = ["check-file-handle", "check-file-name"] });
}
