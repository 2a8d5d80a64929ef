using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Local;
using Nacre.Tests.Interop;
using Nacre.Unix;

namespace Nacre.Tests.Sftp.Local;

/// <summary>The contract over the whole machine, and what only a machine has.</summary>
public sealed class LocalFileSystemTests : FileSystemTests, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LocalFileSystem _files;

    public LocalFileSystemTests() => _files = new LocalFileSystem(_directory.Path);

    private protected override IFileSystem Files => _files;

    private protected override string Start => _directory.Path;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_FIFO_and_a_socket_do_not_make_the_server_wait()
    {
        await Run.Async("mkfifo", [_directory["fifo"]]);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_directory["socket"]));
        Assert.Equal("Not a regular file", await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("fifo", SftpOpenFlags.Read)));
        Assert.Equal("Not a regular file", await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("fifo", SftpOpenFlags.Read | SftpOpenFlags.Write)));
        await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("fifo", SftpOpenFlags.Write));
        await FailsAsync(SftpStatusCode.Failure, () => OpenAsync("socket", SftpOpenFlags.Read));
        await FailsAsync(SftpStatusCode.Failure, () => Files.SetAttributesAsync("fifo", new SftpAttributes { Size = 0 }, followsLinks: true, default));
    }

    [Fact]
    public async Task A_device_is_read_and_written_and_has_no_end()
    {
        await using IFileHandle zero = await OpenAsync("/dev/zero", SftpOpenFlags.Read);
        byte[] buffer = [1, 2, 3];
        Assert.Equal(3, await zero.ReadAsync(buffer, 1000, default));
        Assert.Equal(new byte[3], buffer);
        Assert.Equal((5, long.MaxValue - 5), await zero.NextDataAsync(5, default));
        await using IFileHandle full = await OpenAsync("/dev/full", SftpOpenFlags.Write);
        Assert.Equal("No space left on device", await FailsAsync(SftpStatusCode.Failure, () => full.WriteAsync(Bytes("x"), 0, default)));
    }

    [Fact]
    public async Task A_file_that_says_it_is_empty_and_is_not_is_copied_whole()
    {
        await using IFileHandle version = await OpenAsync("/proc/version", SftpOpenFlags.Read);
        Assert.Equal((0, long.MaxValue), await version.NextDataAsync(0, default));
        await using IFileHandle copy = await OpenAsync("copy", SftpOpenFlags.Write | SftpOpenFlags.Create);
        await version.CopyToAsync(0, long.MaxValue, copy, 0, default);
        Assert.Equal(await File.ReadAllTextAsync("/proc/version"), await File.ReadAllTextAsync(_directory["copy"]));
    }

    [Fact]
    public async Task What_the_system_forbids_is_permission_denied()
    {
        await FailsAsync(SftpStatusCode.PermissionDenied, () => Files.RemoveFileAsync("/proc/version", default));
        await FailsAsync(SftpStatusCode.PermissionDenied, () => Files.MakeHardLinkAsync(".", "x", default));
    }

    [Fact]
    public async Task A_mask_of_its_own_keeps_permissions_from_what_is_made()
    {
        IFileSystem masked = new LocalFileSystem(_directory.Path, new LocalFileSystemOptions { Umask = 0x3f });
        await using (await masked.OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes(), default))
        {
            await masked.MakeDirectoryAsync("d", new SftpAttributes(), default);
        }

        Assert.Equal(0x8180u, (await StatAsync("f")).Permissions);
        Assert.Equal(0x41c0u, (await StatAsync("d")).Permissions);
    }

    [Fact]
    public async Task Homes_and_names_come_from_the_system()
    {
        Assert.Equal("/root", await _files.HomeAsync("root", default));
        Assert.Equal(Users.Current!.Home, await _files.HomeAsync("", default));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => _files.HomeAsync("no such user", default).AsTask());
        Assert.Equal(("root", "root"), (_files.UserName(0), _files.GroupName(0)));
        Assert.Null(_files.UserName(4_000_000_000));
        Assert.Null(_files.GroupName(4_000_000_000));
    }

    [Fact]
    public async Task Without_a_rename_that_can_refuse_a_file_moves_by_a_second_name()
    {
        await WriteAsync("a", "a");
        await WriteAsync("b", "b");
        await MakeDirectoryAsync("d");
        await Files.MakeSymbolicLinkAsync("a", "l", default);
        Assert.Equal(Errno.EEXIST, Rename("a", "b"));
        Assert.Equal(Errno.ENOENT, Rename("missing", "c"));
        Assert.Equal(Errno.EEXIST, Rename("d", "b"));
        Assert.Equal(Errno.EEXIST, Rename("l", "b"));
        Assert.Equal(Errno.None, Rename("a", "c"));
        Assert.Equal(Errno.None, Rename("d", "e"));
        Assert.Equal(Errno.None, Rename("l", "m"));
        Assert.Equal(Errno.EINVAL, Rename("e", "e/x"));
        Assert.Equal(["b", "c", "e", "m"], await NamesAsync("."));
        Assert.Equal("a", await TextAsync("c"));

        Errno Rename(string from, string to) => LinkingRename.Run(PlaceOf(from), PlaceOf(to));

        Place PlaceOf(string name) => new(FilesAt.WorkingDirectory, PathBytes.Of(FileNameText.Encode(_directory[name])), isOwned: false);
    }

    [Theory]
    [InlineData((int)Errno.ENOENT, SftpStatusCode.NoSuchFile, "No such file or directory")]
    [InlineData((int)Errno.ENOTDIR, SftpStatusCode.NoSuchFile, "No such file or directory")]
    [InlineData((int)Errno.EBADF, SftpStatusCode.NoSuchFile, "No such file or directory")]
    [InlineData((int)Errno.ELOOP, SftpStatusCode.NoSuchFile, "No such file or directory")]
    [InlineData((int)Errno.EPERM, SftpStatusCode.PermissionDenied, "Permission denied")]
    [InlineData((int)Errno.EACCES, SftpStatusCode.PermissionDenied, "Permission denied")]
    [InlineData((int)Errno.EFAULT, SftpStatusCode.PermissionDenied, "Permission denied")]
    [InlineData((int)Errno.ENAMETOOLONG, SftpStatusCode.BadMessage, "Bad message")]
    [InlineData((int)Errno.EINVAL, SftpStatusCode.BadMessage, "Bad message")]
    [InlineData((int)Errno.ENOSYS, SftpStatusCode.OperationUnsupported, "Operation unsupported")]
    [InlineData((int)Errno.ENOSPC, SftpStatusCode.Failure, "No space left on device")]
    [InlineData((int)Errno.EDQUOT, SftpStatusCode.Failure, "Disk quota exceeded")]
    [InlineData((int)Errno.EROFS, SftpStatusCode.Failure, "Read-only file system")]
    [InlineData((int)Errno.EXDEV, SftpStatusCode.Failure, "Invalid cross-device link")]
    [InlineData((int)Errno.EMFILE, SftpStatusCode.Failure, "Too many open files")]
    public void Each_error_of_the_system_has_the_code_that_OpenSSH_gives_it(int errno, SftpStatusCode code, string text)
    {
        SftpException fault = ErrnoStatus.Fault((Errno)errno, "f");
        Assert.Equal((code, text, "f"), (fault.Status, fault.Message, fault.Path));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_hundred_thousand_names_are_listed_a_buffer_at_a_time()
    {
        const int files = 2, names = 50_000;
        await MakeDirectoryAsync("d");
        for (int file = 0; file < files; file++)
        {
            await WriteAsync($"f{file}", "");
            for (int i = 0; i < names; i++) await Files.MakeHardLinkAsync($"f{file}", $"d/{file}-{i}", default);
        }

        // Names that were kept would be there each time; what other tests have at the moment is not.
        (long count, long least) = (0, long.MaxValue);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await foreach (FileEntry _ in Files.ListAsync("d", default))
        {
            if (++count % 5_000 == 0 && count > names) least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal((files * names) + 2, count);
        Assert.InRange(least, long.MinValue, 1 << 20);
    }
}
