using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>Our two roles against each other, message by message.</summary>
public sealed class ClientWithServerTests
{
    [Fact]
    public async Task Three_factors_are_passed_in_one_conversation()
    {
        var policy = new KnownUser
        {
            Keys = [TestKeys.A.PublicKey],
            ExpiredPassword = "old",
            Interactive = async (attempt, ct) =>
            {
                var prompt = new InteractivePrompt(new PeerText("Code: "), false);
                IReadOnlyList<Password> answers = await attempt.Conversation.AskAsync(new InteractiveRequest(new PeerText(""), new PeerText(""), [prompt]), ct);
                return answers[0].FixedTimeEquals("42"u8);
            },
        };
        AuthenticationClientOptions options = new()
        {
            UserName = "al",
            Identities = [new TestIdentity(TestKeys.B), new TestIdentity(TestKeys.A)],
            Passwords = new ListedPasswords("old") { Change = ("old", "newer") },
            Prompter = new ParrotPrompter("42"),
        };
        var server = new ServerScript(policy, chains: "publickey,password,keyboard-interactive");
        var client = new ClientScript(options);
        await ConverseAsync(client, server);

        AuthenticationOutcome outcome = await client.Client.Completed;
        Assert.Equal(["publickey", "password", "keyboard-interactive"], [.. outcome.PartialMethods, outcome.Method]);
        Assert.Equal(["publickey", "password", "keyboard-interactive"], server.User!.Steps.Select(step => step.Method));
        Assert.NotNull(client.Transport.Entered);
    }

    [Fact]
    public async Task A_ready_key_takes_one_round_trip_of_authentication()
    {
        var server = new ServerScript(new KnownUser { Keys = [TestKeys.A.PublicKey] });
        var client = new ClientScript(new() { UserName = "al", Identities = [TestIdentity.Ready(TestKeys.A)] });

        Assert.Equal(1, await ConverseAsync(client, server));
        Assert.NotNull(server.User);
    }

    [Fact]
    public async Task A_client_that_has_nothing_right_ends_with_what_the_server_would_take()
    {
        var server = new ServerScript(new KnownUser { Password = "right" }, methods: "publickey,password");
        var client = new ClientScript(new() { UserName = "al", Identities = [TestIdentity.Ready(TestKeys.A)], Passwords = new ListedPasswords("1", "2", "3", "4") });
        await ConverseAsync(client, server);

        AuthenticationFailedException failed = await client.FailsAsync();
        Assert.Equal("Permission denied (publickey,password).", failed.Message);
        Assert.Equal(["publickey A", "password", "password", "password"], failed.Tried);
    }

    /// <summary>Carries payloads to and fro until neither side has more to say; returns the number of round trips.</summary>
    private static async Task<int> ConverseAsync(ClientScript client, ServerScript server)
    {
        server.Transport.SessionId = client.Transport.SessionId;
        client.Start();
        int fromClient = 0, fromServer = 0, trips = 0;
        while (fromClient < client.Transport.Payloads.Count)
        {
            trips++;
            while (fromClient < client.Transport.Payloads.Count) await server.SendAsync(server.Transport.Packet(client.Transport.Payloads[fromClient++]));
            while (fromServer < server.Transport.Payloads.Count) await client.SendAsync(client.Transport.Packet(server.Transport.Payloads[fromServer++]));
        }

        return trips;
    }
}
