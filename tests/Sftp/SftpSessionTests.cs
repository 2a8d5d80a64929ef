using System.Security.Cryptography;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp;

/// <summary>Our client and our server over a directory of this machine.</summary>
public sealed class SftpSessionTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SftpPair _pair = null!;

    private SftpClient Client => _pair.Client;

    public async ValueTask InitializeAsync() => _pair = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path));

    public async ValueTask DisposeAsync()
    {
        await _pair.DisposeAsync();
        Dispose();
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32768)]
    [InlineData((10 << 20) + 7)]
    public async Task A_file_arrives_as_it_was_in_both_directions(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        Assert.Equal(size, await Client.UploadAsync(new MemoryStream(content), "file"));
        Assert.Equal(content, await File.ReadAllBytesAsync(_directory["file"]));
        var fetched = new MemoryStream();
        Assert.Equal(size, await Client.DownloadAsync("file", fetched));
        Assert.Equal(content, fetched.ToArray());
    }

    [Fact]
    public async Task An_upload_replaces_all_of_a_longer_file()
    {
        _directory.WriteRandom("file", 100_000);
        await Client.UploadAsync(new MemoryStream([1, 2, 3]), "file");
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(_directory["file"]));
    }

    [Fact]
    public async Task Directories_are_made_listed_and_removed()
    {
        await Client.MakeDirectoryAsync("d");
        _directory.Write("d/one", "1");
        Assert.True((await Client.StatAsync("d")).IsDirectory);
        List<string> names = [];
        await foreach (FileEntry entry in Client.ListAsync("d")) names.Add(entry.Name);
        Assert.Equal([".", "..", "one"], names.Order(StringComparer.Ordinal));
        Assert.Equal(SftpStatusCode.Failure, (await Assert.ThrowsAsync<SftpException>(() => Client.RemoveDirectoryAsync("d"))).Status);
        await Client.RemoveFileAsync("d/one");
        await Client.RemoveDirectoryAsync("d");
        Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => Client.StatAsync("d"))).Status);
    }

    [Fact]
    public async Task A_directory_of_many_names_is_listed_whole()
    {
        for (int i = 0; i < 250; i++) _directory.Write($"f{i}", "");
        int count = 0;
        await foreach (FileEntry entry in Client.ListAsync(".")) count += entry.Name.StartsWith('f') ? 1 : 0;
        Assert.Equal(250, count);
    }

    [Fact]
    public async Task Names_links_and_attributes_change()
    {
        _directory.Write("a", "text");
        await Client.RenameAsync("a", "b");
        await Client.MakeSymbolicLinkAsync("b", "soft");
        await Client.MakeHardLinkAsync("b", "hard");
        Assert.Equal("b", await Client.ReadLinkAsync("soft"));
        Assert.True((await Client.StatAsync("soft", followsLinks: false)).IsSymbolicLink);
        Assert.True((await Client.StatAsync("soft")).IsRegularFile);
        Assert.Equal("text", await File.ReadAllTextAsync(_directory["hard"]));
        await Client.SetAttributesAsync("b", new SftpAttributes { Permissions = 0x180, AccessTime = 1_000_000_000, ModificationTime = 1_100_000_000, Size = 2 });
        SftpAttributes attributes = await Client.StatAsync("hard");
        Assert.Equal((0x180u, 2ul, 1_000_000_000u, 1_100_000_000u), (attributes.Permissions & 0x1ff, attributes.Size, attributes.AccessTime, attributes.ModificationTime));
        Assert.Equal(_directory["b"], await Client.ResolveAsync("./soft"));
    }

    [Fact]
    public async Task The_last_part_of_a_path_that_is_resolved_need_not_be_there()
    {
        Assert.Equal(_directory["new"], await Client.ResolveAsync("./new"));
        Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => Client.ResolveAsync("missing/new"))).Status);
    }

    [Fact]
    public async Task A_rename_replaces_what_is_there()
    {
        _directory.Write("a", "new");
        _directory.Write("b", "old");
        await Client.RenameAsync("a", "b");
        Assert.Equal("new", await File.ReadAllTextAsync(_directory["b"]));
        Assert.False(File.Exists(_directory["a"]));
    }

    [Fact]
    public async Task A_server_that_only_shows_changes_nothing()
    {
        _directory.Write("a", "text");
        await using SftpPair shown = await SftpPair.StartAsync(new LocalFileSystem(_directory.Path), new SftpServerOptions { IsReadOnly = true });
        Func<Task>[] changes =
        [
            () => shown.Client.UploadAsync(new MemoryStream(), "a"), () => shown.Client.MakeDirectoryAsync("d"), () => shown.Client.RemoveFileAsync("a"),
            () => shown.Client.RenameAsync("a", "b"), () => shown.Client.MakeSymbolicLinkAsync("a", "b"),
            () => shown.Client.SetAttributesAsync("a", new SftpAttributes { Size = 0 }), () => shown.Client.RemoveDirectoryAsync("."),
        ];
        foreach (Func<Task> change in changes) Assert.Equal(SftpStatusCode.PermissionDenied, (await Assert.ThrowsAsync<SftpException>(change)).Status);
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName));
        Assert.Equal("text", await File.ReadAllTextAsync(_directory["a"]));
    }
}
