using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Our ssh-copy-id to Debian's sshd: afterwards the key lets in.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class CopyIdTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private string _home = "";
    private string _keys = "";
    private string _config = "";
    private StockSshd _server = null!;

    public async ValueTask InitializeAsync()
    {
        string login = await StockKeys.UserAsync("ed25519");
        _home = _directory.Open("home");
        _keys = _home + "/here/keys";
        string authorized = _directory.Write("authorized", await File.ReadAllTextAsync(login + ".pub"));
        _server = await StockSshd.StartAsync($"AuthorizedKeysFile {authorized} {_keys}", "StrictModes no");
        _config = _directory.Write("config", string.Create(CultureInfo.InvariantCulture, $"""
            Host *
                User {TestUser.Name}
                Port {_server.Port}
                IdentityFile {login}
                IdentityAgent none
                BatchMode yes
                StrictHostKeyChecking yes
                UserKnownHostsFile {_server.KnownHosts}
                GlobalKnownHostsFile /dev/null
            """));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Run.Async("rm", ["-rf", _home]);
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_lets_in_once_it_is_copied_and_is_not_copied_twice(bool bySftp)
    {
        string key = await StockKeys.UserAsync("ecdsa-256");
        string[] way = bySftp ? ["-s"] : [];

        RunResult first = await CopyAsync([.. way, "-i", key]);
        RunResult second = await CopyAsync([.. way, "-i", key]);

        Assert.Contains("\nNumber of key(s) added: 1\n", first.Ends().Output, StringComparison.Ordinal);
        Assert.Contains("ssh-copy-id: INFO: 1 key(s) remain to be installed", first.Error, StringComparison.Ordinal);
        Assert.Contains("All keys were skipped because they already exist", second.Ends().Error, StringComparison.Ordinal);
        (await Run.CleanAsync("ssh", ["-F", _config, "-i", key, "-o", "IdentitiesOnly=yes", "127.0.0.1", "true"])).Ends();
        Assert.Equal(await File.ReadAllTextAsync(key + ".pub"), (await AsUserAsync("cat", _keys)).Output);
        Assert.Equal("600\n", (await AsUserAsync("stat", "-c", "%a", _keys)).Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_there_stays_and_an_open_line_is_ended(bool bySftp)
    {
        await AsUserAsync("mkdir", _home + "/here");
        await AsUserAsync("sh", "-c", $"printf '# mine' >{_keys}");
        string key = await StockKeys.UserAsync("rsa-2048");

        (await CopyAsync([.. bySftp ? new[] { "-s" } : [], "-f", "-i", key + ".pub"])).Ends();

        Assert.Equal("# mine\n" + await File.ReadAllTextAsync(key + ".pub"), (await AsUserAsync("cat", _keys)).Output);
    }

    [Fact]
    public async Task A_dry_run_prints_the_keys_and_copies_none()
    {
        string key = await StockKeys.UserAsync("ecdsa-384");

        RunResult result = await CopyAsync(["-n", "-i", key]);

        Assert.Contains($"Would have added the following key(s):\n\n{await File.ReadAllTextAsync(key + ".pub")}", result.Ends().Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_home + "/here"));
    }

    [Fact]
    public async Task Many_keys_are_looked_for_and_the_new_ones_copied()
    {
        string[] kinds = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"];
        string[] lines = await Task.WhenAll(kinds.Select(async kind => await File.ReadAllTextAsync(await StockKeys.UserAsync(kind) + ".pub")));
        string many = _directory.Write("many.pub", "# all of them\n\n" + string.Concat(lines));

        RunResult result = await CopyAsync(["-i", many]);

        Assert.Contains("Number of key(s) added: 4\n", result.Ends().Output, StringComparison.Ordinal);
        Assert.Equal(string.Concat(lines[1..]), (await AsUserAsync("cat", _keys)).Output);
    }

    [Fact]
    public async Task A_server_that_bears_one_unknown_key_is_asked_for_each_alone()
    {
        await using StockSshd impatient = await StockSshd.StartAsync("MaxAuthTries 1", $"AuthorizedKeysFile {_directory["authorized"]} {_keys}", "StrictModes no");
        string[] lines = await Task.WhenAll(new[] { "ecdsa-256", "ed25519", "rsa-2048" }.Select(async kind => await File.ReadAllTextAsync(await StockKeys.UserAsync(kind) + ".pub")));
        string many = _directory.Write("many.pub", string.Concat(lines));

        RunResult result = await CopyAsync(["-n", "-i", many, "-o", $"UserKnownHostsFile={impatient.KnownHosts}", "-p", impatient.Port.ToString(CultureInfo.InvariantCulture)]);

        Assert.Contains($"key(s):\n\n{lines[0]}{lines[2]}=", result.Ends().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_public_key_leaves_this_machine_never()
    {
        string secret = _directory.Write("secret.pub", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519")));

        RunResult result = await CopyAsync(["-f", "-i", secret]);

        Assert.Equal($"ssh-copy-id: ERROR: '{secret}' has a line that holds no public key\n", result.Ends(1).Error);
    }

    [Fact]
    public async Task A_file_that_is_not_there_and_a_server_that_does_not_let_in_are_told()
    {
        RunResult file = await CopyAsync(["-i", _directory["nothing"]]);
        RunResult login = await CopyAsync(["-f", "-i", await StockKeys.UserAsync("ecdsa-256"), "-o", "User=nobody-at-all"]);

        Assert.Equal($"ssh-copy-id: ERROR: failed to open ID file '{_directory["nothing"]}.pub': No such file or directory\n", file.Ends(1).Error);
        Assert.Contains("nobody-at-all@127.0.0.1: Permission denied", login.Ends(1).Error, StringComparison.Ordinal);
    }

    private Task<RunResult> CopyAsync(IEnumerable<string> flags) => OurTools.RunAsync("ssh-copy-id", ["-F", _config, "-t", _keys, .. flags, "127.0.0.1"]);

    private Task<RunResult> AsUserAsync(params string[] command) =>
        Run.CleanAsync("ssh", ["-F", _config, "127.0.0.1", string.Join(' ', command.Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"))]);
}
