namespace Nacre.Tests.Interop;

/// <summary>What AddKeysToAgent does with the key of a file: our ssh with our agent and OpenSSH's, and OpenSSH's ssh with ours.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class KeysForAgentTests : IClassFixture<SharedSshd.Stock>, IDisposable
{
    private readonly SharedSshd.Stock _server;
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string?> _askpass;

    public KeysForAgentTests(SharedSshd.Stock server)
    {
        _server = server;
        string askpass = _directory.Write("askpass", $"#!/bin/sh\necho \"$1\" >> {_directory["asked"]}\ncat {_directory["answer"]}\n");
        File.SetUnixFileMode(askpass, File.GetUnixFileMode(askpass) | UnixFileMode.UserExecute);
        _askpass = new() { ["SSH_AUTH_SOCK"] = _directory["agent"], ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force" };
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ours", "ours")]
    [InlineData("ours", "stock")]
    [InlineData("stock", "ours")]
    public async Task A_key_is_given_away_if_the_person_says_so(string client, string holder)
    {
        using IRunningAgent agent = Start(holder);
        string key = await StockKeys.UserAsync("ed25519"), line = await File.ReadAllTextAsync(key + ".pub", Ct);
        foreach ((string answer, bool isKept) in ((string, bool)[])[("yes", true), ("", true), ("no", false)])
        {
            (await LogInAsync(client, "ask", answer)).Ends();

            Assert.Equal([$"Add key {key} ({line.Trim().Split(' ', 3)[2]}) to agent?"], await AskedAsync());
            Assert.Equal(isKept ? 0 : 1, (await HeldAsync("-T", key + ".pub")).ExitStatus);
            (await HeldAsync("-qD")).Ends();
        }
    }

    [Theory]
    [InlineData("ours", "ours")]
    [InlineData("ours", "stock")]
    [InlineData("stock", "ours")]
    public async Task The_agent_asks_before_it_uses_a_key_that_was_given_to_it_so(string client, string holder)
    {
        using IRunningAgent agent = Start(holder);
        foreach ((string setting, bool asks) in ((string, bool)[])[("1h", false), ("confirm 1h", true)])
        {
            (await LogInAsync(client, setting, "no")).Ends();
            Assert.Empty(await AskedAsync());

            (await LogInAsync(client, "no", "yes")).Ends();
            Assert.Equal(asks ? 1 : 0, (await AskedAsync()).Count(line => line.StartsWith("Allow use of key ", StringComparison.Ordinal)));

            // The file's key is the agent's, and is not tried twice.
            (await LogInAsync(client, "no", "no")).Ends(asks ? 255 : 0);
            (await HeldAsync("-qD")).Ends();
            await AskedAsync();
        }
    }

    private IRunningAgent Start(string holder) => holder == "ours" ? new OurAgent(_directory["agent"], _askpass) : new StockAgent(_directory["agent"], _askpass);

    private async Task<RunResult> LogInAsync(string client, string setting, string answer)
    {
        _directory.Write("answer", answer + "\n");
        string program = client == "ours" ? Requires.PublishedTool("ssh") : Requires.Program("ssh");
        string[] arguments = ["-o", $"IdentityAgent={_directory["agent"]}", "-o", $"AddKeysToAgent={setting}", .. await _server.Sshd.ClientArgumentsAsync(), _server.Sshd.Destination, "true"];
        return await Run.Async(program, arguments, environment: _askpass);
    }

    /// <summary>The questions since the last time.</summary>
    private async Task<string[]> AskedAsync()
    {
        if (!File.Exists(_directory["asked"])) return [];
        string[] lines = await File.ReadAllLinesAsync(_directory["asked"], Ct);
        File.Delete(_directory["asked"]);
        return lines;
    }

    private Task<RunResult> HeldAsync(params string[] flags) => Run.Async("ssh-add", flags, environment: _askpass);
}
