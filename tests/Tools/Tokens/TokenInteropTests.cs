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

    private static string AfterQuestion(string error) => error["Enter passphrase for PKCS#11: ".Length..];

    /// <summary>Runs ssh-add without a terminal, so that it reads the PIN from its input.</summary>
    private static Task<RunResult> AddAsync(SoftToken token, bool ours, string input, params string[] arguments)
    {
        string[] program = ours ? [OurTools.Executable, "ssh-add"] : [Requires.Program("ssh-add")];
        var environment = new Dictionary<string, string?>(token.Environment) { ["SSH_AUTH_SOCK"] = token.Directory["agent"] };
        return Run.Async("setsid", ["-w", .. program, .. arguments], System.Text.Encoding.UTF8.GetBytes(input), environment);
    }
}
