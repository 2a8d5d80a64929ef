using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Local;

/// <summary>The contract below a root, which a session sees as its "/".</summary>
public sealed class RootedFileSystemTests : FileSystemTests, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LocalFileSystem _files;

    public RootedFileSystemTests() => _files = new LocalFileSystem("/", new LocalFileSystemOptions { Root = _directory.Path });

    private protected override IFileSystem Files => _files;

    private protected override string Start => "/";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_session_may_start_below_the_root()
    {
        await MakeDirectoryAsync("home");
        await WriteAsync("home/f", "text");
        var files = new LocalFileSystem("home", new LocalFileSystemOptions { Root = _directory.Path });
        Assert.Equal("/home", await files.ResolveAsync("", default));
        Assert.Equal("/home/f", await files.ResolveAsync("f", default));
        Assert.Equal("/home", await files.HomeAsync("", default));
        Assert.True((await files.StatAsync("f", followsLinks: true, default)).IsRegularFile);
    }

    [Fact]
    public async Task Homes_of_the_machine_are_not_told()
    {
        Assert.Equal("/", await _files.HomeAsync("", default));
        await FailsAsync(SftpStatusCode.NoSuchFile, () => _files.HomeAsync("root", default).AsTask());
    }

    [Fact]
    public void A_root_that_is_no_directory_is_refused()
    {
        _directory.Write("file", "");
        foreach (string name in (string[])["missing", "file"])
        {
            var error = Assert.ThrowsAny<IOException>(() => new LocalFileSystem("/", new LocalFileSystemOptions { Root = _directory[name] }));
            Assert.Contains(_directory[name], error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_root_that_is_moved_stays_the_root()
    {
        string inner = Directory.CreateDirectory(_directory["inner"]).FullName;
        var files = new LocalFileSystem("/", new LocalFileSystemOptions { Root = inner });
        Directory.Move(inner, _directory["moved"]);
        Directory.CreateDirectory(inner);
        await files.MakeDirectoryAsync("d", new SftpAttributes(), default);
        Assert.True(Directory.Exists(_directory["moved/d"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(inner));
    }
}
