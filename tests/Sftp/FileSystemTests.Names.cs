using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

// Directories, links and paths.
public abstract partial class FileSystemTests
{
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
}
