using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>The agent and the display of the user, lent by our ssh to OpenSSH's sshd and by OpenSSH's ssh to ours.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class LendingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ours", "stock", "ForwardAgent=yes")]
    [InlineData("ours", "ours", "ForwardAgent=yes")]
    [InlineData("stock", "ours", "ForwardAgent=yes")]
    [InlineData("ours", "stock", "ForwardAgent=$OTHER_AGENT")]
    [InlineData("ours", "stock", "ForwardAgent={path}")]
    public async Task The_keys_of_the_agent_are_seen_at_the_server(string client, string server, string option)
    {
        await using TestSshd sshd = await StartAsync(server);
        using var directory = new TemporaryDirectory();
        using var agent = new StockAgent(directory["agent"]);
        await agent.AddAsync(await StockKeys.UserAsync("ed25519"));

        RunResult result = await SshAsync(client, sshd, "ssh-add -L; stat -c '%U' $SSH_AUTH_SOCK; stat -c '%a %U' $(dirname $SSH_AUTH_SOCK)", agent.Path, option.Replace("{path}", agent.Path, StringComparison.Ordinal));

        Assert.StartsWith((await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub", Ct)).Split(' ')[1], result.Ends().Output.Split(' ')[1], StringComparison.Ordinal);
        Assert.EndsWith($"{sshd.User}\n700 {sshd.User}\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ours", "ForwardAgent=no", "AllowAgentForwarding yes")]
    [InlineData("ours", "ForwardAgent=$NO_SUCH_VARIABLE", "AllowAgentForwarding yes")]
    [InlineData("ours", "ForwardAgent=/no/such/agent", "AllowAgentForwarding yes")]
    [InlineData("stock", "ForwardAgent=yes", "AllowAgentForwarding no")]
    [InlineData("stock", "ForwardAgent=yes", "DisableForwarding yes")]
    public async Task No_agent_is_lent_where_it_is_not_asked_for_or_not_allowed(string client, string option, string setting)
    {
        await using TestSshd sshd = await OurSshd.StartAsync(setting);
        using var directory = new TemporaryDirectory();
        using var agent = new StockAgent(directory["agent"]);

        RunResult result = await SshAsync(client, sshd, "echo [$SSH_AUTH_SOCK]", agent.Path, option);

        Assert.Equal("[]\n", result.Ends().Output);
    }

    [Theory]
    [InlineData("stock")]
    [InlineData("ours")]
    public async Task An_agent_that_holds_a_key_to_one_login_signs_for_it_and_for_no_other(string server)
    {
        await using TestSshd sshd = await StartAsync(server);
        using var directory = new TemporaryDirectory();
        using IRunningAgent right = await HoldAsync(sshd.User), wrong = await HoldAsync("somebody");

        Assert.Equal("in\n", (await LogInAsync(right)).Ends().Output);
        Assert.Equal("in\n", (await LogInAsync(right, "-o", "PubkeyAuthentication=unbound")).Ends().Output);
        Assert.Contains("Permission denied", (await LogInAsync(wrong)).Ends(255).Error, StringComparison.Ordinal);

        async Task<IRunningAgent> HoldAsync(string user)
        {
            string login = string.Create(CultureInfo.InvariantCulture, $"{user}@[127.0.0.1]:{sshd.Port}");
            return await KeepAsync(server, directory[user], "-H", sshd.KnownHosts, "-h", login);
        }

        async Task<RunResult> LogInAsync(IRunningAgent agent, params string[] more)
        {
            IEnumerable<string> usual = (await sshd.ClientArgumentsAsync()).Where(argument => argument != "-i" && !argument.EndsWith("user-ed25519", StringComparison.Ordinal));
            string[] arguments = [.. more, "-o", $"IdentityAgent={agent.Path}", "-o", "IdentityFile=none", "-o", "IdentitiesOnly=no", .. usual];
            return await Run.CleanAsync(ProgramOf("ours"), [.. arguments, sshd.Destination, "echo in"]);
        }
    }

    [Theory]
    [InlineData("stock")]
    [InlineData("ours")]
    public async Task A_key_that_is_held_to_a_way_over_two_hosts_signs_behind_the_first_and_for_no_other_login(string gate)
    {
        await using TestSshd first = await StartAsync(gate), second = await StartAsync("stock");
        using var directory = new TemporaryDirectory();
        string known = directory.Write("known_hosts", await File.ReadAllTextAsync(first.KnownHosts, Ct) + await File.ReadAllTextAsync(second.KnownHosts, Ct));
        using IRunningAgent right = await HoldAsync(second.User), wrong = await HoldAsync("somebody");

        Assert.Equal("in\n", (await HopAsync(right)).Ends().Output);
        Assert.Contains("Permission denied", (await HopAsync(wrong)).Ends(255).Error, StringComparison.Ordinal);

        Task<IRunningAgent> HoldAsync(string user) => KeepAsync(gate, directory[user], "-H", known, "-h", NameOf(first), "-h", $"{NameOf(first)}>{user}@{NameOf(second)}");

        Task<RunResult> HopAsync(IRunningAgent agent)
        {
            string[] options = ["-F", "none", "-o", $"UserKnownHostsFile={known}", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "IdentityFile=none"];
            string hop = string.Create(CultureInfo.InvariantCulture, $"ssh {string.Join(' ', options.Select(option => $"'{option}'"))} -p {second.Port} {second.Destination} echo in");
            return SshAsync("ours", first, hop, agent.Path, "ForwardAgent=yes");
        }

        static string NameOf(TestSshd sshd) => string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{sshd.Port}");
    }

    [Theory]
    [InlineData("ours", "ours")]
    [InlineData("ours", "stock")]
    [InlineData("stock", "ours")]
    public async Task A_shared_session_is_lent_what_its_master_lends(string master, string client)
    {
        await using TestSshd sshd = await StartAsync("stock");
        using var directory = new TemporaryDirectory();
        using var agent = new StockAgent(directory["agent"]);
        using StockDisplay display = await StockDisplay.StartAsync(directory);
        await agent.AddAsync(await StockKeys.UserAsync("ed25519"));
        var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Path, ["DISPLAY"] = display.Name, ["XAUTHORITY"] = display.AuthorityFile };
        string[] lending = ["-A", "-Y", "-S", directory["control"]];
        string[] login = ["-o", "IdentityAgent=SSH_AUTH_SOCK", .. await sshd.ClientArgumentsAsync()];
        (await Run.Async(ProgramOf(master), [.. lending, "-MNf", .. login, sshd.Destination], environment: environment)).Ends();
        try
        {
            // A server shows the agent to every session that begins after it was lent.
            RunResult none = await Run.Async(ProgramOf(client), ["-a", "-x", "-S", directory["control"], "-F", "none", "host", "echo [$SSH_AUTH_SOCK] [$DISPLAY]"], environment: environment);
            RunResult lent = await Run.Async(ProgramOf(client), [.. lending, "-F", "none", "host", "ssh-add -l | wc -l; xdpyinfo | grep 'name of display'"], environment: environment);

            Assert.Matches(@"^1\nname of display:    localhost:\d+\.0\n$", lent.Ends().Output);
            Assert.Equal("[] []\n", none.Ends().Output);
            if (master != "ours") return;
            RunResult proxied = await Run.Async(ProgramOf(client), [.. lending, "-O", "proxy", "-F", "none", "host", "ssh-add -l | wc -l; xdpyinfo | grep 'name of display'"], environment: environment);
            Assert.Matches(@"^1\nname of display:    localhost:\d+\.0\n$", proxied.Ends().Output);
        }
        finally
        {
            await Run.CleanAsync(ProgramOf(master), ["-F", "none", "-S", directory["control"], "-O", "exit", "host"]);
        }
    }

    [Fact]
    public async Task The_socket_of_a_lent_agent_goes_with_the_connection()
    {
        await using TestSshd sshd = await OurSshd.StartAsync();
        using var directory = new TemporaryDirectory();
        using var agent = new StockAgent(directory["agent"]);

        RunResult result = await SshAsync("stock", sshd, "echo $SSH_AUTH_SOCK", agent.Path, "ForwardAgent=yes");

        string path = result.Ends().Output.Trim();
        Assert.StartsWith(Path.Join(TestUser.Home, ".ssh/agent/s."), path, StringComparison.Ordinal);
        while (File.Exists(path)) await Task.Yield();
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("ours", "stock", "yes")]
    [InlineData("ours", "ours", "yes")]
    [InlineData("stock", "ours", "yes")]
    [InlineData("ours", "stock", "no")]
    [InlineData("ours", "ours", "no")]
    [InlineData("stock", "ours", "no")]
    public async Task An_X11_client_at_the_server_talks_to_the_display_here(string client, string server, string isTrusted)
    {
        await using TestSshd sshd = await StartAsync(server);
        using var directory = new TemporaryDirectory();
        using StockDisplay display = await StockDisplay.StartAsync(directory);

        RunResult result = await SshAsync(client, sshd, "echo $DISPLAY; xdpyinfo | grep -E 'name of display|SECURITY|version number'", "", "ForwardX11=yes", $"ForwardX11Trusted={isTrusted}");

        Assert.Matches(@"^localhost:\d+\.0\nname of display:    localhost:\d+\.0\nversion number:    11\.0\n", result.Ends().Output);

        // The extension by which a display gives out untrusted cookies is not for those who have one.
        Assert.Equal(isTrusted == "yes", result.Output.Contains("SECURITY", StringComparison.Ordinal));
        RunResult listed = await SshAsync(client, sshd, "xauth list", "");
        Assert.DoesNotContain(display.Cookie, listed.Ends().Output, StringComparison.Ordinal);

        Task<RunResult> SshAsync(string program, TestSshd to, string command, string agentPath, params string[] options) =>
            LendingTests.SshAsync(program, to, command, agentPath, options, display);
    }

    [Fact]
    public async Task A_display_is_not_lent_where_the_server_forbids_it_and_ssh_says_so()
    {
        await using TestSshd sshd = await OurSshd.StartAsync("X11Forwarding no");
        using var directory = new TemporaryDirectory();
        using StockDisplay display = await StockDisplay.StartAsync(directory);

        foreach (string client in (string[])["ours", "stock"])
        {
            RunResult result = await SshAsync(client, sshd, "echo [$DISPLAY]", "", ["ForwardX11=yes", "ForwardX11Trusted=yes"], display);
            Assert.Equal("[]\n", result.Ends().Output);
            Assert.Equal("X11 forwarding request failed on channel 0", result.Error.Trim());
        }
    }

    [Theory]
    [InlineData("no:where;", "DISPLAY \"no:where;\" invalid; disabling X11 forwarding")]
    [InlineData(":59000", "Warning: untrusted X11 forwarding setup failed: xauth key data not generated")]
    public async Task A_display_that_is_none_is_told_in_the_words_of_openssh(string name, string words)
    {
        await using TestSshd sshd = await OurSshd.StartAsync("X11Forwarding yes");
        foreach (string client in (string[])["ours", "stock"])
        {
            var environment = new Dictionary<string, string?> { ["DISPLAY"] = name };
            RunResult result = await Run.Async(ProgramOf(client), [.. await sshd.ClientArgumentsAsync(), "-o", "ForwardX11=yes", "-o", "ForwardX11Trusted=no", sshd.Destination, "echo [$DISPLAY]"], environment: environment);

            Assert.Equal("[]\n", result.Ends().Output);
            Assert.Equal(words, result.Error.Trim());
        }
    }

    /// <summary>An agent with a key that is held to something: ours by our ssh-add, or OpenSSH's by theirs.</summary>
    private static async Task<IRunningAgent> KeepAsync(string which, string path, params string[] conditions)
    {
        IRunningAgent agent = which == "ours" ? new OurAgent(path) : new StockAgent(path);
        string[] add = which == "ours" ? [OurTools.Executable, "ssh-add"] : ["ssh-add"];
        string[] arguments = [.. add[1..], "-q", .. conditions, await StockKeys.UserAsync("ed25519")];
        (await Run.Async(add[0], arguments, environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Path })).Ends();
        return agent;
    }

    private static async Task<TestSshd> StartAsync(string which) => which == "ours" ? await OurSshd.StartAsync("X11Forwarding yes") : await StockSshd.StartAsync("X11Forwarding yes");

    private static string ProgramOf(string which) => which == "ours" ? Requires.PublishedTool("ssh") : Requires.Program("ssh");

    private static Task<RunResult> SshAsync(string client, TestSshd sshd, string command, string agentPath, params string[] options) =>
        SshAsync(client, sshd, command, agentPath, options, display: null);

    private static async Task<RunResult> SshAsync(string client, TestSshd sshd, string command, string agentPath, string[] options, StockDisplay? display)
    {
        // The arguments of every test say that there is no agent; the first of two counts.
        string[] arguments = [.. options.SelectMany(option => (string[])["-o", option]), "-o", "IdentityAgent=SSH_AUTH_SOCK", .. await sshd.ClientArgumentsAsync(), sshd.Destination, command];
        var environment = new Dictionary<string, string?>
        {
            ["SSH_AUTH_SOCK"] = agentPath.Length > 0 ? agentPath : null,
            ["OTHER_AGENT"] = agentPath,
            ["DISPLAY"] = display?.Name,
            ["XAUTHORITY"] = display?.AuthorityFile,
        };
        return await Run.Async(ProgramOf(client), arguments, environment: environment);
    }
}
