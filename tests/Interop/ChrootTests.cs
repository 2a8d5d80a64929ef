using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>ChrootDirectory: the process that serves the user is in it, with the user's ids and no way back, and all that is the user's is looked for there.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class ChrootTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private LoginUser _user = null!;
    private OtherRoot _root = null!;
    private OurSshd? _sshd;

    public async ValueTask InitializeAsync()
    {
        _user = await LoginUser.CreateAsync();
        _root = await OtherRoot.CreateAsync(_user);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sshd is not null) await _sshd.DisposeAsync();
        _root?.Dispose();
        if (_user is not null) await _user.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_session_process_is_within_and_has_its_users_ids_and_no_others(bool hasPam)
    {
        await StartAsync(hasPam);
        await using var waiting = BackgroundSsh.Start("ssh", [.. await _sshd!.ClientArgumentsAsync(), "-N", $"{_user.Name}@127.0.0.1"]);
        await _sshd.LineAsync(@"^User child is on pid \d+$");
        int session = int.Parse(_sshd.Log.Split("User child is on pid ")[1].Split('\n')[0], CultureInfo.InvariantCulture);
        string uid = (await Run.CleanAsync("id", ["-u", _user.Name])).Ends().Output.Trim();
        while (!Status(session, "Uid").StartsWith(uid, StringComparison.Ordinal)) await Task.Yield();

        Assert.Equal([uid, uid, uid, uid], Status(session, "Uid").Split('\t'));
        Assert.Equal("0000000000000000", Status(session, "CapPrm"));
        Assert.Equal(_root.Path, new FileInfo($"/proc/{session}/root").LinkTarget);
        foreach (string descriptor in Directory.GetFiles($"/proc/{session}/fd")) Assert.DoesNotContain(new FileInfo(descriptor).LinkTarget, (string[])["/dev", "/dev/pts"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_user_s_script_variables_and_wish_for_quiet_are_those_within(bool hasPam)
    {
        await StartAsync(hasPam, "PermitUserEnvironment yes", "PrintMotd yes");
        _root.Write("etc/motd", "The day within.\n");
        _root.Write($"{_user.Home}/.ssh/environment", "WITHIN=yes\n");
        _root.Write($"{_user.Home}/.ssh/rc", "echo script within\n");
        await _user.WriteAsync(".ssh/environment", "OUTSIDE=yes\n");
        await _user.WriteAsync(".ssh/rc", "echo script outside\n");
        await _user.WriteAsync(".hushlogin", "");

        Assert.Equal($"script within\nyes::{_user.Home}\n", (await SshAsync("echo $WITHIN:$OUTSIDE:$PWD")).Ends().Output);
        string greeted = (await SshAsync("", "-tt")).Ends(7).Output;
        _root.Write($"{_user.Home}/.hushlogin", "");
        string hushed = (await SshAsync("", "-tt")).Ends(7).Output;

        Assert.Contains("The day within.\r\n", greeted, StringComparison.Ordinal);
        Assert.DoesNotContain("The day within.", hushed, StringComparison.Ordinal);
        Assert.Contains("script within", hushed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_terminal_obeys_its_person_though_there_is_no_dev_within(bool hasPam)
    {
        await StartAsync(hasPam);
        var start = new ProcessStartInfo("ssh", [.. await _sshd!.ClientArgumentsAsync(), "-tt", $"{_user.Name}@127.0.0.1", "trap 'echo interrupted; exit 7' INT; stty size; echo $SSH_TTY; echo ready; while :; do :; done"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process ssh = Process.Start(start)!;
        Assert.Equal("0 0", await LineAsync(ssh));
        Assert.StartsWith("/dev/pts/", await LineAsync(ssh), StringComparison.Ordinal);
        Assert.Equal("ready", await LineAsync(ssh));

        await ssh.StandardInput.WriteAsync('\x03');
        await ssh.StandardInput.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal("^Cinterrupted", await LineAsync(ssh));
        await ssh.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(7, ssh.ExitCode);
    }

    [Theory]
    [InlineData("internal-sftp -u 0002", 0b110_110_100, 0b111_111_101)]
    [InlineData("internal-sftp -u 0077", 0b110_000_000, 0b111_000_000)]
    [InlineData("internal-sftp", 0b110_100_100, 0b111_101_101)]
    public async Task Files_have_the_permissions_that_the_umask_leaves(string command, int file, int directory)
    {
        await StartAsync(hasPam: false, $"ForceCommand {command}");
        string letter = _directory.Write("letter", "hello\n");
        File.SetUnixFileMode(letter, (UnixFileMode)0b110_110_110);

        await SftpAsync($"put {letter} letter\nmkdir made\n");

        Assert.Equal("hello\n", await File.ReadAllTextAsync(_root[$"{_user.Home}/letter"], TestContext.Current.CancellationToken));
        Assert.Equal((UnixFileMode)file, File.GetUnixFileMode(_root[$"{_user.Home}/letter"]));
        Assert.Equal((UnixFileMode)directory, File.GetUnixFileMode(_root[$"{_user.Home}/made"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_flags_of_internal_sftp_hold_within(bool hasPam)
    {
        await StartAsync(hasPam, "Subsystem files internal-sftp -e -l INFO -d %d", "Subsystem names internal-sftp -Q requests", "Subsystem wrong internal-sftp -X");

        RunResult told = await SftpAsync("pwd\n", "-s", "files");
        RunResult names = await SshAsync("names", "-s");
        RunResult wrong = await SshAsync("wrong", "-s");

        Assert.Contains($"Remote working directory: {_user.Home}", told.Output, StringComparison.Ordinal);
        Assert.Contains($"session opened for local user {_user.Name} from [127.0.0.1]", told.Error, StringComparison.Ordinal);
        Assert.Contains("open\n", names.Ends().Output, StringComparison.Ordinal);
        Assert.Contains("usage: sftp-server", wrong.Ends(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_changed_and_streams_are_whole_within()
    {
        await StartAsync(hasPam: false);
        byte[] bytes = await File.ReadAllBytesAsync(_directory.WriteRandom("random", 3_000_000), TestContext.Current.CancellationToken);

        RunResult run = await Run.CleanAsync("ssh", [.. await _sshd!.ClientArgumentsAsync(), "-C", "-o", "RekeyLimit=1M", $"{_user.Name}@127.0.0.1", "wc -c"], bytes);

        Assert.Equal("3000000\n", run.Ends().Output);
    }

    private async Task StartAsync(bool hasPam, params string[] settings)
    {
        _user.WriteService("auth required pam_deny.so", "account required pam_permit.so", "session required pam_permit.so");
        _sshd = await OurSshd.StartAsync([$"UsePAM {(hasPam ? "yes" : "no")}", $"PAMServiceName {_user.Service}", $"ChrootDirectory {_root.Path}", .. settings]);
    }

    private async Task<RunResult> SshAsync(string command, params string[] flags) => await Run.CleanAsync(
        "ssh", [.. await _sshd!.ClientArgumentsAsync(), .. flags, $"{_user.Name}@127.0.0.1", .. command.Length > 0 ? [command] : Array.Empty<string>()], "exit 7\n"u8.ToArray());

    private async Task<RunResult> SftpAsync(string commands, params string[] flags) =>
        (await Run.CleanAsync("sftp", [.. await _sshd!.ClientArgumentsAsync(portFlag: "-P"), "-b", "-", .. flags, $"{_user.Name}@127.0.0.1"], Encoding.UTF8.GetBytes(commands))).Ends();

    private static async Task<string?> LineAsync(Process ssh) => await ssh.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);

    private static string Status(int pid, string field) => File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal)).Split(":\t", 2)[1];
}
