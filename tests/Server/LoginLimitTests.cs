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
