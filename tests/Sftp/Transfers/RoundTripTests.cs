using System.Security.Cryptography;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>How often a transfer waits for the other side, counted on a link of no time.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Two_hundred_small_files_take_few_round_trips_down_and_up()
    {
        Directory.CreateDirectory(_directory["tree"]);
        for (int i = 0; i < 200; i++) _directory.WriteRandom($"tree/f{i}", 4096);
        var far = new MemoryFileSystem();
        await using VirtualLink link = await VirtualLink.StartAsync(far);
        var options = new TransferOptions { IsRecursive = true };

        Assert.Equal(200, (await link.RunAsync(link.Client.UploadAsync(_directory["tree"], "tree", options))).Files);
        Assert.InRange(link.RoundTrips, 1, 16);
        Assert.Equal(1 + (200 * 3), link.Requests);

        (int trips, int requests) = (link.RoundTrips, link.Requests);
        Assert.Equal(200, (await link.RunAsync(link.Client.DownloadAsync("tree", _directory["back"], options))).Files);
        Assert.InRange(link.RoundTrips - trips, 1, 16);
        Assert.InRange(link.Requests - requests, 200 * 3, (200 * 3) + 10);
        for (int i = 0; i < 200; i++) Assert.Equal(await File.ReadAllBytesAsync(_directory[$"tree/f{i}"]), await File.ReadAllBytesAsync(_directory[$"back/f{i}"]));
    }

    [Fact]
    public async Task A_large_file_takes_as_many_round_trips_as_windows()
    {
        const int size = 64 << 20;
        _directory.WriteRandom("file", size);
        await using VirtualLink link = await VirtualLink.StartAsync(new MemoryFileSystem());
        await link.RunAsync(link.Client.UploadAsync(_directory["file"], "file"));
        Assert.InRange(link.RoundTrips, 5, 20);
        int trips = link.RoundTrips;
        await link.RunAsync(link.Client.DownloadAsync("file", _directory["back"]));
        Assert.InRange(link.RoundTrips - trips, 5, 20);
        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(_directory["file"])), SHA256.HashData(await File.ReadAllBytesAsync(_directory["back"])));
    }

    [Fact]
    public async Task Folders_are_listed_while_others_are()
    {
        for (int i = 0; i < 40; i++)
        {
            Directory.CreateDirectory(_directory[$"tree/d{i}"]);
            _directory.Write($"tree/d{i}/file", "text");
        }

        await using VirtualLink link = await VirtualLink.StartAsync(new MemoryFileSystem());
        var options = new TransferOptions { IsRecursive = true };
        await link.RunAsync(link.Client.UploadAsync(_directory["tree"], "tree", options));
        Assert.InRange(link.RoundTrips, 1, 60);
        int trips = link.RoundTrips;
        Assert.Equal(40, (await link.RunAsync(link.Client.DownloadAsync("tree", _directory["back"], options))).Files);
        Assert.InRange(link.RoundTrips - trips, 1, 60);
    }

    [Fact]
    public async Task A_file_whose_size_is_known_needs_no_question_for_its_end()
    {
        _directory.Write("file", "text");
        await using VirtualLink link = await VirtualLink.StartAsync(new LocalFileSystem(_directory.Path));
        var download = new Download(link.Client, new LocalFileSystem(_directory.Path), new TransferOptions(), new SilentObserver());
        await link.RunAsync(download.RunAsync([new TransferItem("file", "copy", new SftpAttributes { Permissions = 0x81a4, Size = 4 })]));

        // The closing, of a file that was only read, is waited for by nobody.
        Assert.InRange(link.RoundTrips, 2, 3);
        Assert.InRange(link.Requests, 2, 3);
        Assert.Equal("text", await File.ReadAllTextAsync(_directory["copy"]));
    }
}
