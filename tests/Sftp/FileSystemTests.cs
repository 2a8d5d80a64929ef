using System.Buffers;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>What every file system does and how it refuses; run over each that there is.</summary>
public abstract class FileSystemTests
{
    private const SftpOpenFlags Making = SftpOpenFlags.Write | SftpOpenFlags.Create;

    // A name that is no UTF-8: the bytes 66 ff 2e c3.
    private const string RawName = "f\udcff.\udcc3";

    private static readonly CancellationToken ct = CancellationToken.None;

    private protected abstract IFileSystem Files { get; }

    /// <summary>The absolute path of where a session starts.</summary>
    private protected abstract string Start { get; }

    // ---- opening ----

    [Fact]
    public async Task A_file_that_is_not_there_is_opened_only_to_be_made()
    {
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("f", SftpOpenFlags.Read));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("f", SftpOpenFlags.Write));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Truncate));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("missing/f", Making));
        await using (await Files.OpenAsync("f", Making, new SftpAttributes { Permissions = 0x180 }, ct)) Assert.Equal(0x8180u, (await StatAsync("f")).Permissions);
        Assert.Equal("", await TextAsync("f"));
    }

    [Fact]
    public async Task Opening_to_make_keeps_what_is_there_unless_it_is_to_be_cut_or_to_be_new()
    {
        await WriteAsync("f", "content");
        await using (await Files.OpenAsync("f", Making, new SftpAttributes { Permissions = 0 }, ct)) Assert.Equal("content", await TextAsync("f"));
        Assert.Equal("File exists", await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("f", Making | SftpOpenFlags.Exclusive)));
        await using (await Files.OpenAsync("f", Making | SftpOpenFlags.Truncate, new SftpAttributes(), ct)) Assert.Equal("", await TextAsync("f"));
        await using (await Files.OpenAsync("g", Making | SftpOpenFlags.Exclusive, new SftpAttributes(), ct)) Assert.Equal("", await TextAsync("g"));
    }

    [Fact]
    public async Task A_directory_and_what_is_below_a_file_cannot_be_opened()
    {
        await WriteAsync("f", "");
        await MakeDirectoryAsync("d");
        Assert.Equal("Is a directory", await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("d", SftpOpenFlags.Read)));
        Assert.Equal("Is a directory", await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("d", SftpOpenFlags.Write)));
        await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("new/", Making));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("f/x", SftpOpenFlags.Read));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("f/", SftpOpenFlags.Read));
    }

    [Fact]
    public async Task A_name_or_path_that_is_too_long_or_has_a_NUL_is_refused()
    {
        await WriteAsync(new string('n', 255), "");
        await FailsAsync(SftpStatusCode.BadMessage, () => OpenAsync(new string('n', 256), Making));
        await FailsAsync(SftpStatusCode.BadMessage, () => OpenAsync(string.Concat(Enumerable.Repeat("./", 2048)) + "f", Making));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("a\0b", Making));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.MakeSymbolicLinkAsync("a\0b", "l", ct));
    }

    [Fact]
    public async Task A_link_is_followed_and_makes_what_it_leads_to()
    {
        await Files.MakeSymbolicLinkAsync("target", "link", ct);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync("link", SftpOpenFlags.Read));
        await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("link", Making | SftpOpenFlags.Exclusive));
        await WriteAsync("link", "through");
        Assert.Equal("through", await TextAsync("target"));
    }

    [Fact]
    public async Task A_file_is_used_only_as_it_was_opened()
    {
        await WriteAsync("f", "text");
        await using IFileHandle reading = await OpenAsync("f", SftpOpenFlags.Read);
        await using IFileHandle writing = await OpenAsync("f", SftpOpenFlags.Write);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => reading.WriteAsync(Bytes("x"), 0, ct));
        await FailsAsync(SftpStatusCode.BadMessage, () => reading.SetAttributesAsync(new SftpAttributes { Size = 1 }, ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => writing.ReadAsync(new byte[1], 0, ct).AsTask());
    }

    // ---- content ----

    [Fact]
    public async Task Reads_and_writes_go_to_their_offsets()
    {
        await using IFileHandle file = await OpenAsync("f", Making | SftpOpenFlags.Read);
        await file.WriteAsync(Parts("0123", "", "4567", "89"), 0, ct);
        await file.WriteAsync(Bytes("AB"), 4, ct);
        byte[] buffer = new byte[8];
        Assert.Equal(4, await file.ReadAsync(buffer.AsMemory(0, 4), 3, ct));
        Assert.Equal("3AB6", Encoding.ASCII.GetString(buffer, 0, 4));
        Assert.Equal(2, await file.ReadAsync(buffer, 8, ct));
        Assert.Equal(0, await file.ReadAsync(buffer, 10, ct));
        Assert.Equal(0, await file.ReadAsync(buffer, 1L << 40, ct));
        await FailsAsync(SftpStatusCode.BadMessage, () => file.ReadAsync(buffer, -1, ct).AsTask());
        await FailsAsync(SftpStatusCode.BadMessage, () => file.WriteAsync(Bytes("x"), -1, ct));
        await file.SyncAsync(ct);
    }

    [Fact]
    public async Task Many_parts_and_many_pages_arrive_in_order()
    {
        byte[] content = new byte[300_001];
        new Random(7).NextBytes(content);
        var parts = new List<ReadOnlyMemory<byte>>();
        for (int at = 0, length = 1; at < content.Length; at += length, length = (length * 3 % 4099) + 1) parts.Add(content.AsMemory(at, Math.Min(length, content.Length - at)));
        await using IFileHandle file = await OpenAsync("f", Making | SftpOpenFlags.Read);
        await file.WriteAsync(Segment.Of(parts), 5, ct);
        byte[] read = new byte[content.Length + 5];
        Assert.Equal(read.Length, await file.ReadAsync(read, 0, ct));
        Assert.Equal(new byte[5], read[..5]);
        Assert.Equal(content, read[5..]);
    }

    [Fact]
    public async Task Appending_ignores_the_offset()
    {
        await WriteAsync("f", "one");
        await using (IFileHandle file = await OpenAsync("f", SftpOpenFlags.Append))
        {
            await file.WriteAsync(Bytes("two"), 0, ct);
            await file.WriteAsync(Bytes("three"), 100, ct);
        }

        Assert.Equal("onetwothree", await TextAsync("f"));
    }

    [Fact]
    public async Task A_hole_reads_as_zeros_and_is_told_as_no_data()
    {
        const int far = 4 << 20;
        await using IFileHandle file = await OpenAsync("f", Making | SftpOpenFlags.Read);
        await file.WriteAsync(Bytes("x"), far, ct);
        byte[] buffer = new byte[100];
        Assert.Equal(100, await file.ReadAsync(buffer, 1000, ct));
        Assert.Equal(new byte[100], buffer);
        (long offset, long length) = await file.NextDataAsync(0, ct);
        Assert.InRange(offset, far - 65536, far);
        Assert.Equal(far + 1, offset + length);
        Assert.Equal((far, 1), await file.NextDataAsync(far, ct));
        Assert.Equal((far + 1, 0), await file.NextDataAsync(far + 1, ct));
        await file.WriteAsync(Bytes("x"), 0, ct);
        (offset, length) = await file.NextDataAsync(0, ct);
        Assert.Equal(0, offset);
        Assert.InRange(length, 1, 65536);
    }

    [Fact]
    public async Task A_file_is_cut_and_made_longer_by_path_and_by_handle()
    {
        await WriteAsync("f", "0123456789");
        await Files.SetAttributesAsync("f", new SftpAttributes { Size = 4 }, followsLinks: true, ct);
        Assert.Equal("0123", await TextAsync("f"));
        await using IFileHandle file = await OpenAsync("f", SftpOpenFlags.Write);
        await file.SetAttributesAsync(new SftpAttributes { Size = 7 }, ct);
        Assert.Equal("0123\0\0\0", await TextAsync("f"));
        Assert.Equal(7u, (await file.StatAsync(ct)).Size);
        Assert.Equal("File too large", await FailsAsync(SftpStatusCode.Failure, () => file.SetAttributesAsync(new SftpAttributes { Size = ulong.MaxValue }, ct)));
        await FailsAsync(SftpStatusCode.Failure, () => file.WriteAsync(Bytes("xx"), 1L << 61, ct));
        await MakeDirectoryAsync("d");
        await FailsAsync(SftpStatusCode.Failure, () => Files.SetAttributesAsync("d", new SftpAttributes { Size = 0 }, followsLinks: true, ct));
    }

    [Fact]
    public async Task An_open_file_outlives_its_name()
    {
        await WriteAsync("f", "text");
        await using IFileHandle file = await OpenAsync("f", SftpOpenFlags.Read);
        await Files.RemoveFileAsync("f", ct);
        await WriteAsync("f", "another");
        byte[] buffer = new byte[10];
        Assert.Equal(4, await file.ReadAsync(buffer, 0, ct));
        Assert.Equal("text", Encoding.ASCII.GetString(buffer, 0, 4));
    }

    [Fact]
    public async Task A_stretch_is_copied_into_another_file_and_into_the_same()
    {
        await WriteAsync("f", "0123456789");
        await using IFileHandle from = await OpenAsync("f", SftpOpenFlags.Read | SftpOpenFlags.Write);
        await using IFileHandle to = await OpenAsync("g", Making);
        Assert.Equal(3, await from.CopyToAsync(2, 3, to, 1, ct));
        Assert.Equal("\0" + "234", await TextAsync("g"));
        Assert.Equal(4, await from.CopyToAsync(6, long.MaxValue, to, 0, ct));
        Assert.Equal("6789", await TextAsync("g"));
        Assert.Equal(0, await from.CopyToAsync(10, 5, to, 0, ct));
        Assert.Equal(0, await from.CopyToAsync(1L << 50, 5, to, 0, ct));
        Assert.Equal(10, await from.CopyToAsync(0, long.MaxValue, from, 10, ct));
        Assert.Equal("01234567890123456789", await TextAsync("f"));
        Assert.Equal(20, await from.CopyToAsync(0, long.MaxValue, from, 5, ct));
        Assert.Equal(25u, (await StatAsync("f")).Size);
        await using IFileHandle appending = await OpenAsync("h", Making | SftpOpenFlags.Append);
        await appending.WriteAsync(Bytes("abc"), 0, ct);
        Assert.Equal(2, await from.CopyToAsync(0, 2, appending, 0, ct));
        Assert.Equal("abc01", await TextAsync("h"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => to.CopyToAsync(0, 1, from, 0, ct).AsTask());
    }

    [Fact]
    public async Task A_stretch_is_copied_into_another_file_system()
    {
        var others = new MemoryFileSystem();
        byte[] content = new byte[1_000_000];
        new Random(3).NextBytes(content);
        await using (IFileHandle file = await OpenAsync("f", Making)) await file.WriteAsync(new ReadOnlySequence<byte>(content), 0, ct);
        await using IFileHandle from = await OpenAsync("f", SftpOpenFlags.Read);
        await using IFileHandle to = await others.OpenAsync("g", Making | SftpOpenFlags.Read, new SftpAttributes(), ct);
        Assert.Equal(content.Length, await from.CopyToAsync(0, long.MaxValue, to, 0, ct));
        byte[] copy = new byte[content.Length];
        Assert.Equal(copy.Length, await to.ReadAsync(copy, 0, ct));
        Assert.Equal(content, copy);
    }

    // ---- attributes ----

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

    // ---- names ----

    [Fact]
    public async Task Directories_are_made_and_removed()
    {
        await Files.MakeDirectoryAsync("d", new SftpAttributes { Permissions = 0x1c0 }, ct);
        Assert.Equal(0x41c0u, (await StatAsync("d")).Permissions);
        await Files.MakeDirectoryAsync("d/e/", new SftpAttributes(), ct);
        await WriteAsync("f", "");
        Assert.Equal("File exists", await FailsAsync(SftpStatusCode.Failure, () => MakeDirectoryAsync("d")));
        await FailsAsync(SftpStatusCode.Failure, () => MakeDirectoryAsync("f"));
        await FailsAsync(SftpStatusCode.Failure, () => MakeDirectoryAsync("."));
        await FailsAsync(SftpStatusCode.Failure, () => MakeDirectoryAsync("d/.."));
        await FailsAsync(SftpStatusCode.Failure, () => MakeDirectoryAsync("/"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => MakeDirectoryAsync("missing/d"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => MakeDirectoryAsync("f/d"));
        Assert.Equal("Directory not empty", await FailsAsync(SftpStatusCode.Failure, () => Files.RemoveDirectoryAsync("d", ct)));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RemoveDirectoryAsync("f", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RemoveDirectoryAsync("missing", ct));
        await FailsAsync(SftpStatusCode.BadMessage, () => Files.RemoveDirectoryAsync("d/.", ct));
        await Files.RemoveDirectoryAsync("d/e", ct);
        await Files.RemoveDirectoryAsync("d/", ct);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("d"));
    }

    [Fact]
    public async Task Files_and_links_are_removed_and_directories_are_not()
    {
        await WriteAsync("f", "");
        await MakeDirectoryAsync("d");
        await Files.MakeSymbolicLinkAsync("f", "l", ct);
        await Files.MakeSymbolicLinkAsync("d", "ld", ct);
        await Files.RemoveFileAsync("l", ct);
        await Files.RemoveFileAsync("ld", ct);
        Assert.True((await StatAsync("f")).IsRegularFile);
        Assert.Equal("Is a directory", await FailsAsync(SftpStatusCode.Failure, () => Files.RemoveFileAsync("d", ct)));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RemoveFileAsync("f/", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RemoveFileAsync("missing", ct));
        await Files.RemoveFileAsync("f", ct);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("f"));
    }

    [Fact]
    public async Task A_rename_replaces_only_when_it_is_told_to()
    {
        await WriteAsync("a", "a");
        await WriteAsync("b", "b");
        Assert.Equal("File exists", await FailsAsync(SftpStatusCode.Failure, () => Files.RenameAsync("a", "b", replaces: false, ct)));
        Assert.Equal("b", await TextAsync("b"));
        await Files.RenameAsync("a", "c", replaces: false, ct);
        await Files.RenameAsync("c", "b", replaces: true, ct);
        Assert.Equal("a", await TextAsync("b"));
        Assert.Equal(["b"], await NamesAsync("."));
        await Files.MakeHardLinkAsync("b", "same", ct);
        await FailsAsync(SftpStatusCode.Failure, () => Files.RenameAsync("b", "same", replaces: false, ct));
        await Files.RenameAsync("b", "same", replaces: true, ct);
        Assert.Equal(["b", "same"], await NamesAsync("."));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RenameAsync("missing", "x", replaces: true, ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RenameAsync("b", "missing/x", replaces: true, ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RenameAsync("b/", "x", replaces: true, ct));
    }

    [Fact]
    public async Task A_directory_is_renamed_with_what_is_in_it()
    {
        await MakeDirectoryAsync("d");
        await MakeDirectoryAsync("d/e");
        await MakeDirectoryAsync("full");
        await WriteAsync("full/f", "");
        await WriteAsync("f", "");
        await FailsAsync(SftpStatusCode.BadMessage, () => Files.RenameAsync("d", "d/e/x", replaces: true, ct));
        await FailsAsync(SftpStatusCode.BadMessage, () => Files.RenameAsync("d", "d/x", replaces: false, ct));
        Assert.Equal("Directory not empty", await FailsAsync(SftpStatusCode.Failure, () => Files.RenameAsync("d", "full", replaces: true, ct)));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.RenameAsync("d", "f", replaces: true, ct));
        Assert.Equal("Is a directory", await FailsAsync(SftpStatusCode.Failure, () => Files.RenameAsync("f", "d", replaces: true, ct)));
        await FailsAsync(SftpStatusCode.Failure, () => Files.RenameAsync("d", "full", replaces: false, ct));
        await MakeDirectoryAsync("empty");
        await Files.RenameAsync("full", "empty", replaces: true, ct);
        await Files.RenameAsync("empty/", "d/moved/", replaces: false, ct);
        Assert.Equal(["f"], await NamesAsync("d/moved"));
        Assert.Equal(Start.TrimEnd('/') + "/d", await Files.ResolveAsync("d/moved/..", ct));
    }

    [Fact]
    public async Task A_link_is_renamed_and_not_what_it_leads_to()
    {
        await WriteAsync("f", "f");
        await Files.MakeSymbolicLinkAsync("f", "l", ct);
        await Files.RenameAsync("l", "m", replaces: false, ct);
        Assert.Equal("f", await Files.ReadLinkAsync("m", ct));
        await WriteAsync("g", "g");
        await Files.RenameAsync("g", "m", replaces: true, ct);
        Assert.Equal("f", await TextAsync("f"));
        Assert.Equal("g", await TextAsync("m"));
    }

    [Fact]
    public async Task A_file_has_several_names()
    {
        await WriteAsync("a", "text");
        await MakeDirectoryAsync("d");
        await Files.MakeHardLinkAsync("a", "d/b", ct);
        await using (IFileHandle file = await OpenAsync("d/b", SftpOpenFlags.Append)) await file.WriteAsync(Bytes("!"), 0, ct);
        await Files.RemoveFileAsync("a", ct);
        Assert.Equal("text!", await TextAsync("d/b"));
        Assert.Equal("File exists", await FailsAsync(SftpStatusCode.Failure, () => Files.MakeHardLinkAsync("d/b", "d", ct)));
        await FailsAsync(SftpStatusCode.PermissionDenied, () => Files.MakeHardLinkAsync("d", "x", ct));
        await FailsAsync(SftpStatusCode.PermissionDenied, () => Files.MakeHardLinkAsync("d/", "x", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.MakeHardLinkAsync("d/b/..", "x", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.MakeHardLinkAsync("missing", "x", ct));
        await Files.MakeSymbolicLinkAsync("d/b", "l", ct);
        await Files.MakeHardLinkAsync("l", "m", ct);
        Assert.True((await StatAsync("m", followsLinks: false)).IsSymbolicLink);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("/absolute/nowhere")]
    [InlineData("../../up")]
    [InlineData(RawName)]
    public async Task A_link_says_what_it_was_told(string target)
    {
        await Files.MakeSymbolicLinkAsync(target, "l", ct);
        Assert.Equal(target, await Files.ReadLinkAsync("l", ct));
    }

    [Fact]
    public async Task What_is_no_link_says_nothing_and_a_link_takes_no_name_that_is_taken()
    {
        await WriteAsync("f", "");
        await MakeDirectoryAsync("d");
        await FailsAsync(SftpStatusCode.BadMessage, () => Files.ReadLinkAsync("f", ct).AsTask());
        await FailsAsync(SftpStatusCode.BadMessage, () => Files.ReadLinkAsync("d", ct).AsTask());
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.ReadLinkAsync("missing", ct).AsTask());
        await FailsAsync(SftpStatusCode.Failure, () => Files.MakeSymbolicLinkAsync("x", "f", ct));
        await FailsAsync(SftpStatusCode.Failure, () => Files.MakeSymbolicLinkAsync("x", "d/", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.MakeSymbolicLinkAsync("x", "missing/l", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.MakeSymbolicLinkAsync("", "l", ct));
    }

    [Fact]
    public async Task Links_that_lead_in_circles_lead_nowhere()
    {
        await Files.MakeSymbolicLinkAsync("b", "a", ct);
        await Files.MakeSymbolicLinkAsync("a", "b", ct);
        await Files.MakeSymbolicLinkAsync("deep/deeper", "deep", ct);
        foreach (string path in (string[])["a", "a/x", "deep", "deep/x"])
        {
            await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync(path));
            await FailsAsync(SftpStatusCode.NoSuchFile, () => OpenAsync(path, Making));
            await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.ResolveAsync(path, ct).AsTask());
        }
    }

    [Fact]
    public async Task Forty_links_are_followed_and_one_more_is_not()
    {
        await WriteAsync("0", "text");
        for (int i = 1; i <= 41; i++) await Files.MakeSymbolicLinkAsync($"{i - 1}", $"{i}", ct);
        Assert.Equal("text", await TextAsync("40"));
        Assert.Equal(Start.TrimEnd('/') + "/0", await Files.ResolveAsync("40", ct));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync("41"));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.ResolveAsync("41", ct).AsTask());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(".", "")]
    [InlineData("./d//./e/", "/d/e")]
    [InlineData("d/../d/e/f", "/d/e/f")]
    [InlineData("d/new", "/d/new")]
    [InlineData("up", "/d")]
    [InlineData("up/e/f", "/d/e/f")]
    [InlineData("dangling", "/d/nothing")]
    [InlineData("absolute", "/d/e")]
    [InlineData(RawName, "/" + RawName)]
    public async Task A_path_is_resolved_to_one_without_links_and_dots(string path, string resolved)
    {
        await MakeDirectoryAsync("d");
        await MakeDirectoryAsync("d/e");
        await WriteAsync("d/e/f", "");
        await Files.MakeSymbolicLinkAsync("../d", "d/again", ct);
        await Files.MakeSymbolicLinkAsync("d/again", "up", ct);
        await Files.MakeSymbolicLinkAsync("d/nothing", "dangling", ct);
        await Files.MakeSymbolicLinkAsync(Start.TrimEnd('/') + "/d/e", "absolute", ct);
        string expected = Start.TrimEnd('/') + resolved;
        Assert.Equal(expected.Length == 0 ? "/" : expected, await Files.ResolveAsync(path, ct));
        Assert.Equal(expected.Length == 0 ? "/" : expected, await Files.ResolveAsync(Start + "/" + path, ct));
    }

    [Fact]
    public async Task Only_the_last_part_of_a_resolved_path_may_be_missing()
    {
        await WriteAsync("f", "");
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.ResolveAsync("missing/new", ct).AsTask());
        await FailsAsync(SftpStatusCode.NoSuchFile, () => Files.ResolveAsync("f/new", ct).AsTask());
        Assert.Equal("/", await Files.ResolveAsync("/", ct));
        Assert.Equal("/", await Files.ResolveAsync("/../..", ct));
    }

    [Fact]
    public async Task A_name_is_bytes_and_passes_everywhere_unharmed()
    {
        await MakeDirectoryAsync(RawName);
        await WriteAsync($"{RawName}/{RawName}", "text");
        await Files.RenameAsync($"{RawName}/{RawName}", $"{RawName}/x\udc80", replaces: false, ct);
        await Files.MakeSymbolicLinkAsync($"{RawName}/x\udc80", "l", ct);
        Assert.Equal("text", await TextAsync("l"));
        Assert.Equal(["x\udc80"], await NamesAsync(RawName));
        await foreach (FileEntry entry in Files.ListAsync(RawName, ct)) Assert.EndsWith(" " + entry.Name, entry.LongName, StringComparison.Ordinal);
        await FailsAsync(SftpStatusCode.NoSuchFile, () => StatAsync($"{RawName}/x\udc81"));
        await Files.RemoveFileAsync($"{RawName}/x\udc80", ct);
        await Files.RemoveDirectoryAsync(RawName, ct);
    }

    // ---- listing ----

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
        Assert.Equal(await StatAsync("d"), found["."].Attributes);
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
        for (int i = 0; i < 5_000; i++) await Files.MakeHardLinkAsync("f", $"d/a name of some length {i}", ct);
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

    // ---- the rest ----

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
            for (int i = 0; i < 200; i++)
            {
                await WriteAsync($"shared/{user}", $"{user} {i}");
                await Files.RenameAsync($"shared/{user}", $"shared/{user}-{i % 3}", replaces: true, ct);
                Assert.Equal($"{user} {i}", await TextAsync($"shared/{user}-{i % 3}"));
                Assert.InRange((await NamesAsync("shared")).Count(name => name.StartsWith($"{user}-", StringComparison.Ordinal)), 1, 3);
            }
        })));
        Assert.Equal(12, (await NamesAsync("shared")).Count);
    }

    // ---- means ----

    private protected async Task WriteAsync(string path, string text)
    {
        await using IFileHandle file = await OpenAsync(path, Making | SftpOpenFlags.Truncate);
        await file.WriteAsync(Bytes(text), 0, ct);
    }

    private protected async Task<string> TextAsync(string path)
    {
        await using IFileHandle file = await OpenAsync(path, SftpOpenFlags.Read);
        byte[] buffer = new byte[1000];
        return Encoding.ASCII.GetString(buffer, 0, await file.ReadAsync(buffer, 0, ct));
    }

    private protected Task<IFileHandle> OpenAsync(string path, SftpOpenFlags flags) => Files.OpenAsync(path, flags, new SftpAttributes(), ct).AsTask();

    private protected Task<SftpAttributes> StatAsync(string path, bool followsLinks = true) => Files.StatAsync(path, followsLinks, ct).AsTask();

    private protected Task MakeDirectoryAsync(string path) => Files.MakeDirectoryAsync(path, new SftpAttributes(), ct).AsTask();

    /// <summary>The names in a directory but for the dots.</summary>
    private protected async Task<List<string>> NamesAsync(string path)
    {
        var names = new List<string>();
        await foreach (FileEntry entry in Files.ListAsync(path, ct)) names.Add(entry.Name);
        return [.. names.Except([".", ".."]).Order(StringComparer.Ordinal)];
    }

    private protected static Task<string> FailsAsync(SftpStatusCode code, Func<ValueTask> action) => FailsAsync(code, () => action().AsTask());

    /// <summary>Sees it fail with a code, and gives the words.</summary>
    private protected static async Task<string> FailsAsync(SftpStatusCode code, Func<Task> action)
    {
        SftpException error = await Assert.ThrowsAsync<SftpException>(action);
        Assert.Equal(code, error.Status);
        return error.Message;
    }

    private protected static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.ASCII.GetBytes(text));

    private static ReadOnlySequence<byte> Parts(params string[] parts) => Segment.Of([.. parts.Select(part => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(part))]);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(List<ReadOnlyMemory<byte>> parts)
        {
            var first = new Segment { Memory = parts[0] };
            Segment last = first;
            foreach (ReadOnlyMemory<byte> part in parts.Skip(1))
            {
                var next = new Segment { Memory = part, RunningIndex = last.RunningIndex + last.Memory.Length };
                (last.Next, last) = (next, next);
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}
