using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>The contract, and what only a file system in memory has.</summary>
public sealed class MemoryFileSystemTests : FileSystemTests
{
    private readonly MemoryFileSystem _files = new();

    private protected override IFileSystem Files => _files;

    private protected override string Start => "/";

    [Fact]
    public async Task A_full_file_system_fails_and_goes_on_when_room_is_made()
    {
        var files = new MemoryFileSystem(capacityBytes: 1 << 20);
        await using IFileHandle big = await files.OpenAsync("big", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes(), default);
        await big.WriteAsync(new ReadOnlySequence<byte>(new byte[1 << 20]), 0, default);
        Assert.Equal(0u, (await files.StatisticsAsync("/", default)).FreeBlocks);
        await using IFileHandle small = await files.OpenAsync("small", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes(), default);
        Assert.Equal("No space left on device", await FailsAsync(SftpStatusCode.Failure, () => small.WriteAsync(Bytes("x"), 0, default)));
        await FailsAsync(SftpStatusCode.Failure, () => big.WriteAsync(Bytes("x"), 1 << 20, default));
        await big.WriteAsync(Bytes("overwritten"), 0, default);
        await big.SetAttributesAsync(new SftpAttributes { Size = 1 << 19 }, default);
        await small.WriteAsync(Bytes("x"), 0, default);
        Assert.Equal(1u, (await small.StatAsync(default)).Size);
    }

    [Fact]
    public async Task Room_comes_back_when_the_last_name_and_the_last_handle_of_a_file_are_gone()
    {
        var files = new MemoryFileSystem(capacityBytes: 1 << 20);
        ulong all = (await files.StatisticsAsync("/", default)).FreeBlocks;
        IFileHandle file = await files.OpenAsync("a", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes(), default);
        await file.WriteAsync(new ReadOnlySequence<byte>(new byte[1 << 19]), 0, default);
        await files.MakeHardLinkAsync("a", "b", default);
        await files.RemoveFileAsync("a", default);
        await files.RenameAsync("b", "c", replaces: false, default);
        await files.RemoveFileAsync("c", default);
        Assert.Equal(all / 2, (await files.StatisticsAsync("/", default)).FreeBlocks);
        await file.DisposeAsync();
        await file.DisposeAsync();
        Assert.Equal(all, (await files.StatisticsAsync("/", default)).FreeBlocks);
    }

    [Fact]
    public async Task A_hole_of_a_tebibyte_takes_no_room()
    {
        var files = new MemoryFileSystem(capacityBytes: 1 << 20);
        await using IFileHandle file = await files.OpenAsync("a", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes(), default);
        await file.WriteAsync(Bytes("x"), 1L << 40, default);
        Assert.Equal((1UL << 40) + 1, (await file.StatAsync(default)).Size);
        (long offset, long length) = await file.NextDataAsync(0, default);
        Assert.Equal((1L << 40) + 1, offset + length);
        await files.SetAttributesAsync("a", new SftpAttributes { Size = 1UL << 60 }, followsLinks: true, default);
        await FailsAsync(SftpStatusCode.Failure, () => files.SetAttributesAsync("a", new SftpAttributes { Size = (1UL << 60) + 1 }, followsLinks: true, default));
        await FailsAsync(SftpStatusCode.Failure, () => file.WriteAsync(Bytes("x"), 1L << 60, default));
    }

    [Fact]
    public async Task Times_are_those_of_its_clock()
    {
        var clock = new FixedClock(DateTimeOffset.FromUnixTimeSeconds(1_500_000_000));
        var files = new MemoryFileSystem(clock: clock);
        await using IFileHandle file = await files.OpenAsync("a", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes(), default);
        Assert.Equal(1_500_000_000u, (await file.StatAsync(default)).ModificationTime);
        clock.Now = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
        await file.WriteAsync(Bytes("x"), 0, default);
        Assert.Equal(1_600_000_000u, (await files.StatAsync("a", true, default)).ModificationTime);
        Assert.Equal(1_500_000_000u, (await files.StatAsync("a", true, default)).AccessTime);
        Assert.Equal(1_500_000_000u, (await files.StatAsync("/", true, default)).ModificationTime);
    }

    [Fact]
    public async Task Its_home_is_its_root() => Assert.Equal("/", await ((IFileSystem)_files).HomeAsync("", default));

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
