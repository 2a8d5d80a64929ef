using System.Buffers.Binary;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>The extensions, over a directory of this machine.</summary>
public sealed class ExtensionTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RawSftp _raw;

    public ExtensionTests() => _raw = new RawSftp(new LocalFileSystem(_directory.Path));

    public async ValueTask InitializeAsync() => await _raw.BeginAsync();

    public async ValueTask DisposeAsync()
    {
        await _raw.EndAsync();
        Dispose();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_plain_rename_keeps_what_has_the_new_name_and_a_posix_rename_replaces_it()
    {
        _directory.Write("old", "old");
        _directory.Write("new", "new");
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Encode(new SftpRename { OldPath = "old"u8, NewPath = "new"u8 })));
        Assert.Equal("new", await File.ReadAllTextAsync(_directory["new"]));
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Extended("posix-rename@openssh.com", new SftpTwoPaths { OldPath = "old"u8, NewPath = "new"u8 })));
        Assert.Equal("old", await File.ReadAllTextAsync(_directory["new"]));
        Assert.False(File.Exists(_directory["old"]));
    }

    [Fact]
    public async Task A_hard_link_is_the_same_file()
    {
        _directory.Write("file", "text");
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Extended("hardlink@openssh.com", new SftpTwoPaths { OldPath = "file"u8, NewPath = "hard"u8 })));
        await File.AppendAllTextAsync(_directory["file"], "!");
        Assert.Equal("text!", await File.ReadAllTextAsync(_directory["hard"]));
    }

    [Fact]
    public async Task The_figures_of_a_path_and_of_an_open_file_there_are_those_of_the_system()
    {
        _directory.Write("file", "");
        SftpStatisticsReply of(byte[] contents) => Message.ReadRecord<SftpStatisticsReply>(contents);
        byte[] byPath = await _raw.ExtendedReplyAsync(RawSftp.Extended("statvfs@openssh.com", new SftpPathOnly { Path = "."u8 }));
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Read);
        byte[] byHandle = await _raw.ExtendedReplyAsync(RawSftp.Extended("fstatvfs@openssh.com", new SftpHandleOnly { Handle = handle }));
        var drive = new DriveInfo(_directory.Path);
        Assert.Equal((ulong)drive.TotalSize, of(byPath).Blocks * of(byPath).FragmentSize);
        Assert.Equal((of(byPath).Blocks, of(byPath).Files, of(byPath).FileSystemId), (of(byHandle).Blocks, of(byHandle).Files, of(byHandle).FileSystemId));
        Assert.Equal(255ul, of(byPath).MaxNameLength);
    }

    [Fact]
    public async Task A_link_itself_has_its_times_set_and_never_a_size()
    {
        _directory.Write("file", "text");
        File.CreateSymbolicLink(_directory["link"], "file");
        DateTime before = File.GetLastWriteTimeUtc(_directory["file"]);
        var times = new SftpAttributes { AccessTime = 1_000_000_000, ModificationTime = 1_100_000_000 };
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Extended("lsetstat@openssh.com", new SftpPathAndAttributes { Path = "link"u8, Attributes = times })));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_100_000_000).UtcDateTime, new FileInfo(_directory["link"]).LastWriteTimeUtc);
        Assert.Equal(before, File.GetLastWriteTimeUtc(_directory["file"]));
        var size = new SftpAttributes { Size = 1 };
        Assert.Equal(SftpStatusCode.BadMessage, await _raw.StatusAsync(RawSftp.Extended("lsetstat@openssh.com", new SftpPathAndAttributes { Path = "file"u8, Attributes = size })));
        Assert.Equal("text", await File.ReadAllTextAsync(_directory["file"]));
    }

    [Fact]
    public async Task What_was_written_is_synced_and_what_is_not_open_is_not()
    {
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Write | SftpOpenFlags.Create);
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Extended("fsync@openssh.com", new SftpHandleOnly { Handle = handle })));
        Assert.Equal(SftpStatusCode.NoSuchFile, await _raw.StatusAsync(RawSftp.Extended("fsync@openssh.com", new SftpHandleOnly { Handle = "none"u8 })));
    }

    [Fact]
    public async Task The_limits_are_those_that_are_kept()
    {
        byte[] contents = await _raw.ExtendedReplyAsync(RawSftp.Encode(new SftpExtended { Name = "limits@openssh.com"u8 }));
        SftpLimitsReply limits = Message.ReadRecord<SftpLimitsReply>(contents);
        Assert.Equal((262144ul, 261120ul, 261120ul, 1024ul), (limits.MaxPacketLength, limits.MaxReadLength, limits.MaxWriteLength, limits.MaxOpenHandles));
    }

    [Theory]
    [InlineData("~", "")]
    [InlineData("~/", "")]
    [InlineData("", "")]
    [InlineData("~/d/file", "/d/file")]
    [InlineData("d/../d", "/d")]
    public async Task A_path_is_expanded_from_where_the_session_starts(string path, string expanded)
    {
        Directory.CreateDirectory(_directory["d"]);
        Assert.Equal(_directory.Path + expanded, await _raw.NameAsync(Expand(path)));
    }

    [Fact]
    public async Task Homes_are_those_of_the_user_database()
    {
        string home = (await File.ReadAllLinesAsync("/etc/passwd")).First(line => line.StartsWith("root:", StringComparison.Ordinal)).Split(':')[5];
        Assert.Equal(home, await _raw.NameAsync(Expand("~root")));
        Assert.Equal(home + "/x", await _raw.NameAsync(Expand("~root/x")));
        Assert.Equal(home, await _raw.NameAsync(RawSftp.Extended("home-directory", new SftpHomeDirectory { User = "root"u8 })));
        Assert.NotEqual(SftpStatusCode.Ok, await _raw.StatusAsync(Expand("~no-such-user/x")));
        Assert.NotEqual(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Extended("home-directory", new SftpHomeDirectory { User = "no-such-user"u8 })));
    }

    [Fact]
    public async Task Numbers_get_the_names_that_they_have()
    {
        byte[] contents = await _raw.ExtendedReplyAsync(RawSftp.Extended("users-groups-by-id@openssh.com", new SftpUserGroupNumbers { Users = Numbers(0, 4_000_000_000), Groups = Numbers(0) }));
        (byte[] users, byte[] groups) = Split(contents);
        Assert.Equal(["root", ""], Strings(users));
        Assert.Equal(["root"], Strings(groups));
        (users, groups) = Split(await _raw.ExtendedReplyAsync(RawSftp.Extended("users-groups-by-id@openssh.com", default(SftpUserGroupNumbers))));
        Assert.Equal((0, 0), (users.Length, groups.Length));

        static (byte[], byte[]) Split(byte[] contents)
        {
            SftpUserGroupNames names = Message.ReadRecord<SftpUserGroupNames>(contents);
            return (names.Users.ToArray(), names.Groups.ToArray());
        }
    }

    [Fact]
    public async Task More_names_than_an_answer_holds_are_refused_A71()
    {
        const int mostNumbers = (SftpLimits.MaxMessage - 64) / sizeof(uint);
        byte[] roots = Numbers(new uint[mostNumbers]);
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Extended("users-groups-by-id@openssh.com", new SftpUserGroupNumbers { Users = roots })));
    }

    [Fact]
    public async Task Half_a_number_ends_the_session()
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path));
        await raw.BeginAsync();
        await raw.SendAsync(RawSftp.Extended("users-groups-by-id@openssh.com", new SftpUserGroupNumbers { Users = "12345"u8 }));
        Assert.Equal(Violation.FieldMalformed, await raw.ViolationAsync());
    }

    private static byte[] Expand(string path) => RawSftp.Extended("expand-path@openssh.com", new SftpPathOnly { Path = RawSftp.Utf8(path) });

    private static byte[] Numbers(params uint[] numbers)
    {
        byte[] bytes = new byte[numbers.Length * sizeof(uint)];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * sizeof(uint)), numbers[i]);
        return bytes;
    }

    private static List<string> Strings(byte[] row)
    {
        List<string> strings = [];
        var reader = new FieldReader(row);
        while (reader.Remaining > 0)
        {
            ReadOnlySpan<byte> text = default;
            reader.String(ref text);
            strings.Add(Encoding.UTF8.GetString(text));
        }

        return strings;
    }
}
