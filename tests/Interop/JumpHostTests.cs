using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Our ssh, sftp and scp by way of other machines, ours and Debian's.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class JumpHostTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private StockSshd _stock = null!;
    private OurSshd _ours = null!;
    private string _config = "";

    public async ValueTask InitializeAsync()
    {
        (_stock, _ours) = (await StockSshd.StartAsync(), await OurSshd.StartAsync());
        string known = _directory.Write("known_hosts", await File.ReadAllTextAsync(_stock.KnownHosts) + await File.ReadAllTextAsync(_ours.KnownHosts));
        string key = await StockKeys.UserAsync("ed25519");
        _config = _directory.Write("config", string.Create(CultureInfo.InvariantCulture, $"""
            Host behind
                HostName 127.0.0.1
                Port {_ours.Port}
                ProxyJump 127.0.0.1:{_stock.Port}
            Host *
                User {TestUser.Name}
                IdentityFile {key}
                IdentitiesOnly yes
                IdentityAgent none
                BatchMode yes
                StrictHostKeyChecking yes
                UserKnownHostsFile {known}
                GlobalKnownHostsFile /dev/null
            """));
    }

    public async ValueTask DisposeAsync()
    {
        await _stock.DisposeAsync();
        await _ours.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("stock", "ours")]
    [InlineData("ours", "stock")]
    [InlineData("ours,stock", "ours")]
    [InlineData("stock,ours", "stock")]
    public async Task A_command_runs_behind_the_machines_of_J(string machines, string target)
    {
        string jumps = string.Join(',', machines.Split(',').Select(name => $"{TestUser.Name}@127.0.0.1:{PortOf(name)}"));

        RunResult result = await SshAsync("given", "-J", jumps, "-p", PortOf(target), "127.0.0.1", "echo $SSH_CONNECTION; cat; exit 7");

        Assert.Matches($"^127.0.0.1 [0-9]+ 127.0.0.1 {PortOf(target)}\ngiven$", result.Ends(7).Output);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_command_runs_behind_ProxyJump_of_the_configuration() =>
        Assert.Equal("there\n", (await SshAsync("", "behind", "echo there")).Ends().Output);

    [Fact]
    public async Task Sftp_and_scp_copy_behind_a_machine()
    {
        string source = _directory.WriteRandom("source", 3_000_000), far = _directory.Open("far"), back = _directory["back"];
        string jump = $"127.0.0.1:{PortOf("stock")}";
        string batch = _directory.Write("batch", $"put {source} {far}/there\nget {far}/there {back}\n");

        (await Run.CleanAsync(Requires.PublishedTool("sftp"), ["-q", "-F", _config, "-J", jump, "-P", PortOf("ours"), "-b", batch, "127.0.0.1"])).Ends();
        (await Run.CleanAsync(Requires.PublishedTool("scp"), ["-q", "-F", _config, "-J", jump, "-P", PortOf("ours"), $"127.0.0.1:{far}/there", back + "2"])).Ends();

        (await Run.CleanAsync("cmp", [source, back])).Ends();
        (await Run.CleanAsync("cmp", [source, back + "2"])).Ends();
    }

    [Fact]
    public async Task A_host_that_the_machine_cannot_reach_is_told()
    {
        RunResult result = await SshAsync("", "-J", $"127.0.0.1:{PortOf("stock")}", "-p", FreePort.Take().ToString(CultureInfo.InvariantCulture), "127.0.0.1", "true");

        Assert.Equal("channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\n", result.Ends(255).Error.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_machine_that_does_not_let_in_is_told()
    {
        RunResult result = await SshAsync("", "-J", $"nobody-at-all@127.0.0.1:{PortOf("stock")}", "-p", PortOf("ours"), "127.0.0.1", "true");

        Assert.Contains("nobody-at-all@127.0.0.1: Permission denied (", result.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_leads_to_itself_is_told() =>
        Assert.Contains("jumphost loop via round", (await SshAsync("", "-J", "round", "round", "true")).Ends(255).Error, StringComparison.Ordinal);

    private string PortOf(string name) => (name == "ours" ? _ours.Port : _stock.Port).ToString(CultureInfo.InvariantCulture);

    private Task<RunResult> SshAsync(string input, params string[] arguments) =>
        Run.CleanAsync(Requires.PublishedTool("ssh"), ["-F", _config, .. arguments], System.Text.Encoding.UTF8.GetBytes(input));
}
