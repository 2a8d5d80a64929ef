using System.Text;
using Nacre.Client;
using Nacre.Forwarding.Agent;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tests.Connection;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Forwarding.Agent;

public sealed class AgentForwardingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Programs_at_the_server_reach_the_agent_which_is_told_through_which_host_first()
    {
        using var directory = new TemporaryDirectory();
        using var agent = new RecordingAgent(directory["agent"]);
        var server = new LendingServer { AgentPath = directory["lent"] };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { AgentSocket = agent.Path }, Ct);
        Assert.True(process.HasAgent);
        Assert.Equal(directory["lent"], (await server.NextSessionAsync(Ct)).AgentSocket);

        await using (AgentClient there = (await AgentClient.ConnectAsync(directory["lent"], Ct))!) Assert.Empty(await there.ListAsync(Ct));

        Assert.Equal([AgentMessageNumber.Extension, AgentMessageNumber.RequestIdentities], agent.Requests.Select(request => AgentMessage.NumberOf(request)));
        CheckBinding(agent.Requests[0], isForwarding: true);
    }

    [Theory]
    [InlineData(true, "agent-req")]
    [InlineData(false, "auth-agent-req@openssh.com")]
    public async Task A_server_that_has_announced_to_take_an_agent_is_lent_it_by_the_name_of_RFC_9987(bool isAnnounced, string name)
    {
        await using var link = new Link();
        link.ClientTransport.PeerTakesAgent = isAnnounced;
        var service = new TestService();
        link.ServerPolicy.CreateService = () => service;
        link.Start();
        (Channel session, _) = await link.OpenAsync();

        var loans = new SessionLoans(link.ClientTransport, new AgentLoan(link.ClientTransport, null), new X11Loan(TimeProvider.System, null));
        Assert.False(await loans.OfferAgent(session, "/agent", Ct));

        Assert.Equal([name], service.Requests);
    }

    [Theory]
    [InlineData(true, "agent-connect")]
    [InlineData(false, "auth-agent@openssh.com")]
    public async Task An_agent_is_asked_for_by_the_names_by_which_it_was_lent(bool isStandard, string type)
    {
        using var directory = new TemporaryDirectory();
        await using var link = new Link();
        List<string> offered = [];
        link.ClientPolicy.OnOffer = offer =>
        {
            offered.Add(offer.Type);
            return ValueTask.FromResult(ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, "no agent"));
        };
        link.Start();
        var server = new LendingServer { AgentPath = directory["lent"] };
        var options = new SshServerOptions { HostKeys = [LoopbackPair.HostKey], Authenticator = new LendingServer.Doorman(LoginPermissions.Everything), Sessions = server, Forwarding = server };
        Assert.Equal(directory["lent"], await new ServerAgent(link.Server, new AuthenticatedUser("me", []), options).StartAsync(isStandard));

        await using (AgentClient there = (await AgentClient.ConnectAsync(directory["lent"], Ct))!) Assert.Empty(await there.ListAsync(Ct));

        Assert.Equal([type], offered);
    }

    [Fact]
    public async Task The_socket_is_its_owners_alone_and_goes_with_the_connection_A32()
    {
        using var directory = new TemporaryDirectory();
        using var agent = new RecordingAgent(directory["agent"]);
        await using LoopbackPair pair = await StartAsync(new LendingServer { AgentPath = directory["lent"] });
        await using (SshClient client = await pair.ConnectAsync())
        {
            await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { AgentSocket = agent.Path }, Ct);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["lent"]));
        }

        while (File.Exists(directory["lent"])) await Task.Yield();
        Assert.False(File.Exists(directory["lent"]));
    }

    [Fact]
    public async Task Sessions_of_one_connection_share_the_socket_and_those_that_were_lent_nothing_have_none()
    {
        using var directory = new TemporaryDirectory();
        using var agent = new RecordingAgent(directory["agent"]);
        var server = new LendingServer { AgentPath = directory["lent"] };
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        var lending = new RunOptions { AgentSocket = agent.Path };
        await using RemoteProcess first = await client.RunAsync("echo", lending, Ct);
        await using RemoteProcess second = await client.OpenShellAsync(lending, Ct);
        await using RemoteProcess third = await client.RunAsync("echo", ct: Ct);

        Assert.Equal(directory["lent"], (await server.NextSessionAsync(Ct)).AgentSocket);
        Assert.Equal(directory["lent"], (await server.NextSessionAsync(Ct)).AgentSocket);
        Assert.Null((await server.NextSessionAsync(Ct)).AgentSocket);
        Assert.False(third.HasAgent);
    }

    [Fact]
    public async Task A_server_that_does_not_take_the_agent_says_so_and_the_session_goes_on()
    {
        using var directory = new TemporaryDirectory();
        var server = new LendingServer();
        await using LoopbackPair pair = await StartAsync(server);
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { AgentSocket = directory["agent"] }, Ct);

        Assert.False(process.HasAgent);
        Assert.Null((await server.NextSessionAsync(Ct)).AgentSocket);
    }

    [Fact]
    public async Task A_path_that_cannot_be_listened_at_lends_nothing_and_is_reported()
    {
        using var directory = new TemporaryDirectory();
        var failures = new List<Exception>();
        var server = new LendingServer { AgentPath = directory["no/such/directory"] };
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = server, Sessions = server, OnFailure = failures.Add });
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { AgentSocket = directory["agent"] }, Ct);

        Assert.False(process.HasAgent);
        Assert.Contains(directory["no/such/directory"], Assert.Single(failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_has_gone_ends_the_connection_to_it_at_once()
    {
        using var directory = new TemporaryDirectory();
        await using LoopbackPair pair = await StartAsync(new LendingServer { AgentPath = directory["lent"] });
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { AgentSocket = directory["nobody"] }, Ct);

        await using AgentClient there = (await AgentClient.ConnectAsync(directory["lent"], Ct))!;
        Assert.Empty(await there.ListAsync(Ct));
    }

    [Fact]
    public async Task A_server_that_was_lent_no_agent_gets_none_and_its_user_is_warned_once()
    {
        var warnings = new List<string>();
        var loan = new AgentLoan(new FakeTransport(new PacketPool(), isClient: true), warnings.Add);

        for (int i = 0; i < 3; i++)
        {
            ChannelAnswer answer = await loan.AnswerAsync(Ct);
            Assert.Null(answer.Service);
            Assert.Equal(OpenFailureReason.AdministrativelyProhibited, answer.Reason);
        }

        Assert.StartsWith("Warning: ssh server tried agent forwarding.", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_may_be_another_is_lent_nothing()
    {
        using var directory = new TemporaryDirectory();
        await using LoopbackPair pair = await StartAsync(new LendingServer { AgentPath = directory["lent"] });
        await using SshClient client = await pair.ConnectAsync(options => options with { HostKeyPolicy = new Shrug() });

        SshException refused = await Assert.ThrowsAsync<SshException>(() => client.RunAsync("echo", new RunOptions { AgentSocket = directory["agent"] }, Ct));
        Assert.Equal("Agent forwarding is disabled to avoid man-in-the-middle attacks.", refused.Message);
    }

    [Fact]
    public async Task An_agent_that_logs_in_is_told_of_the_session_before_it_signs()
    {
        using var directory = new TemporaryDirectory();
        using var agent = new RecordingAgent(directory["agent"]);
        await using AgentClient keeper = (await AgentClient.ConnectAsync(agent.Path, Ct))!;
        var identity = new AgentIdentity(keeper, LoopbackPair.UserKey.PublicKey, "in the agent");
        await using LoopbackPair pair = await LoopbackPair.StartAsync();

        // It has no such key and does not sign, but what it was asked is what counts here.
        await Assert.ThrowsAnyAsync<SshException>(() => pair.ConnectAsync(options => options with { Identities = [identity, identity] }));

        Assert.Equal(AgentMessageNumber.SignRequest, AgentMessage.NumberOf(agent.Requests[1]));
        CheckBinding(agent.Requests[0], isForwarding: false);
        Assert.Single(agent.Requests, request => AgentMessage.NumberOf(request) == AgentMessageNumber.Extension);
    }

    [Fact]
    public async Task A_login_that_may_lend_neither_agent_nor_display_lends_none_whatever_the_policy_says()
    {
        using var directory = new TemporaryDirectory();
        var server = new LendingServer { AgentPath = directory["lent"], Display = new X11Listening() };
        var limits = new LoginPermissions { AgentForwarding = false, X11Forwarding = false };
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = server, Sessions = server, Authenticator = new LendingServer.Doorman(limits) });
        await using SshClient client = await pair.ConnectAsync();
        var lending = new RunOptions { AgentSocket = directory["agent"], Display = X11Forwarding.WithoutCookie(":0") };
        await using RemoteProcess process = await client.RunAsync("echo", lending, Ct);

        Assert.False(process.HasAgent);
        Assert.False(process.HasDisplay);
        Assert.False(File.Exists(directory["lent"]));
    }

    private static Task<LoopbackPair> StartAsync(LendingServer server) => LoopbackPair.StartAsync(options => options with { Forwarding = server, Sessions = server });

    // PROTOCOL.agent 1: the host's signature over the session identifier.
    private static void CheckBinding(byte[] message, bool isForwarding)
    {
        AgentExtension extension = AgentMessage.Read<AgentExtension>(message);
        Assert.Equal("session-bind@openssh.com", Encoding.ASCII.GetString(extension.Type));
        SessionBind bind = Message.ReadRecord<SessionBind>(extension.Contents);
        PublicKey host = LoopbackPair.HostKey.PublicKey;
        Assert.Equal(host.Blob.ToArray(), bind.HostKey.ToArray());
        Assert.True(host.Verify("ssh-ed25519", bind.SessionId, bind.Signature));
        Assert.Equal(isForwarding, bind.IsForwarding);
    }

    private sealed class Shrug : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => new(HostKeyVerdict.TrustWithoutSecrets);
    }
}
