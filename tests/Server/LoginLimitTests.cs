using Nacre.Client;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;
using Nacre.Tests.Client;
using Nacre.Tests.Keys;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Server;

/// <summary>The server itself holds a user to the limits of the login, whatever its policies would permit.</summary>
public sealed class LoginLimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_forced_command_runs_in_place_of_every_other()
    {
        await using LoopbackPair pair = await PairAsync(new LoginPermissions { Command = "say forced" });
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess command = await client.RunAsync("say chosen", ct: Ct);
        Assert.Equal("forced", await SshClientTests.ReadAllAsync(command.Output));
    }

    [Fact]
    public async Task Without_the_right_there_is_no_terminal()
    {
        await using LoopbackPair pair = await PairAsync(new LoginPermissions { Terminal = false });
        await using SshClient client = await pair.ConnectAsync();
        await Assert.ThrowsAnyAsync<SshException>(() => client.RunAsync("say hello", new RunOptions { Terminal = new TerminalRequest("vt100", 80, 24) }, Ct));
        await using RemoteProcess command = await client.RunAsync("say hello", ct: Ct);
        Assert.Equal("hello", await SshClientTests.ReadAllAsync(command.Output));
    }

    [Fact]
    public async Task Without_the_right_nothing_is_forwarded()
    {
        await using LoopbackPair pair = await PairAsync(new LoginPermissions { PortForwarding = false });
        await using SshClient client = await pair.ConnectAsync();
        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => client.OpenConnectionAsync(SocketEndpoint.Parse($"127.0.0.1:{pair.Port}"), Ct));
        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => client.OpenConnectionAsync(SocketEndpoint.AtPath("/nonexistent"), Ct));
        await Assert.ThrowsAnyAsync<SshException>(() => client.ForwardRemoteAsync("127.0.0.1:0", "127.0.0.1:1", ct: Ct));
    }

    [Fact]
    public async Task The_limits_of_several_proofs_hold_together()
    {
        var policy = new ByKey(
            (TestKeys.A.PublicKey, new LoginPermissions { Terminal = false, Command = "x" }),
            (TestKeys.B.PublicKey, new LoginPermissions { PortForwarding = false }));
        ServerScript script = await ServerScript.StartedAsync(new ServerScript(policy, chains: "publickey,publickey"));
        await script.SignedAsync(TestKeys.A);
        await script.SignedAsync(TestKeys.B);
        Assert.Equal("agent x11 rc: x", AuthorizedKeysTests.Show(script.User!.Permissions));
    }

    [Theory]
    [InlineData("publickey,password")]
    [InlineData("password,publickey")]
    [InlineData("publickey,keyboard-interactive")]
    [InlineData("keyboard-interactive,password")]
    [InlineData("publickey,password,keyboard-interactive")]
    [InlineData("publickey,keyboard-interactive,password")]
    [InlineData("password,publickey,keyboard-interactive")]
    [InlineData("password,keyboard-interactive,publickey")]
    [InlineData("keyboard-interactive,publickey,password")]
    [InlineData("keyboard-interactive,password,publickey")]
    public async Task Whatever_the_order_of_the_proofs_each_limits_the_login_A06(string chain)
    {
        string[] methods = chain.Split(',');
        ServerScript script = await ServerScript.StartedAsync(new ServerScript(new ByMethod(), chains: chain));
        foreach (string method in methods)
        {
            // What is not accepted leaves no trace, be it a query, another key or a wrong password.
            await script.QueryAsync(TestKeys.B.PublicKey);
            Assert.Null(script.User);
            if (method == "publickey") await script.SignedAsync(TestKeys.A);
            else if (method == "password") await script.PasswordAsync("right");
            else await script.InteractiveAsync();
        }

        LoginPermissions permissions = script.User!.Permissions;
        Assert.Equal(
            (!methods.Contains("publickey"), !methods.Contains("password"), !methods.Contains("keyboard-interactive")),
            (permissions.Terminal, permissions.PortForwarding, permissions.AgentForwarding));
        Assert.True(permissions.X11Forwarding && permissions.UserRc);
        Assert.Equal(methods.Contains("publickey") ? "x" : null, permissions.Command);
    }

    [Fact]
    public async Task Proofs_that_force_different_commands_are_none_together()
    {
        var policy = new ByKey(
            (TestKeys.A.PublicKey, new LoginPermissions { Command = "x" }),
            (TestKeys.B.PublicKey, new LoginPermissions { Command = "y" }));
        ServerScript script = await ServerScript.StartedAsync(new ServerScript(policy, chains: "publickey,publickey"));
        await script.SignedAsync(TestKeys.A);
        Assert.Contains("FAILURE", Assert.Single(await script.SignedAsync(TestKeys.B)), StringComparison.Ordinal);
        Assert.Null(script.User);
    }

    [Fact]
    public async Task A_key_and_its_certificate_are_one_factor()
    {
        Certificate certificate = new CertificateDraft(TestKeys.A.PublicKey).Issue(TestKeys.B);
        var policy = new ByKey((TestKeys.A.PublicKey, LoginPermissions.Everything), (certificate, LoginPermissions.Everything));
        ServerScript script = await ServerScript.StartedAsync(new ServerScript(policy, chains: "publickey,publickey"));
        await script.SignedAsync(TestKeys.A);
        await SignedAsync(script, certificate, TestKeys.A);
        Assert.Null(script.User);
    }

    [Fact]
    public async Task A_certificate_signed_with_SHA1_is_refused_unless_the_server_accepts_it_A15()
    {
        Certificate certificate = new CertificateDraft(TestKeys.A.PublicKey).Issue(TestKeys.Rsa, "ssh-rsa");
        ServerScript script = await ServerScript.StartedAsync(new ServerScript(new ByKey((certificate, LoginPermissions.Everything))));
        await SignedAsync(script, certificate, TestKeys.A);
        Assert.Null(script.User);

        Certificate better = new CertificateDraft(TestKeys.A.PublicKey).Issue(TestKeys.Rsa, "rsa-sha2-256");
        script = await ServerScript.StartedAsync(new ServerScript(new ByKey((better, LoginPermissions.Everything))));
        await SignedAsync(script, better, TestKeys.A);
        Assert.NotNull(script.User);
    }

    private static Task<string[]> SignedAsync(ServerScript script, Certificate certificate, PrivateKey key) => script.SignedAsync(certificate, key, signAs: key.PublicKey.SignatureAlgorithms[0]);

    private static Task<LoopbackPair> PairAsync(LoginPermissions permissions) =>
        LoopbackPair.StartAsync(options => options with { Authenticator = new ByKey((LoopbackPair.UserKey.PublicKey, permissions)) });

    /// <summary>Lets in by every method, and each takes something else away.</summary>
    private sealed class ByMethod : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(attempt switch
        {
            PublicKeyAttempt { Key: var key } when key.Equals(TestKeys.A.PublicKey) => AuthenticationVerdict.AcceptWith(new LoginPermissions { Terminal = false, Command = "x" }),
            PasswordAttempt => AuthenticationVerdict.AcceptWith(new LoginPermissions { PortForwarding = false }),
            KeyboardInteractiveAttempt => AuthenticationVerdict.AcceptWith(new LoginPermissions { AgentForwarding = false }),
            _ => AuthenticationVerdict.Reject,
        });
    }

    /// <summary>Lets keys in, each with its own limits.</summary>
    private sealed class ByKey(params (PublicKey Key, LoginPermissions Permissions)[] known) : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
        {
            foreach ((PublicKey key, LoginPermissions permissions) in known)
            {
                if (attempt is PublicKeyAttempt asked && asked.Key.Equals(key)) return ValueTask.FromResult(AuthenticationVerdict.AcceptWith(permissions));
            }

            return ValueTask.FromResult(AuthenticationVerdict.Reject);
        }
    }
}
