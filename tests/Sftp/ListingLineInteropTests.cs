using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tests.Sftp;

/// <summary>Our lines of ls -l are letter by letter those of OpenSSH's server.</summary>
[Trait("Category", "Interop")]
public sealed class ListingLineInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_directory_of_everything_is_listed_as_OpenSSH_lists_it()
    {
        _directory.WriteRandom("file", 123_456_789 % 100_000);
        _directory.Write("old", "");
        File.SetLastWriteTimeUtc(_directory["old"], new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        _directory.Write("future", "");
        File.SetLastWriteTimeUtc(_directory["future"], DateTime.UtcNow.AddDays(3));
        _directory.Open("sticky");
        await Run.Async("chmod", ["1776", _directory["sticky"]]);
        await Run.Async("mkfifo", [_directory["fifo"]]);
        await Run.Async("ln", [_directory["file"], _directory["linked"]]);
        await Run.Async("ln", ["-s", "file", _directory["link"]]);
        foreach (string mode in (string[])["4755", "4644", "2755", "2644", "6777", "0"]) await Run.Async("chmod", [mode, _directory.Write($"mode{mode}", "")]);
        var ours = new Dictionary<string, string>();
        await foreach (FileEntry entry in new LocalFileSystem(_directory.Path).ListAsync(".", default)) ours.Add(entry.Name, entry.LongName);
        await foreach (FileEntry entry in new LocalFileSystem("/dev").ListAsync(".", default)) ours.TryAdd($"dev {entry.Name}", entry.LongName);
        string server = Requires.Program("sftp-server");
        await using SftpConnection connection = await SftpConnection.OpenAsync(new ProgramCall(server, [server]));
        await foreach (FileEntry entry in connection.Client.ListAsync(_directory.Path))
        {
            // The directory above is everybody's and changes meanwhile.
            if (entry.Name != "..") Assert.Equal(entry.LongName, ours[entry.Name]);
        }

        string theirs = "";
        await foreach (FileEntry entry in connection.Client.ListAsync("/dev")) theirs = entry.Name == "null" ? entry.LongName : theirs;
        Assert.Equal(theirs, ours["dev null"]);
    }
}
