using System.Diagnostics;
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
        using StockAgent right = await HoldAsync(sshd.User);
        using StockAgent wrong = await HoldAsync("somebody");

        Assert.Equal("in\n", (await LogInAsync(right)).Ends().Output);
        Assert.Equal("in\n", (await LogInAsync(right, "-o", "PubkeyAuthentication=unbound")).Ends().Output);
        Assert.Contains("Permission denied", (await LogInAsync(wrong)).Ends(255).Error, StringComparison.Ordinal);

        async Task<StockAgent> HoldAsync(string user)
        {
            var agent = new StockAgent(directory[user]);
            string login = string.Create(CultureInfo.InvariantCulture, $"{user}@[127.0.0.1]:{sshd.Port}");
            string[] arguments = ["-q", "-H", sshd.KnownHosts, "-h", login, await StockKeys.UserAsync("ed25519")];
            (await Run.Async("ssh-add", arguments, environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Path })).Ends();
            return agent;
        }

        async Task<RunResult> LogInAsync(StockAgent agent, params string[] more)
        {
            IEnumerable<string> usual = (await sshd.ClientArgumentsAsync()).Where(argument => argument != "-i" && !argument.EndsWith("user-ed25519", StringComparison.Ordinal));
            string[] arguments = [.. more, "-o", $"IdentityAgent={agent.Path}", "-o", "IdentityFile=none", "-o", "IdentitiesOnly=no", .. usual];
            return await Run.CleanAsync(ProgramOf("ours"), [.. arguments, sshd.Destination, "echo in"]);
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

    /// <summary>OpenSSH's agent, at a socket of its own.</summary>
    private sealed class StockAgent : IDisposable
    {
        private readonly Process _process;

        public StockAgent(string path)
        {
            Path = path;
            _process = Process.Start(new ProcessStartInfo(Requires.Program("ssh-agent"), ["-D", "-a", path]) { RedirectStandardOutput = true })!;
            _process.StandardOutput.ReadLine();
        }

        public string Path { get; }

        public async Task AddAsync(string key) => (await Run.Async("ssh-add", ["-q", key], environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = Path })).Ends();

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    /// <summary>An X server without a screen, which asks for a cookie.</summary>
    private sealed class StockDisplay : IDisposable
    {
        private readonly Process _process;

        private StockDisplay(Process process, int number, string cookie, string authorityFile) =>
            (_process, Name, Cookie, AuthorityFile) = (process, string.Create(CultureInfo.InvariantCulture, $":{number}"), cookie, authorityFile);

        public string Name { get; }

        public string Cookie { get; }

        public string AuthorityFile { get; }

        public static async Task<StockDisplay> StartAsync(TemporaryDirectory directory)
        {
            string authority = directory["xauthority"];
            string cookie = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
            await File.WriteAllBytesAsync(authority, [], Ct);

            // The server takes the first entry, whatever display it is for, and says by -displayfd which number it has.
            (await Run.Async("xauth", ["-q", "-f", authority, "add", ":0", "MIT-MAGIC-COOKIE-1", cookie])).Ends();
            var start = new ProcessStartInfo(Requires.Program("Xvfb"), ["-displayfd", "1", "-auth", authority, "-nolisten", "tcp", "-screen", "0", "64x64x8", "-noreset"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Process process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            string? line = await process.StandardOutput.ReadLineAsync(Ct);
            int number = int.Parse(line ?? throw new InvalidOperationException("Xvfb did not start."), CultureInfo.InvariantCulture);
            (await Run.Async("xauth", ["-q", "-f", authority, "add", string.Create(CultureInfo.InvariantCulture, $":{number}"), "MIT-MAGIC-COOKIE-1", cookie])).Ends();
            return new StockDisplay(process, number, cookie, authority);
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
