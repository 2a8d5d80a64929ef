using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.Tokens;

/// <summary>Keys on a token, which is SoftHSM, by way of agents: our ssh-agent and ssh-add, and OpenSSH's.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class TokenInteropTests
{
    [Fact]
    public async Task Our_agent_signs_with_keys_of_every_type_for_our_ssh_add_and_for_OpenSSHs()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        string[] types = ["ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed25519"];
        var keys = new Dictionary<string, PublicKey>();
        foreach (string type in types) keys[$"{type} on it"] = await token.ImportAsync(type, $"{type} on it");
        using var agent = new OurAgent(token.Directory["agent"], token.Environment);

        Assert.Equal("", (await AddAsync(token, ours: true, "1234\n", "-q", "-s", SoftToken.Library)).Ends().Output);
        string[] listed = (await AddAsync(token, ours: false, "", "-L")).Ends().Output.TrimEnd().Split('\n');
        Assert.Equal(keys.Select(key => $"{key.Value} {key.Key}").Order(), listed.Order());
        foreach (PublicKey key in keys.Values)
        {
            string file = token.Directory.Write("key.pub", key.ToString());
            (await AddAsync(token, ours: true, "", "-T", file)).Ends();

            // OpenSSH 9.2 has RSA keys tried with SHA-1, which a token of ours does not sign.
            (await AddAsync(token, ours: false, "", "-T", file)).Ends(key.Type == "ssh-rsa" ? 1 : 0);
        }

        Assert.Equal($"Could not add card \"{SoftToken.Library}\": agent refused operation\n", AfterQuestion((await AddAsync(token, ours: false, "1234\n", "-s", SoftToken.Library)).Ends(1).Error));
        Assert.Equal($"Card removed: {SoftToken.Library}\n", (await AddAsync(token, ours: false, "", "-e", SoftToken.Library)).Ends().Error);
        Assert.Equal("The agent has no identities.\n", (await AddAsync(token, ours: true, "", "-l")).Ends(1).Output);
        (await AddAsync(token, ours: true, "", "-e", SoftToken.Library)).Ends(1);
    }

    [Fact]
    public async Task Conditions_and_certificates_hold_for_keys_of_tokens_too_and_the_login_ends_with_the_last_of_them()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        TemporaryDirectory place = token.Directory;
        PublicKey key = await token.ImportAsync("ecdsa-sha2-nistp256", "on it");
        string file = place.Write("key.pub", $"{key} on it\n");
        (await Run.Async("ssh-keygen", ["-q", "-s", await StockKeys.UserAsync("ed25519"), "-I", "id", "-n", "al", file])).Ends();
        string certificate = place["key-cert.pub"], asked = place["asked"];
        string program = place.Write("askpass", $"#!/bin/sh\necho \"$1\" >> '{asked}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string?>(token.Environment) { ["SSH_ASKPASS"] = program, ["SSH_ASKPASS_REQUIRE"] = "force" };
        using var agent = new OurAgent(place["agent"], environment);

        string added = (await AddAsync(token, ours: true, "1234\n", "-c", "-t", "1h", "-C", "-s", SoftToken.Library, certificate)).Ends().Error;
        Assert.Equal($"Card added: {SoftToken.Library}\n", AfterQuestion(added));
        Assert.Equal(File.ReadAllText(certificate).Split(' ')[1], (await AddAsync(token, ours: false, "", "-L")).Ends().Output.Split(' ')[1]);
        (await AddAsync(token, ours: true, "", "-T", certificate)).Ends();
        Assert.StartsWith("Allow use of key on it?\n", File.ReadAllText(asked), StringComparison.Ordinal);
        (await AddAsync(token, ours: true, "", "-T", file)).Ends(1);

        // What is added later comes from the library that is open, and it is closed with the last key, in whatever way that goes.
        string known = place.Write("known_hosts", $"elsewhere {key}\n");
        (await AddAsync(token, ours: true, "", "-q", "-P", "-H", known, "-h", "elsewhere", "-s", SoftToken.RealLibrary)).Ends();
        Assert.Contains("agent refused operation", (await AddAsync(token, ours: true, "", "-T", file)).Ends(1).Error, StringComparison.Ordinal);
        Assert.Single(agent.Children());
        (await AddAsync(token, ours: true, "", "-q", "-d", file, certificate)).Ends();
        await UntilAsync(() => agent.Children().Count == 0);
        Assert.Equal("The agent has no identities.\n", (await AddAsync(token, ours: false, "", "-l")).Ends(1).Output);

        // Without a PIN the keys are seen; the first signature asks for it.
        (await AddAsync(token, ours: true, "", "-q", "-P", "-s", SoftToken.Library)).Ends();
        File.WriteAllText(program, $"#!/bin/sh\necho \"$1\" > '{asked}'\necho 1234\n");
        (await AddAsync(token, ours: true, "", "-T", file)).Ends();
        Assert.Equal("Enter PIN for 'token-slot-0': \n", File.ReadAllText(asked));

        // So does the first one after the library's process has died, which takes the login along and nothing else.
        File.Delete(asked);
        (await Run.Async("/bin/kill", ["-KILL", Assert.Single(agent.Children())])).Ends();
        await UntilAsync(() => agent.Children().Count == 0);
        (await AddAsync(token, ours: true, "", "-T", file)).Ends();
        Assert.Equal("Enter PIN for 'token-slot-0': \n", File.ReadAllText(asked));
    }

    [Fact]
    public async Task Our_ssh_add_has_OpenSSHs_agent_add_and_forget_the_keys_of_a_token()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        PublicKey key = await token.ImportAsync("ecdsa-sha2-nistp384", "on it");
        string file = token.Directory.Write("key.pub", $"{key} on it\n");
        using var agent = new StockAgent(token.Directory["agent"], token.Environment);
        Assert.Equal("Could not add card \"/nowhere\": agent refused operation\n", AfterQuestion((await AddAsync(token, ours: true, "1234\n", "-s", "/nowhere")).Ends(1).Error));
        Assert.Equal($"Card added: {SoftToken.Library}\n", AfterQuestion((await AddAsync(token, ours: true, "1234\n", "-s", SoftToken.Library)).Ends().Error));
        Assert.Equal(File.ReadAllText(file), (await AddAsync(token, ours: true, "", "-L")).Ends().Output);
        (await AddAsync(token, ours: true, "", "-T", file)).Ends();
        Assert.Equal($"Card removed: {SoftToken.Library}\n", (await AddAsync(token, ours: true, "", "-e", SoftToken.Library)).Ends().Error);
        (await AddAsync(token, ours: true, "", "-L")).Ends(1);
    }

    [Fact]
    public async Task A_library_is_loaded_only_from_where_the_agent_permits_and_said_to_be_none_where_it_is_none_A30()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        await token.ImportAsync("ecdsa-sha2-nistp256", "on it");
        string copy = token.Directory["copy.so"];
        File.Copy(SoftToken.RealLibrary, copy);
        using var agent = new OurAgent(token.Directory["agent"], token.Environment);
        foreach (string library in (string[])[copy, $"/usr/lib/../{copy}", "/usr/lib/x86_64-linux-gnu/libz.so.1", "/usr/lib/nowhere.so"])
        {
            Assert.Equal($"Could not add card \"{library}\": agent refused operation\n", AfterQuestion((await AddAsync(token, ours: true, "1234\n", "-s", library)).Ends(1).Error));
        }

        Assert.Equal("Could not add card", AfterQuestion((await AddAsync(token, ours: true, "4321\n", "-s", SoftToken.Library)).Ends(1).Error)[..18]);
        await UntilAsync(() => agent.Children().Count == 0);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo()) await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
    }

    private static string AfterQuestion(string error) => error["Enter passphrase for PKCS#11: ".Length..];

    /// <summary>Runs ssh-add without a terminal, so that it reads the PIN from its input.</summary>
    private static Task<RunResult> AddAsync(SoftToken token, bool ours, string input, params string[] arguments)
    {
        string program = ours ? Requires.PublishedTool("ssh-add") : Requires.Program("ssh-add");
        var environment = new Dictionary<string, string?>(token.Environment) { ["SSH_AUTH_SOCK"] = token.Directory["agent"] };
        return Run.Async("setsid", ["-w", program, .. arguments], System.Text.Encoding.UTF8.GetBytes(input), environment);
    }
}
