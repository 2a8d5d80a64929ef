using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>No mixture of methods gets more attempts than it should .</summary>
public sealed class AttemptLimitTests
{
    private static KnownUser Policy => new() { Keys = [TestKeys.A.PublicKey], Password = "right", Interactive = AskOnce };

    public static TheoryData<string> Methods => ["none", "query", "signature", "bad signature", "password", "long password", "interactive", "unknown"];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task The_sixth_failure_ends_the_connection_by_every_method_A11(string method)
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));

        // none is free as the first request, so it gets one more.
        int answered = await CountAsync(script, () => SendAsync(script, method));
        Assert.Equal(method == "none" ? 6 : 5, answered);
    }

    [Fact]
    public async Task Mixed_methods_share_one_count_A11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        string[] mix = ["none", "query", "password", "none", "interactive", "signature", "password"];
        int next = 0;
        Assert.Equal(6, await CountAsync(script, () => SendAsync(script, mix[next++])));
    }

    [Fact]
    public async Task MaxAuthTries_is_the_configured_one()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, maxTries: 2));
        Assert.Equal(1, await CountAsync(script, () => SendAsync(script, "password")));
    }

    [Fact]
    public async Task Queries_for_a_good_key_are_capped_A11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        Assert.Equal(15, await CountAsync(script, () => script.QueryAsync(TestKeys.A.PublicKey)));
    }

    [Fact]
    public async Task Abandoned_questions_are_capped_though_no_failure_is_counted_A11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        Assert.Equal(63, await CountAsync(script, () => script.InteractiveAsync()));
    }

    [Fact]
    public async Task Rounds_without_end_are_capped_A11()
    {
        var policy = new KnownUser
        {
            Interactive = async (attempt, ct) =>
            {
                while (true) await attempt.Conversation.AskAsync(Question, ct);
            },
        };
        ServerScript script = await ServerScript.StartedAsync(new(policy));
        await script.InteractiveAsync();
        Assert.Equal(62, await CountAsync(script, () => script.AnswerAsync("x")));
        script.Server.OnClosed(null);
    }

    [Fact]
    public async Task Password_changes_without_end_are_capped_A11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { ExpiredPassword = "old" }));
        Assert.Equal(63, await CountAsync(script, () => script.PasswordAsync("old")));
    }

    [Fact]
    public async Task Service_requests_without_end_are_capped_A11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        Assert.Equal(63, await CountAsync(script, () => script.ServiceAsync("ssh-userauth")));
    }

    [Fact]
    public async Task Partial_success_does_not_reset_the_count_A11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, chains: "publickey,password"));
        for (int i = 0; i < 4; i++) await SendAsync(script, "signature");
        Assert.Equal(["FAILURE password partial"], await script.SignedAsync(TestKeys.A));
        Assert.Equal(1, await CountAsync(script, () => SendAsync(script, "password")));
    }

    private static InteractiveRequest Question => new(new PeerText(""), new PeerText(""), [new InteractivePrompt(new PeerText("?"), false)]);

    private static async Task<bool> AskOnce(KeyboardInteractiveAttempt attempt, CancellationToken ct) =>
        (await attempt.Conversation.AskAsync(Question, ct))[0].FixedTimeEquals("right"u8);

    private static async Task SendAsync(ServerScript script, string method)
    {
        switch (method)
        {
            case "none":
                await script.NoneAsync();
                break;
            case "query":
                await script.QueryAsync(TestKeys.B.PublicKey);
                break;
            case "signature":
                await script.SignedAsync(TestKeys.B);
                break;
            case "bad signature":
                await script.SignedAsync(TestKeys.A.PublicKey, TestKeys.B);
                break;
            case "password":
                await script.PasswordAsync("wrong");
                break;
            case "long password":
                await script.PasswordAsync(new string('x', 5000));
                break;
            case "interactive":
                await script.InteractiveAsync();
                await script.AnswerAsync("wrong");
                break;
            default:
                await script.RequestAsync("skip-me", []);
                break;
        }
    }

    /// <summary>How many requests are answered before the connection ends for too many.</summary>
    private static async Task<int> CountAsync(ServerScript script, Func<Task> send)
    {
        for (int answered = 0; answered < 1000; answered++)
        {
            try
            {
                await send();
            }
            catch (SshViolationException broken)
            {
                Assert.Equal(Violation.TooManyAuthenticationAttempts, broken.Violation);
                Assert.Equal("Too many authentication failures", broken.Message);
                Assert.Null(script.User);
                return answered;
            }
        }

        Assert.Fail("The connection never ended.");
        return 0;
    }
}
