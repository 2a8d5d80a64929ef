using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>Our transfers with OpenSSH's own server.</summary>
[Trait("Category", "Interop")]
public sealed class StockServerTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private Process _server = null!;
    private SftpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = Process.Start(new ProcessStartInfo(Requires.Program("sftp-server")) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _directory.Path })!;
        _client = await SftpClient.StartAsync(PipeReader.Create(_server.StandardOutput.BaseStream), PipeWriter.Create(_server.StandardInput.BaseStream));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.WaitForExitAsync();
        Dispose();
    }

    public void Dispose()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_folder_of_large_and_small_files_goes_there_and_back()
    {
        Directory.CreateDirectory(_directory["tree/sub"]);
        _directory.WriteRandom("tree/large", (30 << 20) + 1);
        for (int i = 0; i < 500; i++) _directory.WriteRandom($"tree/sub/f{i}", i);
        var options = new TransferOptions { IsRecursive = true, KeepsAttributes = true };
        Assert.Equal(501, (await _client.UploadAsync(_directory["tree"], "far", options)).Files);
        Assert.Equal(501, (await _client.DownloadAsync("far", _directory["back"], options)).Files);
        foreach (string path in Directory.EnumerateFiles(_directory["tree"], "*", SearchOption.AllDirectories))
        {
            string copy = _directory["back/" + Path.GetRelativePath(_directory["tree"], path)];
            Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(path)), SHA256.HashData(await File.ReadAllBytesAsync(copy)));
            Assert.Equal(File.GetLastWriteTimeUtc(path).Ticks / TimeSpan.TicksPerSecond, File.GetLastWriteTimeUtc(copy).Ticks / TimeSpan.TicksPerSecond);
        }
    }

    [Fact]
    public async Task A_front_is_proved_by_reading_it_back_and_gone_on_with()
    {
        _directory.WriteRandom("whole", 5 << 20);
        byte[] content = await File.ReadAllBytesAsync(_directory["whole"]);
        await File.WriteAllBytesAsync(_directory["part"], content[..(3 << 20)]);
        await File.WriteAllBytesAsync(_directory["far"], content[..(4 << 20)]);
        var options = new TransferOptions { Resumes = true };
        Assert.Equal(2 << 20, (await _client.DownloadAsync("whole", _directory["part"], options)).Bytes);
        Assert.Equal(1 << 20, (await _client.UploadAsync(_directory["whole"], "far", options)).Bytes);
        Assert.Equal(content, await File.ReadAllBytesAsync(_directory["part"]));
        Assert.Equal(content, await File.ReadAllBytesAsync(_directory["far"]));
    }

    [Fact]
    public async Task Every_extension_of_it_is_understood()
    {
        _directory.WriteRandom("file", 1000);
        Assert.True((await _client.StatisticsAsync(".")).Blocks > 0);
        await using RemoteFile file = await _client.OpenAsync("file", SftpOpenFlags.Read | SftpOpenFlags.Write);
        Assert.True((await file.StatisticsAsync()).MaxNameLength > 0);
        await file.SyncAsync();
        await _client.MakeHardLinkAsync("file", "hard");
        await _client.MakeSymbolicLinkAsync("file", "soft");
        await _client.SetLinkAttributesAsync("soft", new SftpAttributes { AccessTime = 1, ModificationTime = 2 });
        Assert.Equal(2u, (await _client.StatAsync("soft", followsLinks: false)).ModificationTime);
        await _client.RenameAsync("hard", "file2");
        Assert.Equal(Path.GetFileName(_directory.Path), Path.GetFileName(await _client.ExpandAsync(".")));
        Assert.StartsWith("/", await _client.ExpandAsync("~"), StringComparison.Ordinal);
        Assert.Equal(261_120, _client.MaxReadLength);
    }
}
