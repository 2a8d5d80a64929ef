using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

public sealed class AuthenticationServerTests
{
    private const string All = "publickey,password,keyboard-interactive";
    private static readonly string[] In = ["SUCCESS", "[connection]"];
    private static readonly string[] Refused = [$"FAILURE {All}"];

    private static KnownUser Policy => new() { Keys = [TestKeys.A.PublicKey, TestKeys.Rsa.PublicKey], Password = "right" };

    [Fact]
    public async Task None_lists_the_methods_then_a_query_a_signature_and_the_user_is_in()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));

        Assert.Equal(Refused, await script.NoneAsync());
        Assert.Equal(["PK_OK ssh-ed25519 A"], await script.QueryAsync(TestKeys.A.PublicKey));
        Assert.Equal(In, await script.SignedAsync(TestKeys.A));
        Assert.Equal("al", script.User?.Name);
        Assert.Equal(new AuthenticationStep("publickey", TestKeys.A.PublicKey), Assert.Single(script.User!.Steps));
        Assert.Equal([AttemptResult.Rejected, AttemptResult.Postponed, AttemptResult.Accepted], script.Journal.Select(report => report.Result));
    }

    [Theory]
    [InlineData("ssh-connection")]
    [InlineData("ssh-userauth2")]
    [InlineData("")]
    public async Task Any_other_service_than_userauth_ends_the_connection_P4252_11(string name)
    {
        var script = new ServerScript(Policy);
        Assert.Equal(Violation.ServiceNotAvailable, await ClientScript.BreaksAsync(() => script.ServiceAsync(name)));
    }

    [Fact]
    public async Task A_second_service_request_changes_nothing_P4252_11()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, chains: "publickey,password"));
        Assert.Equal(["FAILURE password partial"], await script.SignedAsync(TestKeys.A));
        Assert.Equal(["SERVICE_ACCEPT ssh-userauth"], await script.ServiceAsync("ssh-userauth"));
        Assert.Equal(In, await script.PasswordAsync("right"));
    }

    [Fact]
    public async Task A_request_before_the_service_is_a_violation()
    {
        var script = new ServerScript(Policy);
        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(() => script.NoneAsync()));
    }

    [Fact]
    public async Task A_request_for_a_service_that_is_not_there_ends_the_connection()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        Assert.Equal(Violation.ServiceNotAvailable, await ClientScript.BreaksAsync(() => script.RequestAsync("none", [], service: "ssh-agent")));
    }

    [Fact]
    public async Task Queries_for_keys_do_not_let_another_key_in_A05()
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy));

        Assert.Equal(["PK_OK ssh-ed25519 A"], await script.QueryAsync(TestKeys.A.PublicKey));
        Assert.Equal(Refused, await script.QueryAsync(TestKeys.B.PublicKey));
        Assert.Equal(["PK_OK ssh-ed25519 A"], await script.QueryAsync(TestKeys.A.PublicKey));
        Assert.Equal(Refused, await script.SignedAsync(TestKeys.C));
        Assert.Equal(Refused, await script.SignedAsync(TestKeys.B));
        Assert.Equal(Refused, await script.SignedAsync(TestKeys.A.PublicKey, TestKeys.B));
        Assert.Null(script.User);

        // The policy saw the keys that verified, and no other as verified.
        Assert.Equal(
            ["A", "B", "A", "C verified", "B verified"],
            policy.Attempts.Cast<PublicKeyAttempt>().Select(attempt => TestKeys.NameOf(attempt.Key) + (attempt.IsVerified ? " verified" : "")));
    }

    [Fact]
    public async Task The_key_of_the_user_is_the_very_instance_that_was_judged_A05()
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy));
        await script.QueryAsync(TestKeys.A.PublicKey);
        await script.SignedAsync(TestKeys.A);

        Assert.Same(((PublicKeyAttempt)policy.Attempts[^1]).Key, script.User!.Steps[0].Key);
        Assert.NotSame(((PublicKeyAttempt)policy.Attempts[0]).Key, script.User.Steps[0].Key);
    }

    public static TheoryData<string> Spoilt => ["session", "user", "service", "method", "algorithm", "blob"];

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task A_signature_over_anything_else_is_refused_P4252_7(string what)
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy));

        Assert.Equal(Refused, await script.SignedAsync(TestKeys.A.PublicKey, TestKeys.A, spoil: signed =>
        {
            switch (what)
            {
                case "session":
                    signed.SessionId[0] ^= 1;
                    break;
                case "user":
                    signed.User = "bo";
                    break;
                case "service":
                    signed.Service = "ssh-userauth";
                    break;
                case "method":
                    signed.Method = MethodName.HostBoundPublicKey;
                    break;
                case "algorithm":
                    signed.Algorithm = "rsa-sha2-256";
                    break;
                default:
                    signed.Blob = TestKeys.B.PublicKey.Blob.ToArray();
                    break;
            }
        }));
        Assert.Empty(policy.Attempts);
    }

    [Fact]
    public async Task The_signature_is_by_the_algorithm_of_the_request_P4252_7()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        PublicKey rsa = TestKeys.Rsa.PublicKey;

        Assert.Equal(Refused, await script.SignedAsync(rsa, TestKeys.Rsa, "rsa-sha2-512", signAs: "rsa-sha2-256"));
        Assert.Equal(Refused, await script.SignedAsync(rsa, TestKeys.Rsa, "rsa-sha2-512", signAs: "ssh-rsa"));
        Assert.Equal(Refused, await script.SignedAsync(rsa, TestKeys.Rsa, "ssh-rsa"));
        Assert.Equal(Refused, await script.QueryAsync(rsa, "ssh-ed25519"));
        Assert.Equal(Refused, await script.QueryAsync(TestKeys.A.PublicKey, "rsa-sha2-256"));
        Assert.Null(script.User);

        ServerScript second = await ServerScript.StartedAsync(new(Policy));
        Assert.Equal(["PK_OK rsa-sha2-256 RSA"], await second.QueryAsync(rsa, "rsa-sha2-256"));
        Assert.Equal(In, await second.SignedAsync(rsa, TestKeys.Rsa, "rsa-sha2-256"));
    }

    [Fact]
    public async Task Only_the_algorithms_of_the_list_are_taken()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, algorithms: ["ssh-rsa"]));
        Assert.Equal(Refused, await script.SignedAsync(TestKeys.A));
        Assert.Equal(In, await script.SignedAsync(TestKeys.Rsa.PublicKey, TestKeys.Rsa, "ssh-rsa"));
    }

    [Fact]
    public async Task A_small_RSA_key_is_refused_whatever_the_policy_says()
    {
        using PrivateKey small = PrivateKey.GenerateRsa(1024);
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Keys = [small.PublicKey] }));
        Assert.Equal(Refused, await script.SignedAsync(small));
    }

    [Fact]
    public async Task The_host_bound_form_signs_this_servers_host_key_A16()
    {
        Assert.Equal(In, await HostBoundAsync(hostKey: "the host key", signedHostKey: "the host key"));
        Assert.Equal(Refused, await HostBoundAsync(hostKey: "another host", signedHostKey: "another host"));
        Assert.Equal(Refused, await HostBoundAsync(hostKey: "the host key", signedHostKey: "another host"));
    }

    [Fact]
    public async Task A_blob_that_is_no_key_is_refused_like_a_strange_key_A12()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, maxTries: 20));
        foreach (byte[] blob in new byte[][] { [], [0, 0, 0, 1], [255, 255, 255, 255, 1], Keys.SampleKeys.Field("ssh-dss"u8), TestKeys.A.PublicKey.Blob[..^1].ToArray() })
        {
            var fields = new PublicKeyFields { Algorithm = "ssh-ed25519"u8, PublicKey = blob };
            Assert.Equal(Refused, await script.RequestAsync("publickey", Message.WriteRecord(ref fields)));
        }
    }

    [Fact]
    public async Task Passwords_let_in_or_not()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        Assert.Equal(Refused, await script.PasswordAsync(""));
        Assert.Equal(Refused, await script.PasswordAsync("right "));
        Assert.Equal(In, await script.PasswordAsync("right"));
    }

    [Theory]
    [InlineData(1024, 1)]
    [InlineData(1025, 0)]
    [InlineData(100_000, 0)]
    public async Task A_password_too_long_to_be_right_reaches_no_policy_A64(int length, int judged)
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy));

        Assert.Equal(Refused, await script.PasswordAsync(new byte[length]));
        Assert.Equal(judged, policy.Attempts.Count);
    }

    [Theory]
    [InlineData(1024, null)]
    [InlineData(1025, Violation.FieldTooLong)]
    [InlineData(200_000, Violation.FieldTooLong)]
    public async Task A_user_name_is_bounded_A64(int length, Violation? violation)
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        var packet = RawRequest(script, new string('u', length));

        if (violation is null) Assert.Equal(Refused, await script.SendAsync(packet));
        else Assert.Equal(violation, await ClientScript.BreaksAsync(() => script.SendAsync(packet)));
    }

    [Fact]
    public async Task Passwords_are_erased_when_they_are_judged()
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy));
        await script.PasswordAsync("wrong");

        var attempt = (PasswordAttempt)Assert.Single(policy.Attempts);
        Assert.Throws<ObjectDisposedException>(() => attempt.Password.Utf8.Length);
    }

    [Fact]
    public async Task An_expired_password_is_changed_once_it_was_asked_for_P4252_10()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { ExpiredPassword = "old" }));

        Assert.Equal(Refused, await script.PasswordAsync("old", change: "newer"));
        Assert.Equal(["PASSWD_CHANGEREQ Change it"], await script.PasswordAsync("old"));
        Assert.Equal(Refused, await script.PasswordAsync("old", change: "new"));
        Assert.Equal(["PASSWD_CHANGEREQ Change it"], await script.PasswordAsync("old"));
        Assert.Equal(In, await script.PasswordAsync("old", change: "newer"));
    }

    [Fact]
    public async Task A_change_that_was_not_asked_for_is_never_a_login_P4252_10()
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy));
        Assert.Equal(Refused, await script.PasswordAsync("right", change: "newer"));
        Assert.Empty(policy.Attempts);
    }

    [Fact]
    public async Task Questions_go_out_and_answers_come_back_round_by_round()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Interactive = TwoRounds }));

        Assert.Equal(["INFO_REQUEST Login|Who|Code: |Colour: (echo)"], await script.InteractiveAsync());
        Assert.Equal([MessageNumber.UserauthInfoResponse], script.Transport.Permitted);
        Assert.Equal(["INFO_REQUEST |Thanks"], await script.AnswerAsync("42", "blue"));
        Assert.Equal(In, await script.AnswerAsync());
        Assert.Empty(script.Transport.Permitted);
    }

    [Fact]
    public async Task A_wrong_answer_is_a_failure()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Interactive = TwoRounds }));
        await script.InteractiveAsync();
        Assert.Equal(Refused, await script.AnswerAsync("41", "blue"));
        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(() => script.AnswerAsync("42", "blue")));
    }

    [Theory]
    [InlineData(0u, 0)]
    [InlineData(1u, 1)]
    [InlineData(3u, 3)]
    [InlineData(uint.MaxValue, 2)]
    public async Task Another_number_of_answers_than_of_questions_is_a_failure_P4256_1(uint count, int answers)
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Interactive = TwoRounds }));
        await script.InteractiveAsync();
        Assert.Equal(Refused, await script.AnswerAsync(count, [.. Enumerable.Repeat("42", answers)]));
        Assert.Equal(["INFO_REQUEST Login|Who|Code: |Colour: (echo)"], await script.InteractiveAsync());
    }

    [Fact]
    public async Task An_answer_too_long_to_be_right_reaches_no_policy_A64()
    {
        int answered = 0;
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser
        {
            Interactive = async (attempt, ct) =>
            {
                await attempt.Conversation.AskAsync(OneQuestion, ct);
                answered++;
                return true;
            },
        }));
        await script.InteractiveAsync();
        Assert.Equal(Refused, await script.AnswerAsync(new string('x', 1025)));
        Assert.Equal(0, answered);
        await script.InteractiveAsync();
        Assert.Equal(In, await script.AnswerAsync(new string('x', 1024)));
        Assert.Equal(1, answered);
    }

    [Theory]
    [InlineData(2u, 1, Violation.MessageTruncated)]
    [InlineData(2u, 3, Violation.TrailingBytes)]
    public async Task Answers_that_are_not_what_they_say_are_a_violation(uint count, int answers, Violation violation)
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Interactive = TwoRounds }));
        await script.InteractiveAsync();
        Assert.Equal(violation, await ClientScript.BreaksAsync(() => script.AnswerAsync(count, [.. Enumerable.Repeat("42", answers)])));
    }

    [Fact]
    public async Task A_new_request_abandons_the_questions_without_a_failure_and_what_the_policy_says_later_counts_for_nothing_P4252_5()
    {
        bool wasCancelled = false;
        var late = new KnownUser
        {
            Password = "right",
            Interactive = async (attempt, ct) =>
            {
                try
                {
                    await attempt.Conversation.AskAsync(OneQuestion, ct);
                }
                catch (OperationCanceledException)
                {
                    wasCancelled = true;
                }

                return true;
            },
        };
        ServerScript script = await ServerScript.StartedAsync(new(late));

        Assert.Equal(["INFO_REQUEST ||?"], await script.InteractiveAsync());
        Assert.Equal(Refused, await script.PasswordAsync("wrong"));
        Assert.True(wasCancelled);
        Assert.Null(script.User);
        Assert.Empty(script.Transport.Permitted);
        Assert.Single(script.Journal);
    }

    [Fact]
    public async Task Closing_the_connection_ends_the_questions()
    {
        var ended = new TaskCompletionSource();
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser
        {
            Interactive = async (attempt, ct) =>
            {
                try
                {
                    await attempt.Conversation.AskAsync(OneQuestion, ct);
                    return true;
                }
                finally
                {
                    ended.SetResult();
                }
            },
        }));
        await script.InteractiveAsync();
        script.Server.OnClosed(null);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Null(script.User);
    }

    [Fact]
    public async Task A_policy_that_throws_is_a_no()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Interactive = (_, _) => throw new TimeoutException("no answer") }));
        Assert.Equal(Refused, await script.InteractiveAsync());
        Assert.IsType<TimeoutException>(Assert.Single(script.Journal).Error);

        ServerScript second = await ServerScript.StartedAsync(new(new ThrowingPolicy()));
        Assert.Equal(Refused, await second.PasswordAsync("right"));
        Assert.Equal(Refused, await second.QueryAsync(TestKeys.A.PublicKey));
        Assert.Equal(Refused, await second.SignedAsync(TestKeys.A));
        Assert.Equal(Refused, await second.NoneAsync());
    }

    [Fact]
    public async Task None_lets_in_only_where_the_policy_wants_it()
    {
        ServerScript open = await ServerScript.StartedAsync(new(new KnownUser { NeedsNothing = true }));
        Assert.Equal(In, await open.NoneAsync());

        ServerScript chained = await ServerScript.StartedAsync(new(new KnownUser { NeedsNothing = true }, chains: "password"));
        Assert.Equal(["FAILURE password"], await chained.NoneAsync());
    }

    [Theory]
    [InlineData("al", "bo", "ssh-connection")]
    [InlineData("al", "al", "ssh-userauth")]
    [InlineData("al", "al\u0001", "ssh-connection")]
    public async Task A_change_of_user_or_service_ends_the_connection_P4252_3_A09(string before, string user, string service)
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, chains: "publickey,password"));
        Assert.Equal(["FAILURE password partial"], await script.SignedAsync(TestKeys.A, before));

        SshViolationException broken = await Assert.ThrowsAsync<SshViolationException>(() => script.RequestAsync("none", [], user, service));
        Assert.Equal(Violation.UserOrServiceChanged, broken.Violation);
        Assert.StartsWith("Change of username or service not allowed: (al,ssh-connection) -> (al", broken.Message.Replace("(bo", "(al", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain('\u0001', broken.Message);
    }

    [Fact]
    public async Task Malformed_requests_end_alike_for_known_and_unknown_users_before_anyone_is_looked_up_A12()
    {
        var key = new PublicKeyFields { HasSignature = true, Algorithm = "ssh-ed25519"u8, PublicKey = TestKeys.A.PublicKey.Blob.Span };
        byte[] publicKey = Message.WriteRecord(ref key);
        var word = new PasswordFields { Password = "x"u8 };
        byte[] password = Message.WriteRecord(ref word);
        (string Method, byte[] Fields)[] malformed =
        [
            ("none", [0]),
            ("password", []), ("password", password[..^1]), ("password", [.. password, 0]), ("password", [1, 0, 0, 0, 0]),
            ("publickey", []), ("publickey", [0]), ("publickey", publicKey[..^5]), ("publickey", [.. publicKey, 0]),
            ("publickey", [1, 255, 255, 255, 255]), ("password", [0, 255, 255, 255, 255, 1]),
            (MethodName.HostBoundPublicKey, publicKey[..^4]),
            ("keyboard-interactive", []), ("keyboard-interactive", [0, 0, 0, 0]),
        ];
        foreach ((string method, byte[] fields) in malformed)
        {
            var outcomes = new List<string>();
            foreach (string user in new[] { "al", "nobody" })
            {
                KnownUser policy = Policy;
                ServerScript script = await ServerScript.StartedAsync(new(policy, banner: new Greeting()));
                SshViolationException broken = await Assert.ThrowsAsync<SshViolationException>(() => script.RequestAsync(method, fields, user));
                outcomes.Add(broken.Violation + broken.Message + string.Join('|', script.Transport.Take()));
                Assert.Empty(policy.Attempts);
            }

            Assert.Equal(outcomes[0], outcomes[1]);
        }
    }

    [Fact]
    public async Task The_same_words_answer_a_known_and_an_unknown_user_A12()
    {
        var transcripts = new List<string>();
        foreach (string user in new[] { "al", "nobody" })
        {
            ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Keys = [TestKeys.A.PublicKey], Password = "right", Interactive = TwoRounds }, maxTries: 20));
            string[][] answers =
            [
                await script.NoneAsync(user),
                await script.QueryAsync(TestKeys.B.PublicKey, user: user),
                await script.SignedAsync(TestKeys.B, user),
                await script.SignedAsync(TestKeys.A.PublicKey, TestKeys.B, user: user),
                await script.PasswordAsync("wrong", user),
                await script.PasswordAsync(new string('x', 20_000), user),
                await script.InteractiveAsync(user),
                await script.AnswerAsync("0", "0"),
                await script.RequestAsync("gssapi-with-mic", [1, 2, 3], user),
            ];
            transcripts.Add(string.Join('\n', answers.SelectMany(lines => lines)));
        }

        Assert.Equal(transcripts[0], transcripts[1]);
        Assert.Equal(8, transcripts[0].Split("FAILURE").Length - 1);
    }

    [Fact]
    public async Task Names_that_are_not_text_are_a_violation()
    {
        byte[][] names = [[0xff, 0xfe], "a\0b"u8.ToArray(), [0xc0, 0x80]];
        foreach (byte[] name in names)
        {
            ServerScript script = await ServerScript.StartedAsync(new(Policy));
            Assert.Equal(Violation.FieldMalformed, await ClientScript.BreaksAsync(() => script.RequestAsync(name, "ssh-connection"u8.ToArray(), "none"u8.ToArray(), [])));
        }
    }

    [Fact]
    public async Task Chains_are_followed_in_order_with_partial_success()
    {
        var policy = new KnownUser { Keys = [TestKeys.A.PublicKey], Password = "right", Interactive = (_, _) => Task.FromResult(true) };
        const string chains = "publickey,password keyboard-interactive:pam,publickey";
        ServerScript script = await ServerScript.StartedAsync(new(policy, chains: chains));

        Assert.Equal(["FAILURE publickey,keyboard-interactive"], await script.PasswordAsync("right"));
        Assert.Equal(["FAILURE password,keyboard-interactive partial"], await script.SignedAsync(TestKeys.A));
        Assert.Equal(["FAILURE password,publickey partial".Replace("password,publickey", "publickey,password", StringComparison.Ordinal)], await script.InteractiveAsync());
        Assert.Equal(["FAILURE publickey,password"], await script.PasswordAsync("wrong"));
        Assert.Equal(In, await script.PasswordAsync("right"));
        Assert.Equal(["publickey", "keyboard-interactive", "password"], script.User!.Steps.Select(step => step.Method));
    }

    [Fact]
    public async Task A_key_serves_as_one_factor_only()
    {
        var policy = new KnownUser { Keys = [TestKeys.A.PublicKey, TestKeys.B.PublicKey] };
        ServerScript script = await ServerScript.StartedAsync(new(policy, chains: "publickey,publickey"));

        Assert.Equal(["FAILURE publickey partial"], await script.SignedAsync(TestKeys.A));
        Assert.Equal(["FAILURE publickey"], await script.QueryAsync(TestKeys.A.PublicKey));
        Assert.Equal(["FAILURE publickey"], await script.SignedAsync(TestKeys.A));
        Assert.Equal(In, await script.SignedAsync(TestKeys.B));
    }

    [Fact]
    public async Task Methods_that_are_not_enabled_reach_no_policy()
    {
        KnownUser policy = Policy;
        ServerScript script = await ServerScript.StartedAsync(new(policy, methods: "publickey"));
        Assert.Equal(["FAILURE publickey"], await script.PasswordAsync("right"));
        Assert.Equal(["FAILURE publickey"], await script.InteractiveAsync());
        Assert.Equal(["FAILURE publickey"], await script.RequestAsync("gssapi-with-mic", []));
        Assert.Empty(policy.Attempts);
    }

    [Fact]
    public void A_server_without_a_way_in_is_our_own_fault() =>
        Assert.Throws<InvalidOperationException>(() => new ServerScript(Policy, methods: "publickey", chains: "password"));

    [Theory]
    [InlineData("publickey,,password")]
    [InlineData("")]
    [InlineData("publickey,gssapi-with-mic")]
    [InlineData("password:pam")]
    public void A_chain_that_names_no_method_is_refused(string chains) => Assert.Throws<ArgumentException>(() => AuthenticationChains.Parse(chains));

    [Fact]
    public async Task The_banner_goes_once_before_the_first_answer()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy, banner: new Greeting()));
        Assert.Equal(["BANNER Hello", $"FAILURE {All}"], await script.NoneAsync());
        Assert.Equal(Refused, await script.PasswordAsync("wrong"));
    }

    [Fact]
    public async Task Whoever_may_not_come_in_now_is_told_why_before_the_answer()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new Closed()));
        string[] answers = await script.PasswordAsync("right");
        Assert.Equal(["BANNER Closed until noon.", .. Refused], answers);
        Assert.Equal(Refused, await script.PasswordAsync("wrong"));
    }

    [Fact]
    public async Task After_success_nothing_of_authentication_is_answered_P4252_4()
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        await script.SignedAsync(TestKeys.A);
        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(() => script.PasswordAsync("right")));
        Assert.Empty(script.Transport.Take());
    }

    [Fact]
    public async Task Every_packet_goes_back_to_the_pool_wiped()
    {
        ServerScript script = await ServerScript.StartedAsync(new(new KnownUser { Password = "right", Interactive = TwoRounds }));
        Packet packet = RawRequest(script, "al");
        await script.SendAsync(packet);
        await script.InteractiveAsync();
        await script.PasswordAsync("right");

        Assert.Equal(0, script.Transport.Pool.Outstanding);
        Assert.Equal(-1, packet.PayloadRoom.Span.IndexOf("password"u8));
    }

    private static InteractiveRequest OneQuestion => new(new PeerText(""), new PeerText(""), [new InteractivePrompt(new PeerText("?"), false)]);

    private static async Task<bool> TwoRounds(KeyboardInteractiveAttempt attempt, CancellationToken ct)
    {
        InteractivePrompt[] prompts = [new(new PeerText("Code: "), false), new(new PeerText("Colour:"), true)];
        IReadOnlyList<Password> answers = await attempt.Conversation.AskAsync(new InteractiveRequest(new PeerText("Login"), new PeerText("Who"), prompts), ct);
        if (!answers[0].FixedTimeEquals("42"u8)) return false;
        await attempt.Conversation.AskAsync(new InteractiveRequest(new PeerText(""), new PeerText("Thanks"), []), ct);
        return true;
    }

    private static async Task<string[]> HostBoundAsync(string hostKey, string signedHostKey)
    {
        ServerScript script = await ServerScript.StartedAsync(new(Policy));
        PublicKey key = TestKeys.A.PublicKey;
        var signed = new SignedRequestFields(script.Transport.SessionId.ToArray(), "al", "ssh-ed25519", key.Blob.ToArray())
        {
            Method = MethodName.HostBoundPublicKey,
            HostKey = Encoding.ASCII.GetBytes(signedHostKey),
        };
        var fields = new HostBoundPublicKeyFields
        {
            HasSignature = true,
            Algorithm = "ssh-ed25519"u8,
            PublicKey = key.Blob.Span,
            HostKey = Encoding.ASCII.GetBytes(hostKey),
            Signature = TestKeys.A.Sign("ssh-ed25519", signed.ToBytes()),
        };
        return await script.RequestAsync(MethodName.HostBoundPublicKey, Message.WriteRecord(ref fields));
    }

    // Written by hand, since our own writer does not write what our reader refuses.
    private static Packet RawRequest(ServerScript script, string user)
    {
        byte[] payload =
        [
            50, .. Keys.SampleKeys.Field(Encoding.UTF8.GetBytes(user)), .. Keys.SampleKeys.Field("ssh-connection"u8), .. Keys.SampleKeys.Field("password"u8),
            0, .. Keys.SampleKeys.Field("password"u8),
        ];
        return script.Transport.Packet(payload);
    }

    private sealed class ThrowingPolicy : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => throw new InvalidOperationException("broken");
    }

    private sealed class Closed : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) =>
            new(((PasswordAttempt)attempt).Password.FixedTimeEquals("right"u8) ? AuthenticationVerdict.RejectWith("Closed until noon.") : AuthenticationVerdict.Reject);
    }

    private sealed class Greeting : IBannerPolicy
    {
        public ValueTask<string?> BannerAsync(string userName, CancellationToken ct) => new("Hello");
    }
}
