using System.Security.Cryptography;
using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>Logins by password through PAM: stock ssh and ours with our sshd, for the test user, who has a password only meanwhile.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class PasswordLoginTests : IAsyncLifetime
{
    private readonly string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private OurSshd? sshd;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: sets the password of a user and checks it by PAM");
        (await Run.CleanAsync("/usr/sbin/chpasswd", [], Encoding.UTF8.GetBytes($"{TestUser.Name}:{password}\n"))).Ends();
        sshd = await OurSshd.StartAsync("UsePAM yes", "PasswordAuthentication yes", "KbdInteractiveAuthentication yes");
    }

    public async ValueTask DisposeAsync()
    {
        if (sshd is null) return;
        await sshd.DisposeAsync();
        (await Run.CleanAsync("/usr/sbin/usermod", ["-p", "*", TestUser.Name])).Ends();
    }

    [Theory]
    [InlineData("password", "password", false)]
    [InlineData("keyboard-interactive", "keyboard-interactive/pam", false)]
    [InlineData("password", "password", true)]
    [InlineData("keyboard-interactive", "keyboard-interactive/pam", true)]
    public async Task The_right_password_logs_in_and_the_wrong_one_is_denied_by(string method, string logged, bool isOurSsh)
    {
        RunResult right = await SshAsync(TestUser.Name, password, method, isOurSsh);
        RunResult wrong = await SshAsync(TestUser.Name, password + "x", method, isOurSsh);

        Assert.Equal($"{TestUser.Name}\n", right.Ends().Output);
        await sshd!.SaysAsync($"Accepted {logged} for {TestUser.Name} from 127.0.0.1");
        Assert.Contains($"{sshd.Destination}: Permission denied (publickey,password,keyboard-interactive).", wrong.Ends(255).Error, StringComparison.Ordinal);
        await sshd.SaysAsync($"Failed {logged} for {TestUser.Name} from 127.0.0.1");
    }

    [Fact]
    public async Task A_user_who_does_not_exist_gets_the_same_answer_as_one_with_a_wrong_password()
    {
        RunResult nobody = await SshAsync("nosuchuser", password, "password");
        RunResult wrong = await SshAsync(TestUser.Name, "wrong", "password");

        Assert.Equal(wrong.Ends(255).Error.Replace(TestUser.Name, "USER", StringComparison.Ordinal), nobody.Ends(255).Error.Replace("nosuchuser", "USER", StringComparison.Ordinal));
        await sshd!.SaysAsync("Failed password for invalid user nosuchuser from 127.0.0.1");
    }

    [Fact]
    public async Task Password_and_key_of_an_account_that_has_expired_are_denied()
    {
        (await Run.CleanAsync("/usr/bin/chage", ["-E", "1", TestUser.Name])).Ends();
        try
        {
            Assert.Contains("Permission denied", (await SshAsync(TestUser.Name, password, "password")).Ends(255).Error, StringComparison.Ordinal);
            Assert.Contains("Permission denied", (await sshd!.StockSshAsync("true")).Ends(255).Error, StringComparison.Ordinal);
            await sshd.SaysAsync($"Access denied for user {TestUser.Name} by PAM account configuration");

            await using OurSshd withoutPam = await OurSshd.StartAsync("UsePAM no");
            Assert.Contains("Permission denied", (await withoutPam.StockSshAsync("true")).Ends(255).Error, StringComparison.Ordinal);
            await withoutPam.SaysAsync($"Account {TestUser.Name} has expired");
        }
        finally
        {
            (await Run.CleanAsync("/usr/bin/chage", ["-E", "-1", TestUser.Name])).Ends();
        }
    }

    [Fact]
    public async Task A_locked_account_is_open_to_no_key_where_pam_is_not_asked()
    {
        await using OurSshd withoutPam = await OurSshd.StartAsync("UsePAM no");
        (await Run.CleanAsync("/usr/sbin/usermod", ["-L", TestUser.Name])).Ends();
        try
        {
            Assert.Contains("Permission denied", (await withoutPam.StockSshAsync("true")).Ends(255).Error, StringComparison.Ordinal);
            await withoutPam.SaysAsync($"User {TestUser.Name} not allowed because account is locked");
        }
        finally
        {
            (await Run.CleanAsync("/usr/sbin/usermod", ["-U", TestUser.Name])).Ends();
        }
    }

    private async Task<RunResult> SshAsync(string user, string secret, string method, bool isOurSsh = false)
    {
        using var directory = new TemporaryDirectory();
        string askpass = directory.Write("askpass", $"#!/bin/sh\necho '{secret}'\n");
        File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] arguments = [.. (await sshd!.ClientArgumentsAsync()).Select(argument => argument == "BatchMode=yes" ? "BatchMode=no" : argument)];
        var environment = new Dictionary<string, string?> { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force", ["SSH_AUTH_SOCK"] = null };
        return await Run.Async(
            isOurSsh ? Requires.PublishedTool("ssh") : "ssh",
            [.. arguments, "-o", $"PreferredAuthentications={method}", "-o", "NumberOfPasswordPrompts=1", $"{user}@127.0.0.1", "id -un"],
            environment: environment);
    }
}
