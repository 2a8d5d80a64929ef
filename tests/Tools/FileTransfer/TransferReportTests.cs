using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tests.Interop;
using Nacre.Tests.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tests.Tools.FileTransfer;

/// <summary>What people are told of a download, and what it leaves.</summary>
public sealed class TransferReportTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _directory.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("../target/../x")]
    [InlineData("a/../../x")]
    [InlineData("/tmp/nacre-evil")]
    [InlineData("sub/x")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task A_name_that_is_a_path_is_refused_and_the_rest_is_copied(string name)
    {
        await using SftpPair pair = await SftpPair.StartAsync(new EvilFileSystem(name, "good"));
        await CopyAsync(pair, "/d", "target");
        Assert.Equal(["target", "target/good"], Tree());
        Assert.Equal("evil", await File.ReadAllTextAsync(_directory["target/good"]));
        Assert.Equal(name is not ("." or ".."), _error.ToString().Contains("Server sent suspect path", StringComparison.Ordinal));
        Assert.DoesNotContain('\0', _error.ToString());
    }

    [Fact]
    public async Task What_marks_a_program_for_another_user_does_not_come_along()
    {
        await using SftpPair pair = await SftpPair.StartAsync(new EvilFileSystem());
        Assert.True(await CopyAsync(pair, "/x", "x", new TransferOptions { KeepsAttributes = true }));
        Assert.Equal((UnixFileMode)0x1ff, File.GetUnixFileMode(_directory["x"]));
    }

    [Fact]
    public async Task A_tree_ends_at_the_greatest_depth()
    {
        string deep = _directory.Path + "/from" + string.Concat(Enumerable.Repeat("/d", TransferOptions.MaxDepth + 3));
        Directory.CreateDirectory(deep);
        await using SftpPair pair = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));
        Assert.False(await CopyAsync(pair, "from", "to"));
        Assert.Contains($"Maximum directory depth exceeded: {TransferOptions.MaxDepth} levels", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(TransferOptions.MaxDepth, Directory.EnumerateDirectories(_directory["to"], "*", SearchOption.AllDirectories).Count() + 1);
    }

    [Fact]
    public async Task A_link_in_a_tree_is_passed_over()
    {
        Directory.CreateDirectory(_directory["from"]);
        File.CreateSymbolicLink(_directory["from/link"], "/etc/passwd");
        _directory.Write("from/file", "text");
        await using SftpPair pair = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));
        Assert.True(await CopyAsync(pair, "from", "to"));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_directory["to"]).Select(Path.GetFileName));
    }

    private async Task<bool> CopyAsync(SftpPair pair, string from, string to, TransferOptions? options = null)
    {
        using var report = new TransferReport(new Reporter(TextWriter.Null, _error), TransferWay.Down);
        report.Name(from);
        var how = options ?? new TransferOptions { IsRecursive = true, FollowsLinks = false };
        await new Download(pair.Client, new LocalFileSystem("/"), how, report).RunAsync([new TransferItem(from, _directory[to])], TestContext.Current.CancellationToken);
        return !report.HasFailed;
    }

    private IEnumerable<string> Tree() => Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_directory.Path, path)).Order(StringComparer.Ordinal);
}
