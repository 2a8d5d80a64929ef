using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd and PAM, with a user and a service of each test's own: what modules ask, what they set, and when a session is opened and closed.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class PamLoginTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private LoginUser _user = null!;
    private OurSshd? _sshd;

    public async ValueTask InitializeAsync() => _user = await LoginUser.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_sshd is not null) await _sshd.DisposeAsync();
        if (_user is not null) await _user.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_modules_of_the_session_set_the_user_s_program_has_and_the_server_has_not()
    {
        string mark = _directory["mark"];
        string limits = _directory.Write("limits", $"{_user.Name} - nofile 777\n{_user.Name} - core 0\n");
        string variables = _directory.Write("variables", "FROM_PAM=yes\nUSER=somebody\nGIVEN=pam\n");
        string script = _directory.Write("script", $"#!/bin/sh\necho \"$PAM_TYPE $PAM_USER $PAM_RHOST $SSH_CONNECTION\" >>{mark}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await StartAsync(
            ["SetEnv GIVEN=admin"],
            "auth required pam_deny.so", "account required pam_permit.so", $"session required pam_exec.so {script}",
            $"session required pam_env.so readenv=1 envfile={variables}", $"session required pam_limits.so conf={limits}", "session optional pam_umask.so umask=0037");

        RunResult run = await KeyAsync("ulimit -n; umask; echo $FROM_PAM $GIVEN $USER; env | grep -c ^SSH_AUTH_INFO; id -un; exit 3");

        Assert.Equal($"777\n0037\nyes admin somebody\n0\n{_user.Name}\n", run.Ends(3).Output);
        string[] marks;
        do marks = await File.ReadAllLinesAsync(mark, TestContext.Current.CancellationToken);
        while (marks.Length < 2);
        Assert.StartsWith($"open_session {_user.Name} 127.0.0.1 127.0.0.1 ", marks[0], StringComparison.Ordinal);
        Assert.StartsWith($"close_session {_user.Name} 127.0.0.1 127.0.0.1 ", marks[1], StringComparison.Ordinal);
        Assert.Equal(2, marks.Length);
    }

    [Fact]
    public async Task The_process_that_serves_the_user_has_the_user_s_rights_and_no_more_and_so_have_the_programs_of_the_keeper()
    {
        await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", "session required pam_permit.so");

        string[] told = (await KeyAsync("cat /proc/$PPID/comm; id -u; id -G; grep -E '^(Uid|Gid|Groups|CapEff|CapPrm|NoNewPrivs)' /proc/self/status; ls /proc/self/fd | wc -l")).Ends().Output.Split('\n');

        (string id, string groups) = (told[1], told[2]);
        string[] expected = [$"Uid:\t{id}\t{id}\t{id}\t{id}", $"Gid:\t{id}\t{id}\t{id}\t{id}", $"Groups:\t{groups} ", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t0"];
        Assert.Equal("sshd-keeper", told[0]);
        Assert.Equal(expected, told[3..9]);
        Assert.Equal("4", told[9]);
        int session = Assert.Single(_sshd!.Children($"sshd-session {_user.Name}"));
        Assert.Equal("sshd-session\n", await File.ReadAllTextAsync($"/proc/{session}/comm", TestContext.Current.CancellationToken));
        Assert.Equal(expected, (await File.ReadAllLinesAsync($"/proc/{session}/status", TestContext.Current.CancellationToken)).Where(line => expected.Any(each => each.StartsWith(line.Split(':')[0] + ':', StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Connections_of_a_user_share_a_process_and_each_has_a_session_of_pam_that_ends_with_it_alone()
    {
        string mark = _directory["mark"];
        string script = _directory.Write("script", $"#!/bin/sh\nset -- $SSH_CONNECTION\necho $PAM_TYPE $2 >>{mark}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", $"session required pam_exec.so {script}");
        const string shell = "echo $PPID; set -- $SSH_CONNECTION; echo $2; trap 'echo bye' HUP; cat";
        using Process first = await SshAsync(shell), second = await SshAsync(shell), third = await SshAsync(shell);
        (int Keeper, string Port)[] kept = [await IntroducedAsync(first), await IntroducedAsync(second), await IntroducedAsync(third)];

        int session = Assert.Single(_sshd!.Children($"sshd-session {_user.Name}"));
        Assert.Equal(kept.Select(each => each.Keeper).Order(), _sshd.Children($"keep-session {_user.Name}").Order());

        // One that leaves.
        first.StandardInput.Close();
        await EndsAsync(first, 0);
        await MarksAsync(mark, $"close_session {kept[0].Port}");

        // One whose keeper is killed: nobody can close that session of PAM.
        Process.GetProcessById(kept[1].Keeper).Kill();
        await EndsAsync(second, 255);
        await _sshd.SaysAsync($"the process {kept[1].Keeper} that kept PAM's session of {_user.Name} ended by signal KILL");
        await third.StandardInput.WriteLineAsync("still here");
        Assert.Equal("still here", await LineAsync(third));
        Assert.Equal([session], _sshd.Children($"sshd-session {_user.Name}"));

        // A session process that is killed takes its user's connections with it, and their sessions of PAM are closed.
        Process.GetProcessById(session).Kill();
        await EndsAsync(third, 255);
        await MarksAsync(mark, $"close_session {kept[2].Port}");
        Assert.Equal("in\n", (await KeyAsync("cat", "in\n")).Ends().Output);
        Assert.DoesNotContain($"close_session {kept[1].Port}", await File.ReadAllTextAsync(mark, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_modules_give_the_user_a_machine_of_their_own_the_whole_connection_is_served_there()
    {
        string own = _directory.Open("own"), instances = _directory["instances"];
        Directory.CreateDirectory(instances, UnixFileMode.None);
        string settings = $"/etc/security/namespace.d/{_user.Name}.conf";
        await File.WriteAllTextAsync(settings, $"{own} {instances}/ user:create=1777 ~{_user.Name}\n", TestContext.Current.CancellationToken);
        try
        {
            await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", "session required pam_namespace.so");

            string[] told = (await KeyAsync($"readlink /proc/self/ns/mnt; cat /proc/$PPID/comm; touch {own}/mine; ls {own}")).Ends().Output.Split('\n');
            string listed = (await Run.CleanAsync("sftp", [.. await _sshd!.ClientArgumentsAsync(portFlag: "-P"), "-b", "-", $"{_user.Name}@127.0.0.1"], Encoding.UTF8.GetBytes($"ls {own}\n"))).Ends().Output;

            Assert.Equal(["sshd-session", "mine"], told[1..3]);
            Assert.NotEqual(told[0], new FileInfo("/proc/self/ns/mnt").LinkTarget);
            Assert.Contains($"{own}/mine", listed.Split('\n')[^2], StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(own));
        }
        finally
        {
            File.Delete(settings);
        }
    }

    [Fact]
    public async Task The_way_a_program_ends_is_told_through_its_keeper()
    {
        await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", "session required pam_permit.so");

        Assert.Equal("in\n", (await KeyAsync("cat", "in\n")).Ends().Output);
        Assert.Equal("at a terminal\r\n", (await KeyAsync("tty >/dev/null && echo at a terminal", "", "-tt")).Ends().Output);
        RunResult killed = await Run.CleanAsync(Requires.PublishedTool("ssh"), [.. await _sshd!.ClientArgumentsAsync(), "-v", $"{_user.Name}@127.0.0.1", "kill -KILL $$"]);
        Assert.Contains("KILL", killed.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_hangs_up_on_the_program_and_the_session_is_closed()
    {
        string mark = _directory["mark"];
        string script = _directory.Write("script", $"#!/bin/sh\necho $PAM_TYPE >>{mark}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", $"session required pam_exec.so {script}");
        string heard = Path.Join(_directory.Open("far"), "heard");

        var start = new ProcessStartInfo("ssh", [.. await _sshd!.ClientArgumentsAsync(), $"{_user.Name}@127.0.0.1", $"trap 'echo hung up >{heard}; exit' HUP; echo up; while :; do sleep 0.1; done"]) { RedirectStandardOutput = true };
        using (Process ssh = Process.Start(start)!)
        {
            Assert.Equal("up", await ssh.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            ssh.Kill();
            await ssh.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        while (!File.Exists(mark) || (await File.ReadAllTextAsync(mark, TestContext.Current.CancellationToken)) != "open_session\nclose_session\n") await Task.Yield();
        while (!File.Exists(heard) || await File.ReadAllTextAsync(heard, TestContext.Current.CancellationToken) != "hung up\n") await Task.Yield();
    }

    [Fact]
    public async Task A_user_whom_no_session_is_opened_for_gets_no_program()
    {
        await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", "session optional pam_echo.so Come back tomorrow", "session required pam_deny.so");

        RunResult run = await KeyAsync("echo ran");

        Assert.Equal("", run.Ends(254).Output);
        Assert.Equal("Come back tomorrow\n", run.Error);
        await _sshd!.SaysAsync("PAM: pam_open_session()");
    }

    [Fact]
    public async Task Files_are_served_within_a_session_of_pam_too()
    {
        await StartAsync([], "auth required pam_deny.so", "account required pam_permit.so", "session optional pam_umask.so umask=0077");
        _directory.Write("letter", "hello\n");

        (await Run.CleanAsync("sftp", [.. await _sshd!.ClientArgumentsAsync(portFlag: "-P"), "-b", "-", $"{_user.Name}@127.0.0.1"], Encoding.UTF8.GetBytes($"put {_directory["letter"]}\n"))).Ends();

        Assert.Equal("hello\n", await File.ReadAllTextAsync(Path.Join(_user.Home, "letter"), TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Join(_user.Home, "letter")));
    }

    [Fact]
    public async Task What_modules_tell_and_ask_reaches_the_person()
    {
        await StartAsync([], "auth optional pam_echo.so Who goes there?", "auth required pam_unix.so", "account required pam_unix.so", "session optional pam_echo.so Be welcome");

        RunResult right = await PasswordSsh.RunAsync(_sshd!, _user.Name, "keyboard-interactive", [_user.Password], "id -un");
        RunResult wrong = await PasswordSsh.RunAsync(_sshd!, _user.Name, "keyboard-interactive", ["wrong"], "id -un");
        RunResult nobody = await PasswordSsh.RunAsync(_sshd!, "nosuchuser", "keyboard-interactive", [_user.Password], "id -un");

        Assert.Equal($"{_user.Name}\n", right.Ends().Output);
        Assert.Contains("Who goes there?", right.Error, StringComparison.Ordinal);
        Assert.Contains("Password:", right.Error, StringComparison.Ordinal);
        Assert.Contains("Permission denied", wrong.Ends(255).Error, StringComparison.Ordinal);
        Assert.Equal(wrong.Error.Replace(_user.Name, "USER", StringComparison.Ordinal), nobody.Ends(255).Error.Replace("nosuchuser", "USER", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("publickey")]
    [InlineData("password")]
    [InlineData("keyboard-interactive")]
    public async Task Whoever_has_proven_themselves_is_told_why_they_may_not_come_in(string method)
    {
        string closed = _directory.Write("closed", "Closed until noon.\n");
        await StartAsync([], "auth required pam_unix.so", $"account required pam_nologin.so file={closed}", "session required pam_permit.so");

        RunResult right = await PasswordSsh.RunAsync(_sshd!, _user.Name, method, [_user.Password], "echo in");
        Assert.Contains("Closed until noon.", right.Ends(255).Error, StringComparison.Ordinal);
        Assert.Contains("Permission denied", right.Error, StringComparison.Ordinal);
        await _sshd!.SaysAsync($"Access denied for user {_user.Name} by PAM account configuration");
        if (method == "publickey") return;
        Assert.DoesNotContain("Closed", (await PasswordSsh.RunAsync(_sshd, _user.Name, method, ["wrong"], "echo in")).Ends(255).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("keyboard-interactive")]
    public async Task Where_modules_have_asked_often_enough_nobody_is_asked_again(string method)
    {
        await StartAsync([], "auth required pam_debug.so auth=maxtries", "account required pam_permit.so");

        foreach (string user in (string[])[_user.Name, "nosuchuser"])
        {
            RunResult run = await PasswordSsh.RunAsync(_sshd!, user, $"{method},publickey", ["wrong"], "echo in", "", "-v", "-o", "PubkeyAuthentication=no");
            string[] left = [.. run.Ends(255).Error.Split('\n').Where(line => line.Contains("Authentications that can continue", StringComparison.Ordinal)).Select(line => line.Split(": ")[^1].Trim())];
            Assert.Equal("publickey,password,keyboard-interactive", left[0]);
            Assert.Equal("publickey", left[^1]);
        }
    }

    [Fact]
    public async Task An_expired_password_is_changed_in_further_rounds()
    {
        await StartAsync([], "auth required pam_unix.so", "account required pam_unix.so", "password required pam_unix.so", "session required pam_permit.so");
        await _user.AgeAsync("-d", "0");
        string next = _user.Password + "-next";

        RunResult changed = await PasswordSsh.RunAsync(_sshd!, _user.Name, "keyboard-interactive", [_user.Password, _user.Password, next, next], "echo in; test -z \"$SSH_TTY\"");

        Assert.Equal("in\n", changed.Ends().Output);
        Assert.Contains("New password:", changed.Error, StringComparison.Ordinal);
        Assert.Equal("in\n", (await PasswordSsh.RunAsync(_sshd!, _user.Name, "password", [next], "echo in")).Ends().Output);
        Assert.Contains("Permission denied", (await PasswordSsh.RunAsync(_sshd!, _user.Name, "password", [_user.Password], "echo in")).Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_comes_by_key_with_an_expired_password_may_only_change_it()
    {
        await StartAsync([], "auth required pam_deny.so", "account required pam_unix.so", "password required pam_unix.so", "session required pam_permit.so");
        await _user.AgeAsync("-d", "0");

        RunResult run = await KeyAsync("echo ran", "", "-R", "0:127.0.0.1:9", "-o", "ExitOnForwardFailure=no");

        Assert.Equal("", run.Ends(1).Output);
        Assert.Contains("Password change required but no TTY available.", run.Error, StringComparison.Ordinal);
        Assert.Contains("remote port forwarding failed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_greeted_by_modules_and_learns_of_their_last_login()
    {
        await StartAsync(["PrintLastLog yes"], "auth required pam_deny.so", "account required pam_permit.so", "session optional pam_echo.so Be welcome");

        RunResult first = await KeyAsync("", "exit\n", "-tt");
        await _user.WriteAsync(".hushlogin", "");
        RunResult hushed = await KeyAsync("", "exit\n", "-tt");

        Assert.StartsWith("Be welcome\r\n", first.Ends().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Be welcome", hushed.Ends().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Last login", hushed.Output, StringComparison.Ordinal);
    }

    private async Task StartAsync(string[] settings, params string[] service)
    {
        _user.WriteService(service);
        _sshd = await OurSshd.StartAsync(["UsePAM yes", $"PAMServiceName {_user.Service}", "PasswordAuthentication yes", "KbdInteractiveAuthentication yes", .. settings]);
    }

    private async Task<Process> SshAsync(string command) =>
        Process.Start(new ProcessStartInfo("ssh", [.. await _sshd!.ClientArgumentsAsync(), $"{_user.Name}@127.0.0.1", command]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static async Task<string?> LineAsync(Process ssh) => await ssh.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);

    private static async Task<(int Keeper, string Port)> IntroducedAsync(Process ssh) => (int.Parse((await LineAsync(ssh))!, CultureInfo.InvariantCulture), (await LineAsync(ssh))!);

    private static async Task EndsAsync(Process ssh, int status)
    {
        await ssh.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(status, ssh.ExitCode);
    }

    private static async Task MarksAsync(string file, string line)
    {
        while (!(await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Contains(line)) await Task.Yield();
    }

    private async Task<RunResult> KeyAsync(string command, string input = "", params string[] flags) => await Run.CleanAsync(
        "ssh", [.. await _sshd!.ClientArgumentsAsync(), .. flags, $"{_user.Name}@127.0.0.1", .. command.Length > 0 ? [command] : Array.Empty<string>()], Encoding.UTF8.GetBytes(input));
}
