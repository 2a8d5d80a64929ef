using System.Globalization;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Unix;

namespace Nacre.Tests.Sftp.Local;

/// <summary>Nothing that a client says leads out of the root of a file system, and nothing tells what is outside (P-SFTP-11, A-80).</summary>
public sealed class RootEscapeTests : IDisposable
{
    private const uint RENAME_EXCHANGE = 2;

    private static readonly SftpAttributes Nothing = new();

    /// <summary>Everything that can be done to one path.</summary>
    private static readonly Dictionary<string, Func<IFileSystem, string, Task>> Attempts = new()
    {
        ["read"] = async (files, path) => await (await files.OpenAsync(path, SftpOpenFlags.Read, Nothing, default)).DisposeAsync(),
        ["make"] = async (files, path) => await (await files.OpenAsync(path, SftpOpenFlags.Write | SftpOpenFlags.Create, Nothing, default)).DisposeAsync(),
        ["cut"] = async (files, path) => await (await files.OpenAsync(path, SftpOpenFlags.Write | SftpOpenFlags.Truncate, Nothing, default)).DisposeAsync(),
        ["append"] = async (files, path) => await (await files.OpenAsync(path, SftpOpenFlags.Append | SftpOpenFlags.Create, Nothing, default)).DisposeAsync(),
        ["stat"] = async (files, path) => await files.StatAsync(path, followsLinks: true, default),
        ["lstat"] = async (files, path) => await files.StatAsync(path, followsLinks: false, default),
        ["setstat"] = async (files, path) => await files.SetAttributesAsync(path, Everything with { Size = 0 }, followsLinks: true, default),
        ["lsetstat"] = async (files, path) => await files.SetAttributesAsync(path, Everything, followsLinks: false, default),
        ["list"] = async (files, path) =>
        {
            await foreach (FileEntry entry in files.ListAsync(path, default)) Assert.NotEqual("secret", entry.Name);
        },
        ["remove"] = async (files, path) => await files.RemoveFileAsync(path, default),
        ["mkdir"] = async (files, path) => await files.MakeDirectoryAsync(path, Nothing, default),
        ["rmdir"] = async (files, path) => await files.RemoveDirectoryAsync(path, default),
        ["rename from"] = async (files, path) => await files.RenameAsync(path, "taken", replaces: true, default),
        ["rename to"] = async (files, path) => await files.RenameAsync("inside", path, replaces: true, default),
        ["readlink"] = async (files, path) => await files.ReadLinkAsync(path, default),
        ["symlink"] = async (files, path) => await files.MakeSymbolicLinkAsync("x", path, default),
        ["hardlink from"] = async (files, path) => await files.MakeHardLinkAsync(path, "taken", default),
        ["hardlink to"] = async (files, path) => await files.MakeHardLinkAsync("inside", path, default),
        ["statvfs"] = async (files, path) => await files.StatisticsAsync(path, default),
        ["resolve"] = async (files, path) => await files.ResolveAsync(path, default),
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalFileSystem _files;
    private readonly List<string> _outside;

    public RootEscapeTests()
    {
        Directory.CreateDirectory(_directory["root/d/e"]);
        Directory.CreateDirectory(_directory["outside/full"]);
        _directory.Write("outside/secret", "secret");
        _directory.Write("outside/full/secret", "secret");
        File.CreateSymbolicLink(_directory["outside/link"], "secret");
        _directory.Write("root/inside", "inside");
        File.CreateSymbolicLink(_directory["root/relative"], "../outside");
        File.CreateSymbolicLink(_directory["root/absolute"], _directory["outside"]);
        File.CreateSymbolicLink(_directory["root/up"], "..");
        File.CreateSymbolicLink(_directory["root/first"], "d/second");
        File.CreateSymbolicLink(_directory["root/d/second"], "e/third");
        File.CreateSymbolicLink(_directory["root/d/e/third"], "../../../outside");
        _files = new LocalFileSystem("/", new LocalFileSystemOptions { Root = _directory["root"] });
        _outside = Snapshot();
    }

    private static SftpAttributes Everything => new() { Permissions = 0, Uid = Users.CurrentUid, Gid = Users.CurrentGid, AccessTime = 1, ModificationTime = 1 };

    /// <summary>Ways to the outside; what follows is the name there.</summary>
    public static TheoryData<string> Ways => ["../outside/", "/../outside/", "/../../../../../..{0}/", "d/../../outside/", "d/e/../../../outside/", "{0}/", "/d{0}/", "relative/", "absolute/", "up/outside/", "first/", "d/second/", "./first/../outside/", "up/up/up/outside/"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task P_SFTP_11_No_way_leads_out_and_what_is_there_looks_as_what_is_not(string way)
    {
        string prefix = string.Format(CultureInfo.InvariantCulture, way, _directory["outside"]);
        foreach ((string what, Func<IFileSystem, string, Task> attempt) in Attempts)
        {
            string missing = await FaultAsync(attempt, prefix + "missing");
            Assert.True(missing.StartsWith("NoSuchFile", StringComparison.Ordinal) || (what == "lsetstat" && missing.Length > 0), $"{what} {prefix}missing: {missing}");
            foreach (string name in (string[])["secret", "full", "link", "full/secret", "."]) Assert.True(missing == await FaultAsync(attempt, prefix + name), $"{what} {prefix}{name} is told from what is not there");
        }

        Assert.Equal(_outside, Snapshot());
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("absolute")]
    [InlineData("first")]
    [InlineData("relative/")]
    [InlineData("absolute/")]
    [InlineData("up/")]
    [InlineData("..")]
    [InlineData("/..")]
    [InlineData("d/../..")]
    [InlineData("../")]
    public async Task P_SFTP_11_A_way_out_that_is_the_whole_path_harms_nothing_outside(string path)
    {
        foreach (Func<IFileSystem, string, Task> attempt in Attempts.Values) await FaultAsync(attempt, path);
        Assert.Equal(_outside, Snapshot());
    }

    [Fact]
    public async Task P_SFTP_11_A_link_is_followed_as_if_the_root_were_the_root_of_all()
    {
        Directory.CreateDirectory(_directory["root/outside"]);
        _directory.Write("root/outside/secret", "another");
        foreach (string way in (string[])["relative", "up/outside", "first", "../outside"]) Assert.Equal("another", await TextAsync($"{way}/secret"));
        Assert.Equal("/outside/secret", await _files.ResolveAsync("first/secret", default));
        Assert.Equal("/", await _files.ResolveAsync("up", default));
        Assert.Equal(_directory["outside"], await _files.ReadLinkAsync("absolute", default));
    }

    [Fact]
    public async Task P_SFTP_11_A_file_made_through_a_link_is_made_below_the_root()
    {
        File.CreateSymbolicLink(_directory["root/l"], "../victim");
        _directory.Write("victim", "untouched");
        await (await _files.OpenAsync("l", SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate, Nothing, default)).DisposeAsync();
        Assert.Equal("untouched", await File.ReadAllTextAsync(_directory["victim"]));
        Assert.True(File.Exists(_directory["root/victim"]));
    }

    [Fact]
    public async Task P_SFTP_11_What_is_above_the_root_is_the_root()
    {
        SftpAttributes root = await _files.StatAsync("/", followsLinks: true, default);
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.StickyBit);
        await foreach (FileEntry entry in _files.ListAsync("/", default))
        {
            if (entry.Name == "..") Assert.Equal(Untimed(root), Untimed(entry.Attributes));
        }

        Assert.Equal(Untimed(root), Untimed(await _files.StatAsync("..", followsLinks: true, default)));
        Assert.Equal(Untimed(root), Untimed(await _files.StatAsync("/../..", followsLinks: false, default)));

        // Listing is an access, which another second may see.
        static SftpAttributes Untimed(SftpAttributes attributes) => attributes with { AccessTime = null };
    }

    [Fact]
    public async Task P_SFTP_11_A_second_name_of_a_link_leads_out_no_more_than_the_first()
    {
        await _files.MakeHardLinkAsync("relative", "d/same", default);
        Assert.True((await _files.StatAsync("d/same", followsLinks: false, default)).IsSymbolicLink);
        await Assert.ThrowsAsync<SftpException>(() => TextAsync("d/same/secret"));
        Assert.Equal(SftpStatusCode.PermissionDenied, (await Assert.ThrowsAsync<SftpException>(() => _files.MakeHardLinkAsync("relative/", "x", default).AsTask())).Status);
        Assert.Equal(_outside, Snapshot());
    }

    [Fact]
    public async Task P_SFTP_11_The_links_of_proc_that_lead_anywhere_are_not_followed()
    {
        var files = new LocalFileSystem("/", new LocalFileSystemOptions { Root = "/proc/self" });
        Assert.True((await files.StatAsync("cwd", followsLinks: false, default)).IsSymbolicLink);
        foreach (string path in (string[])["cwd", "root", "root/etc/passwd", "exe", "cwd/.", "fd/0"])
            Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => files.StatAsync(path, followsLinks: true, default).AsTask())).Status);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_80_A_directory_that_is_exchanged_for_a_link_all_the_time_never_leads_out()
    {
        using var exchange = new Racer(() => Exchange("root/d", "root/relative"));
        for (int i = 0; i < Races; i++) await RaceAsync(i);
        Assert.InRange(exchange.Count, Races / 100, long.MaxValue);
        Assert.Equal(_outside, Snapshot());
    }

    [Fact]
    public async Task A_80_The_same_race_leads_out_where_there_is_no_root()
    {
        using var exchange = new Racer(() => Exchange("root/d", "root/relative"));
        var files = new LocalFileSystem(_directory["root"]);
        bool hasEscaped = false;
        for (int i = 0; i < 1_000_000 && !hasEscaped; i++)
        {
            await FaultAsync(files, Attempts["mkdir"], $"d/made{i % 10}");
            hasEscaped = Directory.EnumerateDirectories(_directory["outside"], "made*").Any();
        }

        Assert.True(hasEscaped, "the racer is no race");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_80_A_directory_that_is_moved_out_while_dots_are_followed_never_leads_out()
    {
        using var move = new Racer(() =>
        {
            Move("root/d/e", "outside/e");
            Move("outside/e", "root/d/e");
        });
        for (int i = 0; i < Races; i++)
        {
            foreach (string what in (string[])["stat", "lstat", "read", "cut", "list", "remove", "rename from", "hardlink from"])
                Assert.True(await FaultAsync(Attempts[what], "d/e/../secret") != "", $"{what} reached what is outside");
            await FaultAsync(async (files, path) => Assert.Equal("/d/secret", await files.ResolveAsync(path, default)), "d/e/../secret");
            await FaultAsync(Attempts["mkdir"], $"d/e/../made{i % 10}");
            await FaultAsync(Attempts["make"], $"d/e/../new{i % 10}");
            await FaultAsync(Attempts["rmdir"], $"d/e/../made{i % 10}");
        }

        move.Dispose();
        Assert.Equal(_outside, Snapshot());
    }

    /// <summary>How many times a race is run; the environment may ask for more.</summary>
    private static int Races => int.TryParse(Environment.GetEnvironmentVariable("NACRE_RACES"), CultureInfo.InvariantCulture, out int races) ? races : 20_000;

    private async Task RaceAsync(int round)
    {
        foreach (string what in (string[])["read", "stat", "cut", "remove", "rename from", "hardlink from", "setstat"])
            Assert.True(await FaultAsync(Attempts[what], "d/secret") != "", $"{what} reached what is outside");
        await FaultAsync(Attempts["list"], "d");
        await FaultAsync(Attempts["make"], $"d/new{round % 10}");
        await FaultAsync((files, path) => files.RenameAsync(path, $"{path}-renamed", replaces: round % 2 == 0, default).AsTask(), $"d/new{round % 10}");
        await FaultAsync(Attempts["mkdir"], $"d/made{round % 10}");
        await FaultAsync(Attempts["rmdir"], $"d/made{round % 10}");
        await FaultAsync(Attempts["symlink"], $"d/link{round % 10}");
        await FaultAsync(Attempts["hardlink to"], $"d/hard{round % 10}");
        await FaultAsync(Attempts["remove"], $"d/hard{round % 10}");
    }

    // What is told of a failure; empty when there was none.
    private Task<string> FaultAsync(Func<IFileSystem, string, Task> attempt, string path) => FaultAsync(_files, attempt, path);

    private static async Task<string> FaultAsync(IFileSystem files, Func<IFileSystem, string, Task> attempt, string path)
    {
        try
        {
            await attempt(files, path);
            return "";
        }
        catch (SftpException error)
        {
            return $"{error.Status} {error.Message}";
        }
    }

    private async Task<string> TextAsync(string path)
    {
        await using IFileHandle file = await _files.OpenAsync(path, SftpOpenFlags.Read, Nothing, default);
        byte[] buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, await file.ReadAsync(buffer, 0, default));
    }

    private void Exchange(string one, string other) =>
        Libc.Check(Libc.renameat2(FilesAt.WorkingDirectory, Terminated(one), FilesAt.WorkingDirectory, Terminated(other), RENAME_EXCHANGE), "exchange");

    private void Move(string from, string to) =>
        Libc.Check(Libc.renameat2(FilesAt.WorkingDirectory, Terminated(from), FilesAt.WorkingDirectory, Terminated(to), 0), "move");

    private byte[] Terminated(string name) => Encoding.UTF8.GetBytes(_directory[name] + '\0');

    // All names outside, with their content and attributes.
    private List<string> Snapshot() =>
    [
        .. Directory.EnumerateFileSystemEntries(_directory["outside"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(static path =>
        {
            Assert.True(FileStatus.TryOfLink(path, out FileStatus status));
            return $"{path} {status.KindAndMode:x} {status.Uid} {status.Gid} {status.Links} {status.ModificationTime} {(status.IsRegularFile ? File.ReadAllText(path) : "")}";
        }),
    ];

    /// <summary>Does something over and over on a thread of its own, until it is disposed of.</summary>
    private sealed class Racer : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _isOver;
        private long _count;

        public Racer(Action action)
        {
            _thread = new Thread(() =>
            {
                while (!_isOver)
                {
                    action();
                    Interlocked.Increment(ref _count);
                }
            });
            _thread.Start();
        }

        public long Count => Interlocked.Read(ref _count);

        public void Dispose()
        {
            _isOver = true;
            _thread.Join();
        }
    }
}
