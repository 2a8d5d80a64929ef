using System.Buffers;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

// Opening, and what a file holds.
public abstract partial class FileSystemTests
{
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
}
