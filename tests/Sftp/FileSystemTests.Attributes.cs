using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

// Attributes, listings and figures.
public abstract partial class FileSystemTests
{
    [Fact]
    public async Task Attributes_tell_the_kind_and_the_size()
    {
        await WriteAsync("f", "12345");
        await MakeDirectoryAsync("d");
        await Files.MakeSymbolicLinkAsync("f", "l", ct);
        await Files.MakeSymbolicLinkAsync("nowhere", "dangling", ct);
        Assert.True((await StatAsync("d")).IsDirectory);
        Assert.True((await StatAsync("f")) is { IsRegularFile: true, Size: 5, Uid: not null, Gid: not null, AccessTime: not null, ModificationTime: not null });
        Assert.True((await StatAsync("l")) is { IsRegularFile: true, Size: 5 });
        Assert.True((await StatAsync("l", followsLinks: false)) is { IsSymbolicLink: true, Size: 1 });
        Assert.True((await StatAsync("dangling", followsLinks: false)).IsSymbolicLink);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("dangling"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("missing"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("f/x"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("f/"));
        Assert.True((await StatAsync("/")).IsDirectory);
        Assert.True((await StatAsync("")).IsDirectory);
        Assert.True((await StatAsync("d/.././/d/")).IsDirectory);
    }

    [Fact]
    public async Task Each_attribute_is_set_without_the_others()
    {
        await WriteAsync("f", "12345");
        SftpAttributes before = await StatAsync("f");
        await Files.SetAttributesAsync("f", new SftpAttributes { Permissions = 0x9ed }, followsLinks: true, ct);
        SftpAttributes after = await StatAsync("f");
        Assert.Equal(before with { Permissions = 0x89ed }, after);
        await Files.SetAttributesAsync("f", new SftpAttributes { AccessTime = 1_000_000_000, ModificationTime = 4_000_000_000 }, followsLinks: true, ct);
        Assert.Equal(after with { AccessTime = 1_000_000_000, ModificationTime = 4_000_000_000 }, await StatAsync("f"));
        await Files.SetAttributesAsync("f", new SftpAttributes { Uid = before.Uid, Gid = before.Gid }, followsLinks: true, ct);
        Assert.Equal((before.Uid, before.Gid), ((await StatAsync("f")).Uid, (await StatAsync("f")).Gid));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.SetAttributesAsync("missing", new SftpAttributes { Permissions = 0 }, followsLinks: true, ct));
    }

    [Fact]
    public async Task Attributes_of_an_open_file_are_set_by_its_handle()
    {
        await WriteAsync("f", "12345");
        await using IFileHandle file = await OpenAsync("f", SftpOpenFlags.Read);
        await Files.RenameAsync("f", "g", replaces: false, ct);
        await file.SetAttributesAsync(new SftpAttributes { Permissions = 0x100, AccessTime = 5, ModificationTime = 6 }, ct);
        SftpAttributes set = await StatAsync("g");
        Assert.Equal((0x8100u, 5u, 6u), (set.Permissions, set.AccessTime, set.ModificationTime));
        await file.SetAttributesAsync(new SftpAttributes { Uid = set.Uid, Gid = set.Gid }, ct);
        Assert.Equal(set, await file.StatAsync(ct));
    }

    [Fact]
    public async Task Attributes_are_set_of_the_link_or_of_what_it_leads_to()
    {
        await WriteAsync("f", "12345");
        await Files.MakeSymbolicLinkAsync("f", "l", ct);
        await Files.SetAttributesAsync("l", new SftpAttributes { AccessTime = 5, ModificationTime = 6, Permissions = 0x124 }, followsLinks: true, ct);
        Assert.Equal((0x8124u, 6u), ((await StatAsync("f")).Permissions, (await StatAsync("f")).ModificationTime));
        SftpAttributes link = await StatAsync("l", followsLinks: false);
        Assert.NotEqual(6u, link.ModificationTime);
        await Files.SetAttributesAsync("l", new SftpAttributes { AccessTime = 7, ModificationTime = 8 }, followsLinks: false, ct);
        await Files.SetAttributesAsync("l", new SftpAttributes { Uid = link.Uid, Gid = link.Gid }, followsLinks: false, ct);
        Assert.Equal(8u, (await StatAsync("l", followsLinks: false)).ModificationTime);
        Assert.Equal(6u, (await StatAsync("f")).ModificationTime);
        Assert.Equal("Operation not supported", await FailsAsync(SftpStatusCode.Failure, () => Files.SetAttributesAsync("l", new SftpAttributes { Permissions = 0x1ff }, followsLinks: false, ct)));
        await FailsAsync(SftpStatusCode.BadMessage, () => Files.SetAttributesAsync("l", new SftpAttributes { Size = 0 }, followsLinks: false, ct));
        await Files.SetAttributesAsync("f", new SftpAttributes { Permissions = 0x1a4 }, followsLinks: false, ct);
        Assert.Equal(0x81a4u, (await StatAsync("f")).Permissions);
    }

    [Fact]
    public async Task What_can_be_set_is_set_although_something_else_cannot()
    {
        await MakeDirectoryAsync("d");
        await FailsAsync(SftpStatusCode.Failure, () => Files.SetAttributesAsync("d", new SftpAttributes { Size = 1, Permissions = 0x1c0, AccessTime = 1, ModificationTime = 2 }, followsLinks: true, ct));
        Assert.Equal((0x41c0u, 2u), ((await StatAsync("d")).Permissions, (await StatAsync("d")).ModificationTime));
    }

    [Fact]
    public async Task A_listing_tells_names_with_attributes_of_themselves()
    {
        await MakeDirectoryAsync("d");
        await WriteAsync("d/f", "12345");
        await Files.MakeHardLinkAsync("d/f", "d/g", ct);
        await Files.MakeSymbolicLinkAsync("f", "d/l", ct);
        await MakeDirectoryAsync("d/e");
        await Files.SetAttributesAsync("d/f", new SftpAttributes { Permissions = 0x1a4, AccessTime = 0, ModificationTime = 0 }, followsLinks: true, ct);
        var found = new Dictionary<string, FileEntry>();
        await foreach (FileEntry entry in Files.ListAsync("d", ct)) found.Add(entry.Name, entry);
        Assert.Equal([".", "..", "e", "f", "g", "l"], found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(await StatAsync("d/f"), found["f"].Attributes);

        // To list it is to read it, and the clock may have ticked.
        Assert.Equal(await StatAsync("d"), found["."].Attributes with { AccessTime = (await StatAsync("d")).AccessTime });
        Assert.Equal((await StatAsync(".")).Permissions, found[".."].Attributes.Permissions);
        Assert.True(found["l"].Attributes.IsSymbolicLink);
        Assert.Matches(@"^-rw-r--r--    2 \S+ +\S+ +5 Jan  1  1970 f$", found["f"].LongName);
        Assert.Matches(@"^drwx\S+    2 ", found["e"].LongName);
        Assert.Matches(@"^drwx\S+    3 ", found["."].LongName);
        Assert.Matches(@"^lrwxrwxrwx    1 ", found["l"].LongName);
    }

    [Fact]
    public async Task Only_a_directory_is_listed()
    {
        await WriteAsync("f", "");
        await FailsAsync(SftpStatusCode.NoSuchFile, () => NamesAsync("missing"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => NamesAsync("f"));
        Assert.Equal(["f"], await NamesAsync("."));
    }

    [Fact]
    public async Task A_large_directory_is_listed_whole_while_others_change_it()
    {
        await WriteAsync("f", "");
        await MakeDirectoryAsync("d");
        for (int i = 0; i < 2000; i++) await Files.MakeHardLinkAsync("f", $"d/{i:d4}", ct);
        int count = 0;
        await foreach (FileEntry entry in Files.ListAsync("d", ct))
        {
            if (entry.Name.StartsWith('.')) continue;
            count++;
            await Files.RenameAsync($"d/{entry.Name}", entry.Name, replaces: false, ct);
        }

        Assert.Equal(2000, count);
        Assert.Empty(await NamesAsync("d"));
    }

    [Fact]
    public async Task A_listing_takes_no_more_memory_for_more_names()
    {
        await WriteAsync("f", "");
        await MakeDirectoryAsync("d");
        for (int i = 0; i < 2_000; i++) await Files.MakeHardLinkAsync("f", $"d/a name of some length {i}", ct);
        await FirstAsync();
        long before = GC.GetAllocatedBytesForCurrentThread();
        await FirstAsync();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);

        async Task FirstAsync()
        {
            int count = 0;
            await foreach (FileEntry _ in Files.ListAsync("d", ct))
            {
                if (++count == 10) return;
            }
        }
    }

    [Fact]
    public async Task Statistics_are_told_of_a_path_and_of_an_open_file()
    {
        await WriteAsync("f", "");
        FileSystemStatistics figures = await Files.StatisticsAsync("f", ct);
        Assert.True(figures is { BlockSize: > 0, FragmentSize: > 0, Blocks: > 0, IsReadOnly: false, MaxNameLength: 255 });
        Assert.InRange(figures.FreeBlocks, 1u, figures.Blocks);
        Assert.InRange(figures.AvailableBlocks, 1u, figures.FreeBlocks);
        await using IFileHandle file = await OpenAsync("f", SftpOpenFlags.Read);
        Assert.Equal(figures.Blocks, (await file.StatisticsAsync(ct)).Blocks);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.StatisticsAsync("missing", ct).AsTask());
    }

    [Fact]
    public async Task Several_users_at_once_do_not_disturb_each_other()
    {
        await MakeDirectoryAsync("shared");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(user => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await WriteAsync($"shared/{user}", $"{user} {i}");
                await Files.RenameAsync($"shared/{user}", $"shared/{user}-{i % 3}", replaces: true, ct);
                Assert.Equal($"{user} {i}", await TextAsync($"shared/{user}-{i % 3}"));
                Assert.InRange((await NamesAsync("shared")).Count(name => name.StartsWith($"{user}-", StringComparison.Ordinal)), 1, 3);
            }
        })));
        Assert.Equal(12, (await NamesAsync("shared")).Count);
    }
}
