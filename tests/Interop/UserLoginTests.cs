using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>What a user finds after a login: environment, scripts, root directory, records; without PAM.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class UserLoginTests : IAsyncLifetime
{
    private LoginUser _user = null!;

    public async ValueTask InitializeAsync() => _user = await LoginUser.CreateAsync();

    public ValueTask DisposeAsync() => _user?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task The_environment_is_that_of_a_login_and_nothing_of_the_server()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("AcceptEnv LC_*", "SetEnv GIVEN=admin");

        string told = (await SshAsync(sshd, "env; umask; id -G; pwd", "-o", "SetEnv LC_TEST=client")).Ends().Output;

        Assert.Contains($"\nUSER={_user.Name}\n", "\n" + told, StringComparison.Ordinal);
        Assert.Contains($"\nHOME={_user.Home}\n", "\n" + told, StringComparison.Ordinal);
        Assert.Contains($"\nMAIL=/var/mail/{_user.Name}\n", "\n" + told, StringComparison.Ordinal);
        Assert.Contains("\nPATH=/usr/local/bin:/usr/bin:/bin:/usr/games\n", "\n" + told, StringComparison.Ordinal);
        Assert.Contains("\nSHELL=/bin/bash\n", "\n" + told, StringComparison.Ordinal);
        Assert.Contains("\nLC_TEST=client\n", "\n" + told, StringComparison.Ordinal);
        Assert.Contains("\nGIVEN=admin\n", "\n" + told, StringComparison.Ordinal);
        Assert.EndsWith($"{_user.Home}\n", told, StringComparison.Ordinal);
        Assert.DoesNotContain("DOTNET", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PermitUserEnvironment no", "")]
    [InlineData("PermitUserEnvironment yes", "ENV_A=1 ENV_B=2")]
    [InlineData("PermitUserEnvironment ENV_B,ENV_C*", "ENV_B=2")]
    public async Task Variables_of_the_user_s_file_are_set_as_far_as_they_are_permitted(string setting, string expected)
    {
        await _user.WriteAsync(".ssh/environment", "# mine\nENV_A=1\nENV_B=2\nUSER=root\n");
        await using OurSshd sshd = await OurSshd.StartAsync(setting);

        Assert.Equal(expected, (await SshAsync(sshd, "echo $(env | grep ^ENV_ | sort)")).Ends().Output.Trim());
    }

    [Fact]
    public async Task The_user_s_script_runs_before_the_command_unless_it_is_not_to()
    {
        await _user.WriteAsync(".ssh/rc", "echo script of $USER; echo complaint >&2\n");
        await using OurSshd sshd = await OurSshd.StartAsync();
        await using OurSshd without = await OurSshd.StartAsync("PermitUserRC no");
        await using OurSshd forced = await OurSshd.StartAsync("ForceCommand echo forced");

        RunResult run = (await SshAsync(sshd, "echo command")).Ends();

        Assert.Equal($"script of {_user.Name}\ncommand\n", run.Output);
        Assert.Equal("complaint\n", run.Error);
        Assert.Equal($"script of {_user.Name}\r\nat a terminal\r\n", (await SshAsync(sshd, "echo at a terminal", "-tt")).Ends().Output.Replace("complaint\r\n", "", StringComparison.Ordinal));
        Assert.Equal("command\n", (await SshAsync(without, "echo command")).Ends().Output);
        Assert.Equal("forced\n", (await SshAsync(forced, "echo command")).Ends().Output);
    }

    [Fact]
    public async Task A_script_that_writes_more_than_a_pipe_or_terminal_holds_does_not_stop_the_session()
    {
        await _user.WriteAsync(".ssh/rc", "head -c 3000000 /dev/zero | tr '\\0' 'x'\n");
        await using OurSshd sshd = await OurSshd.StartAsync();

        Assert.Equal(3_000_003, (await SshAsync(sshd, "echo ok")).Ends().OutputBytes.Length);
        Assert.EndsWith("ok\r\n", (await SshAsync(sshd, "echo ok", "-tt")).Ends().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_tells_how_the_user_got_in_and_is_gone_after_the_connection()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("ExposeAuthInfo yes");

        string[] told = (await SshAsync(sshd, "echo $SSH_USER_AUTH; cat $SSH_USER_AUTH; stat -c '%U %a' $SSH_USER_AUTH")).Ends().Output.Split('\n');

        Assert.StartsWith("/tmp/sshauth.", told[0], StringComparison.Ordinal);
        string[] key = (await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub", TestContext.Current.CancellationToken)).Split(' ');
        Assert.Equal($"publickey {key[0]} {key[1].Trim()}", told[1]);
        Assert.Equal($"{_user.Name} 600", told[2]);
        while (File.Exists(told[0])) await Task.Yield();
    }

    [Fact]
    public async Task Sftp_is_served_within_another_root_and_nothing_else_where_it_is_forced()
    {
        using var directory = new TemporaryDirectory();
        string root = Path.Join("/var/lib", $"nacre-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.Join(root, "inside"));
        await File.WriteAllTextAsync(Path.Join(root, "inside", "letter"), "hello\n", TestContext.Current.CancellationToken);
        try
        {
            await using OurSshd sshd = await OurSshd.StartAsync("Subsystem files internal-sftp -d /inside", $"ChrootDirectory {root}", "ForceCommand internal-sftp -d /inside");

            RunResult listed = await SftpAsync(sshd, $"pwd\nls\nls /\nget letter {directory["letter"]}\n");
            RunResult refused = await SshAsync(sshd, "id");

            Assert.Contains("Remote working directory: /inside", listed.Ends().Output, StringComparison.Ordinal);
            Assert.Equal("hello\n", await File.ReadAllTextAsync(directory["letter"], TestContext.Current.CancellationToken));
            Assert.Equal("", listed.Error);
            Assert.DoesNotContain("etc", listed.Output, StringComparison.Ordinal);
            Assert.Equal("This service allows sftp connections only.\n", refused.Ends(1).Output);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_root_that_others_may_write_serves_nobody()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("ChrootDirectory /tmp/%u");

        (await SshAsync(sshd, "id")).Ends(255);

        await sshd.SaysAsync("bad ownership or modes for chroot directory component \"/tmp\"");
    }

    [Fact]
    public async Task A_password_that_has_expired_must_be_changed_before_anything_else()
    {
        await using OurSshd sshd = await OurSshd.StartAsync("PasswordAuthentication yes", "UsePAM no", "AuthenticationMethods password");
        await _user.AgeAsync("-d", "0");

        RunResult without = await PasswordSsh.RunAsync(sshd, _user.Name, "password", [_user.Password], "id");
        RunResult changed = await ExpectAsync(sshd, "id", ("password:", _user.Password), ("Current password:", _user.Password), ("New password:", _user.Password + "new"), ("Retype new password:", _user.Password + "new"));
        RunResult after = await PasswordSsh.RunAsync(sshd, _user.Name, "password", [_user.Password + "new"], "id -un");

        Assert.Contains("Password change required but no TTY available.", without.Ends(1).Error, StringComparison.Ordinal);
        Assert.Contains("You must change your password now and log in again!", changed.Ends().Output, StringComparison.Ordinal);
        Assert.Contains("updated successfully", changed.Output, StringComparison.Ordinal);
        Assert.Equal($"{_user.Name}\n", after.Ends().Output);
    }

    private async Task<RunResult> SshAsync(OurSshd sshd, string command, params string[] flags) =>
        await Run.CleanAsync("ssh", [.. await sshd.ClientArgumentsAsync(), .. flags, $"{_user.Name}@127.0.0.1", command]);

    /// <summary>Somebody at a terminal, who waits for each question before they answer it.</summary>
    private async Task<RunResult> ExpectAsync(OurSshd sshd, string command, params (string Question, string Answer)[] dialogue)
    {
        string[] arguments = [.. (await sshd.ClientArgumentsAsync()).Select(argument => argument == "BatchMode=yes" ? "BatchMode=no" : argument)];
        string script = $"spawn ssh {string.Join(' ', arguments)} -t -o PreferredAuthentications=password {_user.Name}@127.0.0.1 {command}\n"
            + string.Concat(dialogue.Select(step => $"expect {{{step.Question}}}\nsend {{{step.Answer}}}\nsend \\r\n")) + "expect eof\nlassign [wait] pid spawned os status\nexit $status\n";
        return await Run.CleanAsync("expect", ["-c", script]);
    }

    private async Task<RunResult> SftpAsync(OurSshd sshd, string commands) =>
        await Run.CleanAsync("sftp", [.. await sshd.ClientArgumentsAsync(portFlag: "-P"), "-b", "-", "-s", "files", $"{_user.Name}@127.0.0.1"], Encoding.UTF8.GetBytes(commands));
}
