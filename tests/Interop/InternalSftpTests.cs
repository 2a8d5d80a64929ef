using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>internal-sftp: within sshd for a user whose rights sshd has, else as a child, with the same flags.</summary>
[Trait("Category", "Interop")]
public sealed class InternalSftpTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public InternalSftpTests() => _directory.WriteRandom("file", 3_000_001);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("internal-sftp -l INFO")]
    [InlineData("internal-sftp -l INFO -u 0777")]
    public async Task Sshd_serves_its_own_user_itself_and_logs_as_OpenSSH_does(string command)
    {
        await using OurSshd sshd = await OurSshd.StartAsync($"Subsystem files {command}");
        string user = Environment.UserName;
        RunResult run = await SftpAsync(sshd, user, $"put {_directory["file"]} {_directory["there"]}\nget {_directory["there"]} {_directory["back"]}\n!ps -eo args | grep '[s]ftp-server' || true\nbye\n");
        Assert.DoesNotContain("nacre sftp-server", run.Ends().Output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(_directory["file"]), await File.ReadAllBytesAsync(_directory["back"]));
        foreach (string line in new[]
        {
            $"session opened for local user {user} from [127.0.0.1]", $"close \"{_directory["there"]}\" bytes read 0 written 3000001",
            $"close \"{_directory["there"]}\" bytes read 3000001 written 0", $"session closed for local user {user} from [127.0.0.1]",
        })
        {
            await sshd.SaysAsync(line);
        }

        if (command.EndsWith("0777", StringComparison.Ordinal)) Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_directory["there"]));
    }

    [Theory]
    [InlineData("internal-sftp -R")]
    [InlineData("internal-sftp -P open")]
    [InlineData("internal-sftp -e -R")]
    public async Task Its_flags_are_kept_wherever_it_is_served(string command)
    {
        await using OurSshd sshd = await OurSshd.StartAsync($"Subsystem files {command}");
        foreach (string user in new[] { Environment.UserName, TestUser.Name }.Distinct())
        {
            RunResult run = await SftpAsync(sshd, user, $"put {_directory["file"]} /tmp/nacre-{Guid.NewGuid():N}\n");
            Assert.Contains("Permission denied", run.Ends(1).Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_starts_at_home_or_where_it_is_told_to()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("Subsystem home internal-sftp", "Subsystem files internal-sftp -d /usr/../usr/share");
        RunResult there = await SftpAsync(sshd, Environment.UserName, "pwd\n");
        Assert.Contains("Remote working directory: /usr/share", there.Ends().Output, StringComparison.Ordinal);
        RunResult home = await SftpAsync(sshd, TestUser.Name, "pwd\n", "home");
        Assert.Contains($"Remote working directory: {TestUser.Home}", home.Ends().Output, StringComparison.Ordinal);
    }

    private static async Task<RunResult> SftpAsync(OurSshd sshd, string user, string commands, string subsystem = "files")
    {
        string[] login = await sshd.ClientArgumentsAsync(portFlag: "-P");
        return await Run.CleanAsync("sftp", [.. login, "-b", "-", "-s", subsystem, $"{user}@127.0.0.1"], Encoding.UTF8.GetBytes(commands));
    }
}
