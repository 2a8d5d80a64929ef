using System.Security.Cryptography;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>Files and folders between our client and our server, both over directories of this machine.</summary>
public sealed class TransferTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SftpPair _pair = null!;

    private SftpClient Client => _pair.Client;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_directory["far"]);
        Directory.CreateDirectory(_directory["near"]);
        _pair = await SftpPair.StartAsync(new LocalFileSystem(_directory["far"]));
    }

    public async ValueTask DisposeAsync()
    {
        await _pair.DisposeAsync();
        Dispose();
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SftpLimits.MaxData)]
    [InlineData(SftpLimits.MaxData + 1)]
    [InlineData((20 << 20) + 7)]
    public async Task A_file_arrives_as_it_was_in_both_directions(int size)
    {
        _directory.WriteRandom("near/file", size);
        TransferResult up = await Client.UploadAsync(_directory["near/file"], "file");
        Assert.Equal((1, size, true), (up.Files, up.Bytes, up.IsWhole));
        TransferResult down = await Client.DownloadAsync("file", _directory["near/back"]);
        Assert.Equal((1, size, true), (down.Files, down.Bytes, down.IsWhole));
        AssertSame("near/file", "far/file");
        AssertSame("near/file", "near/back");
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(1, 3)]
    [InlineData(77, 2000)]
    public async Task The_user_says_how_large_requests_are_and_how_many(int bytes, int requests)
    {
        _directory.WriteRandom("near/file", 10_000);
        var options = new TransferOptions { RequestBytes = bytes, RequestsInFlight = requests };
        await Client.UploadAsync(_directory["near/file"], "file", options);
        await Client.DownloadAsync("file", _directory["near/back"], options);
        AssertSame("near/file", "near/back");
    }

    [Fact]
    public async Task A_folder_arrives_with_all_that_is_in_it()
    {
        MakeTree("near/tree");
        var options = new TransferOptions { IsRecursive = true };
        TransferResult up = await Client.UploadAsync(_directory["near/tree"], "tree", options);
        TransferResult down = await Client.DownloadAsync("tree", _directory["near/back"], options);
        Assert.Equal((true, true, 300L), (up.IsWhole, down.IsWhole, down.Files));
        Assert.Equal(Digest("near/tree"), Digest("far/tree"));
        Assert.Equal(Digest("near/tree"), Digest("near/back"));
        Assert.True((await Client.UploadAsync(_directory["near/tree"], "tree", options)).IsWhole);
        Assert.Equal(Digest("near/tree"), Digest("far/tree"));
    }

    [Fact]
    public async Task Times_and_permissions_come_along_when_asked_and_what_marks_a_program_for_another_user_never()
    {
        MakeTree("near/tree");
        File.SetUnixFileMode(_directory["near/tree/d1/f1"], (UnixFileMode)0xde9);
        File.SetUnixFileMode(_directory["near/tree/d2"], (UnixFileMode)0x16d);
        foreach (string path in Directory.EnumerateFileSystemEntries(_directory["near/tree"], "*", SearchOption.AllDirectories)) Age(path);
        Age(_directory["near/tree"]);
        var options = new TransferOptions { IsRecursive = true, KeepsAttributes = true };
        await Client.UploadAsync(_directory["near/tree"], "tree", options);
        await Client.DownloadAsync("tree", _directory["near/back"], options);
        foreach (string copy in new[] { "far/tree", "near/back" })
        {
            Assert.Equal((UnixFileMode)0x1e9, File.GetUnixFileMode(_directory[copy + "/d1/f1"]));
            Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(_directory[copy + "/d2"]));
            foreach (string path in new[] { "", "/d1", "/d2", "/d1/f1", "/d1/deep" }) Assert.Equal(Old, Directory.GetLastWriteTimeUtc(_directory[copy + path]));
        }
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_to_gets_its_contents_and_then_its_permissions()
    {
        MakeTree("far/tree");
        File.SetUnixFileMode(_directory["far/tree/d1"], (UnixFileMode)0x16d);
        await Client.DownloadAsync("tree", _directory["near/tree"], new TransferOptions { IsRecursive = true });
        await Client.UploadAsync(_directory["near/tree"], "back", new TransferOptions { IsRecursive = true });
        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(_directory["near/tree/d1"]));
        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(_directory["far/back/d1"]));
        Assert.Equal(Digest("far/tree"), Digest("near/tree"));
    }

    [Fact]
    public async Task Without_recursion_a_folder_is_no_file()
    {
        Directory.CreateDirectory(_directory["far/d"]);
        SftpException error = await Assert.ThrowsAsync<SftpException>(() => Client.DownloadAsync("d", _directory["near/d"]));
        Assert.Equal("not a regular file", error.Message);
        Assert.False(Directory.Exists(_directory["near/d"]));
    }

    [Fact]
    public async Task A_file_that_fails_stops_no_other_and_the_connection_lives()
    {
        MakeTree("near/tree");
        Directory.CreateDirectory(_directory["far/tree/d1/f1"]);
        Directory.CreateDirectory(_directory["near/back/d2/f7"]);
        TransferResult up = await Client.UploadAsync(_directory["near/tree"], "tree", new TransferOptions { IsRecursive = true });
        TransferFailure failure = Assert.Single(up.Failures);
        Assert.Equal((TransferStep.OpenTarget, _directory["near/tree/d1/f1"], "tree/d1/f1", 299L), (failure.Step, failure.Source, failure.Target, up.Files));
        TransferResult down = await Client.DownloadAsync("tree", _directory["near/back"], new TransferOptions { IsRecursive = true });
        Assert.Equal((TransferStep.OpenTarget, "tree/d2/f7"), (Assert.Single(down.Failures).Step, down.Failures[0].Source));
        Assert.Equal(298, down.Files);
        Assert.True((await Client.StatAsync(".")).IsDirectory);
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_not_there()
    {
        Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => Client.DownloadAsync("none", _directory["near/none"]))).Status);
        Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => Client.UploadAsync(_directory["near/none"], "none"))).Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["near"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["far"]));
    }

    [Fact]
    public async Task Holes_stay_holes()
    {
        const int size = 8 << 20;
        await using (FileStream sparse = File.Create(_directory["near/sparse"]))
        {
            await sparse.WriteAsync(RandomNumberGenerator.GetBytes(5000));
            sparse.Position = 3 << 20;
            await sparse.WriteAsync(RandomNumberGenerator.GetBytes(70_001));
            sparse.SetLength(size);
        }

        await Client.UploadAsync(_directory["near/sparse"], "sparse");
        await Client.DownloadAsync("sparse", _directory["near/back"]);
        AssertSame("near/sparse", "far/sparse");
        AssertSame("near/sparse", "near/back");
        foreach (string copy in new[] { "far/sparse", "near/back" })
        {
            RunResult blocks = await Run.Async("/usr/bin/stat", ["-c", "%b", _directory[copy]]);
            Assert.InRange(int.Parse(blocks.Output, System.Globalization.CultureInfo.InvariantCulture), 1, 512);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(200_000)]
    public async Task Zeros_anywhere_come_back_as_zeros(int from)
    {
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        content.AsSpan(from, 90_000).Clear();
        await File.WriteAllBytesAsync(_directory["near/file"], content);
        await File.WriteAllBytesAsync(_directory["near/back"], RandomNumberGenerator.GetBytes(400_000));
        await Client.UploadAsync(_directory["near/file"], "file");
        await Client.DownloadAsync("file", _directory["near/back"]);
        AssertSame("near/file", "far/file");
        AssertSame("near/file", "near/back");
    }

    [Fact]
    public async Task Under_a_temporary_name_the_target_is_whole_or_as_it_was()
    {
        _directory.WriteRandom("near/file", 1 << 20);
        _directory.Write("far/file", "old");
        var options = new TransferOptions { UsesTemporaryName = true };
        await Client.UploadAsync(_directory["near/file"], "file", options);
        await Client.DownloadAsync("file", _directory["near/back"], options);
        AssertSame("near/file", "near/back");
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_directory["far"]).Select(Path.GetFileName));

        using var stop = new CancellationTokenSource();
        var stopping = new Stopping(stop, 100_000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.DownloadAsync("file", _directory["near/other"], options with { RequestBytes = 10_000, Progress = stopping }, stop.Token));
        Assert.Equal(["back", "file"], Directory.EnumerateFileSystemEntries(_directory["near"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_stopped_copy_leaves_its_front_and_the_next_goes_on_there()
    {
        _directory.WriteRandom("far/file", 3 << 20);
        using var stop = new CancellationTokenSource();
        var options = new TransferOptions { RequestBytes = 10_000, RequestsInFlight = 4, Progress = new Stopping(stop, 500_000) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.DownloadAsync("file", _directory["near/file"], options, stop.Token));
        byte[] front = await File.ReadAllBytesAsync(_directory["near/file"]);
        Assert.InRange(front.Length, 500_000, 3 << 20);
        Assert.Equal((await File.ReadAllBytesAsync(_directory["far/file"]))[..front.Length], front);
        TransferResult rest = await Client.DownloadAsync("file", _directory["near/file"], new TransferOptions { Resumes = true });
        Assert.Equal((3 << 20) - front.Length, rest.Bytes);
        AssertSame("far/file", "near/file");
    }

    [Fact]
    public async Task A_stopped_upload_leaves_its_front_and_the_next_goes_on_there()
    {
        _directory.WriteRandom("near/file", 3 << 20);
        using var stop = new CancellationTokenSource();
        var options = new TransferOptions { RequestBytes = 10_000, RequestsInFlight = 4, Progress = new Stopping(stop, 500_000) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.UploadAsync(_directory["near/file"], "file", options, stop.Token));
        byte[] front = await File.ReadAllBytesAsync(_directory["far/file"]);
        Assert.InRange(front.Length, 500_000, 3 << 20);
        Assert.Equal((await File.ReadAllBytesAsync(_directory["near/file"]))[..front.Length], front);
        await Client.UploadAsync(_directory["near/file"], "file", new TransferOptions { Resumes = true });
        AssertSame("far/file", "near/file");
    }

    [Fact]
    public async Task A_file_of_proc_is_read_to_its_end()
    {
        await using SftpPair all = await SftpPair.StartAsync(new LocalFileSystem("/"));
        await all.Client.DownloadAsync("/proc/sys/kernel/ostype", _directory["near/ostype"]);
        Assert.Equal("Linux\n", await File.ReadAllTextAsync(_directory["near/ostype"]));
        Assert.Equal(6, (await Client.UploadAsync("/proc/sys/kernel/ostype", "ostype")).Bytes);
        Assert.Equal("Linux\n", await File.ReadAllTextAsync(_directory["far/ostype"]));
    }

    [Fact]
    public async Task A_fault_of_the_local_side_that_nobody_foresaw_ends_the_transfer_and_not_the_session()
    {
        _directory.Write("far/file", "text");
        var download = new Download(Client, null!, new TransferOptions(), new SilentObserver());
        await Assert.ThrowsAsync<NullReferenceException>(() => download.RunAsync([new TransferItem("file", "file")]));
        Assert.True((await Client.StatAsync("file")).IsRegularFile);
    }

    [Fact]
    public async Task A_device_takes_what_is_written_to_it()
    {
        _directory.WriteRandom("far/file", 100_000);
        Assert.Equal(100_000, (await Client.DownloadAsync("file", "/dev/null")).Bytes);
    }

    [Fact]
    public async Task A_link_in_a_target_folder_is_not_written_through()
    {
        _directory.Write("far/tree-file", "");
        Directory.CreateDirectory(_directory["far/tree/sub"]);
        _directory.Write("far/tree/file", "evil");
        _directory.Write("far/tree/sub/file", "evil");
        Directory.CreateDirectory(_directory["near/tree"]);
        Directory.CreateDirectory(_directory["near/outside"]);
        _directory.Write("near/victim", "mine");
        File.CreateSymbolicLink(_directory["near/tree/file"], _directory["near/victim"]);
        File.CreateSymbolicLink(_directory["near/tree/sub"], _directory["near/outside"]);
        TransferResult result = await Client.DownloadAsync("tree", _directory["near/tree"], new TransferOptions { IsRecursive = true });
        Assert.Equal(2, result.Failures.Count);
        Assert.Equal("mine", await File.ReadAllTextAsync(_directory["near/victim"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["near/outside"]));

        // What the user names may be a link.
        await Client.DownloadAsync("tree/file", _directory["near/tree/file"]);
        Assert.Equal("evil", await File.ReadAllTextAsync(_directory["near/victim"]));
    }

    [Fact]
    public async Task Links_are_followed_or_passed_over_and_never_made()
    {
        Directory.CreateDirectory(_directory["far/tree"]);
        _directory.Write("far/tree/file", "text");
        File.CreateSymbolicLink(_directory["far/tree/link"], "file");
        TransferResult followed = await Client.DownloadAsync("tree", _directory["near/followed"], new TransferOptions { IsRecursive = true });
        TransferResult passed = await Client.DownloadAsync("tree", _directory["near/passed"], new TransferOptions { IsRecursive = true, FollowsLinks = false });
        Assert.Null(new FileInfo(_directory["near/followed/link"]).LinkTarget);
        Assert.Equal("text", await File.ReadAllTextAsync(_directory["near/followed/link"]));
        Assert.False(File.Exists(_directory["near/passed/link"]));
        Assert.Equal((2L, 0, 1L, TransferStep.NotRegular), (followed.Files, followed.Failures.Count, passed.Files, Assert.Single(passed.Failures).Step));
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes_of_every_file()
    {
        MakeTree("near/tree");
        var heard = new Recording();
        TransferResult result = await Client.UploadAsync(_directory["near/tree"], "tree", new TransferOptions { IsRecursive = true, Progress = heard });
        Assert.Equal((300L, result.Bytes), (heard.Heard.Max(each => each.Files), heard.Heard.Max(each => each.TotalBytes)));
        Assert.All(heard.Heard.GroupBy(each => each.Source), file => Assert.Equal(file.Last().Size, file.Last().Bytes));
    }

    internal static readonly DateTime Old = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);

    private static void Age(string path)
    {
        if (Directory.Exists(path)) Directory.SetLastWriteTimeUtc(path, Old);
        else File.SetLastWriteTimeUtc(path, Old);
    }

    private void MakeTree(string root)
    {
        foreach (string directory in new[] { "d1/deep/deeper", "d2", "empty" }) Directory.CreateDirectory(_directory[$"{root}/{directory}"]);
        for (int i = 0; i < 100; i++)
        {
            _directory.WriteRandom($"{root}/d1/f{i}", i * 37);
            _directory.WriteRandom($"{root}/d1/deep/deeper/f{i}", 1024);
            _directory.WriteRandom($"{root}/d2/f{i}", i == 50 ? 3_000_000 : 5);
        }
    }

    private string[] Digest(string root) => [.. Directory.EnumerateFileSystemEntries(_directory[root], "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_directory[root], path) + " " + (File.Exists(path) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) : "d")).Order(StringComparer.Ordinal)];

    private void AssertSame(string expected, string actual) => Assert.Equal(SHA256.HashData(File.ReadAllBytes(_directory[expected])), SHA256.HashData(File.ReadAllBytes(_directory[actual])));

    private sealed class Stopping(CancellationTokenSource stop, long after) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.Bytes >= after) stop.Cancel();
        }
    }

    private sealed class Recording : IProgress<TransferProgress>
    {
        public List<TransferProgress> Heard { get; } = [];

        public void Report(TransferProgress value)
        {
            lock (Heard) Heard.Add(value);
        }
    }
}
