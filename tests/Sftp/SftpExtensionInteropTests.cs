using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tests.Sftp;

/// <summary>The client's extensions at OpenSSH's server.</summary>
[Trait("Category", "Interop")]
public sealed class SftpExtensionInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_file_is_copied_by_the_server()
    {
        byte[] bytes = File.ReadAllBytes(_directory.WriteRandom("from", 100_000));
        File.SetUnixFileMode(_directory["from"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using SftpConnection connection = await ConnectAsync();
        await connection.Client.CopyAsync(_directory["from"], _directory["to"]);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_directory["to"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["to"]));
        await Assert.ThrowsAsync<SftpException>(() => connection.Client.CopyAsync(_directory.Path, _directory["other"]));
    }

    [Fact]
    public async Task The_room_of_a_file_system_is_told()
    {
        await using SftpConnection connection = await ConnectAsync();
        FileSystemStatistics told = await connection.Client.StatisticsAsync("/proc");
        Assert.Equal((0ul, 255ul), (told.Blocks, told.MaxNameLength));
        Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => connection.Client.StatisticsAsync("/missing"))).Status);
    }

    [Fact]
    public async Task The_names_of_owners_and_groups_are_told_in_order()
    {
        await using SftpConnection connection = await ConnectAsync();
        (IReadOnlyList<string?> users, IReadOnlyList<string?> groups) = await connection.Client.NamesOfAsync([0, 4_000_000_000, 1], [4_000_000_000, 0]);
        Assert.Equal(["root", null, "daemon"], users);
        Assert.Equal([null, "root"], groups);
    }

    [Fact]
    public async Task The_times_of_a_link_are_set_and_not_those_of_its_target()
    {
        _directory.Write("file", "");
        File.CreateSymbolicLink(_directory["link"], "file");
        await using SftpConnection connection = await ConnectAsync();
        await connection.Client.SetLinkAttributesAsync(_directory["link"], new SftpAttributes { AccessTime = 1, ModificationTime = 2 });
        Assert.Equal(2u, (await connection.Client.StatAsync(_directory["link"], followsLinks: false)).ModificationTime);
        Assert.NotEqual(2u, (await connection.Client.StatAsync(_directory["link"])).ModificationTime);
    }

    private static Task<SftpConnection> ConnectAsync()
    {
        string server = Requires.Program("sftp-server");
        return SftpConnection.OpenAsync(new ProgramCall(server, [server]));
    }
}
