using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class FileSafetyTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("nacre").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_file_is_read_up_to_its_limit_and_refused_one_past_it()
    {
        string path = Make("key", "12345");

        Assert.Equal("12345"u8.ToArray(), FileSafety.Read(path, 5, out FileStatus status));
        Assert.Equal(5, status.Size);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => FileSafety.Read(path, 4, out _));
        Assert.Equal($"{path} is too large: 5 bytes, at most 4 are read", error.Message);
    }

    [Fact]
    public async Task A52_a_fifo_or_a_device_is_refused_without_waiting()
    {
        string fifo = Path.Join(directory, "fifo");
        ChildProcess child = Spawn.Start(new ProgramStart { Path = "mkfifo", Arguments = ["mkfifo", fifo], IsSearched = true });
        Assert.Equal(0, (await child.Exited).Status);

        Assert.Throws<InvalidDataException>(() => FileSafety.Read(fifo, 100, out _));
        Assert.Throws<InvalidDataException>(() => FileSafety.Read("/dev/zero", 100, out _));
        Assert.Throws<InvalidDataException>(() => FileSafety.Read(directory, 100_000, out _));
    }

    [Fact]
    public void A_symbolic_link_is_followed_only_where_that_is_wanted()
    {
        string link = Path.Join(directory, "link");
        File.CreateSymbolicLink(link, Make("target", "x"));

        Assert.Equal("x"u8.ToArray(), FileSafety.Read(link, 10, out _));
        UnixException error = Assert.Throws<UnixException>(() => FileSafety.Read(link, 10, out _, followsLinks: false));
        Assert.Equal(Errno.ELOOP, error.Errno);
    }

    [Fact]
    public void Links_lead_where_the_system_goes_by_them()
    {
        string real = Directory.CreateDirectory(Path.Join(directory, "real", "inner")).Parent!.FullName;
        File.CreateSymbolicLink(Path.Join(directory, "way"), Path.Join("real", "inner"));
        File.CreateSymbolicLink(Path.Join(real, "inner", "link"), Path.Join("..", "key"));
        File.CreateSymbolicLink(Path.Join(directory, "first"), Path.Join("way", "link"));
        string key = Path.Join(FileSafety.RealPath(real), "key");

        Assert.Equal(key, FileSafety.FinalTarget(Path.Join(directory, "first")));
        Assert.Equal(key, FileSafety.FinalTarget(Path.Join(directory, "way", "..", "key")));
        File.WriteAllText(key, "");
        Assert.Equal(key, FileSafety.FinalTarget(Path.Join(directory, "first")));
        Assert.Equal(Path.Join(FileSafety.RealPath("."), "no such key"), FileSafety.FinalTarget("no such key"));
        Assert.Equal("/no/such/key", FileSafety.FinalTarget("/no/such/key"));
        Assert.Equal("/tmp/", FileSafety.FinalTarget("/tmp/"));
        Assert.Equal("", FileSafety.FinalTarget(""));
    }

    [Fact]
    public void Links_that_lead_in_a_circle_lead_nowhere()
    {
        string link = Path.Join(directory, "link");
        File.CreateSymbolicLink(link, "link");

        Assert.Equal(Errno.ELOOP, Assert.Throws<UnixException>(() => FileSafety.FinalTarget(link)).Errno);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        UnixException error = Assert.Throws<UnixException>(() => FileSafety.Read("/no/such/key", 10, out _));
        Assert.Equal("/no/such/key: No such file or directory", error.Message);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, null)]
    [InlineData(UnixFileMode.UserRead, null)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "Permissions 0640 for")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute, "Permissions 0601 for")]
    public void H09_a_private_key_that_others_may_read_is_not_used(UnixFileMode mode, string? expected)
    {
        string path = Make("id_ed25519", "x");
        File.SetUnixFileMode(path, mode);
        string? reason = FileSafety.FindExposure(path, FileStatus.OfPath(path));

        Assert.Equal(expected is null, reason is null);
        if (reason is not null)
        {
            string[] lines = reason.Split('\n');
            Assert.Equal("@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @", lines[1]);
            Assert.Equal($"{expected} '{path}' are too open.", lines[3]);
            Assert.Equal("This private key will be ignored.", lines[5]);
            Assert.All(lines[..3], line => Assert.Equal(59, line.Length));
        }
    }

    [Fact]
    public void H09_a_private_key_of_somebody_elses_is_theirs_to_hide()
    {
        string path = "/etc/passwd";
        if (Users.IsRoot)
        {
            path = Make("theirs", "x");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            Libc.Check(Libc.chown(path, 65534, 65534), path);
        }

        Assert.Null(FileSafety.FindExposure(path, FileStatus.OfPath(path)));
    }

    [Fact]
    public void A_path_is_safe_when_nobody_else_may_write_any_part_of_it()
    {
        string ssh = Path.Join(directory, ".ssh");
        Directory.CreateDirectory(ssh);
        string path = Make(".ssh/authorized_keys", "x");
        Assert.Null(Unsafe(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        Assert.Equal($"bad ownership or modes for file {path}", Unsafe(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead);

        File.SetUnixFileMode(ssh, (UnixFileMode)0b111_000_010);
        Assert.Equal($"bad ownership or modes for directory {ssh}", Unsafe(path));
        File.SetUnixFileMode(ssh, (UnixFileMode)0b111_000_000);

        File.SetUnixFileMode(directory, (UnixFileMode)0b111_010_000);
        Assert.Equal($"bad ownership or modes for directory {directory}", Unsafe(path));
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_000_000);
        Assert.Null(Unsafe(path));

        // Above the home nothing is asked; without a home the world-writable /tmp is met.
        Assert.Equal($"bad ownership or modes for directory {Path.GetDirectoryName(directory)}",
            FileSafety.FindUnsafePath(path, FileStatus.OfPath(path), "/nowhere", Users.CurrentUid));
    }

    [Fact]
    public void A_path_that_another_user_owns_is_not_safe()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: gives a file away");
        string path = Make("file", "x");
        Libc.Check(Libc.chown(path, 4242, 4242), "chown");
        Libc.Check(Libc.chown(directory, 4242, 4242), "chown");

        Assert.Equal($"bad ownership or modes for file {path}", Unsafe(path));
        Assert.Null(FileSafety.FindUnsafePath(path, FileStatus.OfPath(path), directory, 4242));
    }

    [Fact]
    public void What_is_no_file_is_not_safe()
    {
        Assert.Equal($"{directory} is not a regular file", Unsafe(directory));
        Assert.Equal("realpath /no/such failed: No such file or directory",
            FileSafety.FindUnsafePath("/no/such", default, directory, Users.CurrentUid));
    }

    [Fact]
    public void A_file_is_written_whole_with_its_mode_and_replaced()
    {
        string path = Path.Join(directory, "known_hosts");
        AtomicFile.Write(path, "first"u8, 0b110_000_000);
        AtomicFile.Write(path, "second"u8, 0b110_110_110);

        Assert.Equal("second", File.ReadAllText(path));
        Assert.Equal(0b110_110_110u, FileStatus.OfPath(path).Mode);
        Assert.Equal([path], Directory.GetFileSystemEntries(directory));
    }

    [Fact]
    public void A_file_that_must_not_be_replaced_is_left_alone()
    {
        string path = Make("id", "old");
        UnixException error = Assert.Throws<UnixException>(() => AtomicFile.Write(path, "new"u8, 0b110_000_000, replaces: false));

        Assert.Equal(Errno.EEXIST, error.Errno);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(directory));
        AtomicFile.Write(path + "2", "new"u8, 0b110_000_000, replaces: false);
        Assert.Equal("new", File.ReadAllText(path + "2"));
    }

    private string? Unsafe(string path) => FileSafety.FindUnsafePath(path, FileStatus.OfPath(path), directory, Users.CurrentUid);

    private string Make(string name, string content)
    {
        string path = Path.Join(directory, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
