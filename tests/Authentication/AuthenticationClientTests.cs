using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

public sealed class AuthenticationClientTests
{
    private const string All = "publickey,password,keyboard-interactive";
    private static readonly string[] AskService = ["SERVICE_REQUEST ssh-userauth"];

    [Fact]
    public async Task A_key_that_is_ready_signs_in_the_flight_of_the_service_request()
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.A)));

        Assert.Equal([.. AskService, "al ssh-connection publickey signed ssh-ed25519 A"], script.Start());
        Assert.Equal(["[authentication]"], await script.AcceptAsync());
        Assert.Equal(["[connection]"], await script.SuccessAsync());
        Assert.Equal("publickey", (await script.Client.Completed).Method);
        Assert.NotNull(script.Transport.Entered);
    }

    [Fact]
    public async Task A_key_that_takes_a_passphrase_is_offered_first_and_opened_when_the_server_would_take_it()
    {
        var identity = new TestIdentity(TestKeys.A);
        var script = new ClientScript(With(identity));

        Assert.Equal([.. AskService, "al ssh-connection publickey query ssh-ed25519 A"], script.Start());
        await script.AcceptAsync();
        Assert.Equal([(MessageNumber)60], script.Transport.Permitted);
        Assert.Equal(0, identity.Opened);
        Assert.Equal(["al ssh-connection publickey signed ssh-ed25519 A"], await script.PkOkAsync(TestKeys.A.PublicKey));
        Assert.Equal(1, identity.Opened);
        Assert.Empty(script.Transport.Permitted);
    }

    [Theory]
    [InlineData(true, true, "publickey-hostbound-v00@openssh.com")]
    [InlineData(true, false, "publickey")]
    [InlineData(false, true, "publickey")]
    public async Task A_signature_covers_the_host_key_where_both_sides_want_that(bool isWanted, bool isTaken, string method)
    {
        var script = new ClientScript(new AuthenticationClientOptions { UserName = "al", Identities = [new TestIdentity(TestKeys.A)], BindsToHost = isWanted });
        script.Transport.PeerBindsToHost = isTaken;
        script.Start();
        await script.AcceptAsync();
        Assert.Equal([$"al ssh-connection {method} signed ssh-ed25519 A"], await script.PkOkAsync(TestKeys.A.PublicKey));

        UserauthRequest request = Message.Read<UserauthRequest>(script.Transport.Payloads[^1]);
        if (method == "publickey") return;
        HostBoundPublicKeyFields fields = Message.ReadRecord<HostBoundPublicKeyFields>(request.MethodFields);
        Assert.Equal(script.Transport.HostKey.ToArray(), fields.HostKey.ToArray());
        var signed = new SignedRequest
        {
            SessionId = script.Transport.SessionId.Span,
            UserName = "al"u8,
            ServiceName = "ssh-connection"u8,
            Method = "publickey-hostbound-v00@openssh.com"u8,
            Algorithm = "ssh-ed25519"u8,
            PublicKey = TestKeys.A.PublicKey.Blob.Span,
            HostKey = fields.HostKey,
        };
        Assert.True(TestKeys.A.PublicKey.Verify("ssh-ed25519", Message.WriteRecord(ref signed), fields.Signature));
    }

    [Fact]
    public void Without_a_key_none_asks_for_the_methods_at_once() =>
        Assert.Equal([.. AskService, "al ssh-connection none"], new ClientScript(With()).Start());

    [Fact]
    public void A_method_preferred_before_publickey_keeps_the_keys_back()
    {
        AuthenticationClientOptions options = new()
        {
            UserName = "al",
            Identities = [TestIdentity.Ready(TestKeys.A)],
            Passwords = new ListedPasswords("x"),
            PreferredMethods = ["password", "publickey"],
        };

        Assert.Equal([.. AskService, "al ssh-connection none"], new ClientScript(options).Start());
    }

    [Theory]
    [InlineData("rsa-sha2-256,ssh-ed25519", "rsa-sha2-256")]
    [InlineData("ssh-ed25519,rsa-sha2-256,rsa-sha2-512", "rsa-sha2-512")]
    public async Task An_RSA_key_waits_for_server_sig_algs_and_signs_by_them_P8332(string serverAlgorithms, string chosen)
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.Rsa)));

        Assert.Equal(AskService, script.Start());
        script.Transport.ServerSignatureAlgorithms = serverAlgorithms.Split(',');
        Assert.Equal(["[authentication]", $"al ssh-connection publickey signed {chosen} RSA"], await script.AcceptAsync());
    }

    [Fact]
    public async Task An_RSA_key_never_signs_with_SHA1_unless_that_is_enabled_P8332()
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.Rsa)), serverAlgorithms: ["ssh-rsa"]);
        Assert.Equal([.. AskService, "al ssh-connection none"], script.Start());
        await script.AcceptAsync();
        await script.FailureAsync(All);
        await script.FailsAsync();

        var legacy = new ClientScript(new() { UserName = "al", Identities = [TestIdentity.Ready(TestKeys.Rsa)], SignatureAlgorithms = ["ssh-rsa"] });
        legacy.Start();
        Assert.Equal(["[authentication]", "al ssh-connection publickey signed ssh-rsa RSA"], await legacy.AcceptAsync());
    }

    [Fact]
    public async Task A_small_RSA_key_is_not_offered()
    {
        using PrivateKey small = PrivateKey.GenerateRsa(1024);
        var script = new ClientScript(With(TestIdentity.Ready(small)), serverAlgorithms: ["rsa-sha2-512"]);

        Assert.Equal([.. AskService, "al ssh-connection none"], script.Start());
        await script.AcceptAsync();
        await script.FailureAsync(All);
        Assert.Empty((await script.FailsAsync()).Tried);
    }

    [Fact]
    public async Task The_signature_covers_the_session_and_the_request()
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.A)));
        script.Start();
        await script.AcceptAsync();

        byte[] payload = script.Transport.Payloads[1];
        byte[] signature = Signature(payload);
        byte[] session = script.Transport.SessionId.ToArray();
        byte[] signed = [.. Keys.SampleKeys.Field(session), .. payload[..^(4 + signature.Length)]];
        Assert.True(TestKeys.A.PublicKey.Verify("ssh-ed25519", signed, signature));
    }

    [Fact]
    public async Task Each_identity_is_tried_once_and_a_key_that_is_there_twice_as_well()
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.A), new TestIdentity(TestKeys.B), TestIdentity.Ready(TestKeys.A), TestIdentity.Ready(TestKeys.C)));

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection publickey query ssh-ed25519 B"], await script.FailureAsync("publickey"));
        Assert.Equal(["al ssh-connection publickey signed ecdsa-sha2-nistp256 C"], await script.FailureAsync("publickey"));
        Assert.Equal(["[disconnect NoMoreAuthMethodsAvailable: No more authentication methods to try.]"], await script.FailureAsync("publickey"));

        AuthenticationFailedException failed = await script.FailsAsync();
        Assert.Equal("Permission denied (publickey).", failed.Message);
        Assert.Equal(["publickey A", "publickey B", "publickey C"], failed.Tried);
        Assert.Equal(["publickey"], failed.MethodsThatCanContinue);
    }

    [Fact]
    public async Task A_key_that_cannot_be_opened_gives_way_to_the_next_one()
    {
        var warnings = new List<string>();
        AuthenticationClientOptions options = new()
        {
            UserName = "al",
            Identities =
            [
                new TestIdentity(TestKeys.A) { Opens = false },
                new TestIdentity(TestKeys.B) { Fault = new SshException("Load key \"B\": bad permissions") },
                new TestIdentity(TestKeys.Rsa) { IsPublicKnown = false, Opens = false },
                new TestIdentity(TestKeys.C) { IsPublicKnown = false },
            ],
            Warn = warnings.Add,
        };
        var script = new ClientScript(options);

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection publickey query ssh-ed25519 B"], await script.PkOkAsync(TestKeys.A.PublicKey));
        Assert.Equal(["al ssh-connection publickey signed ecdsa-sha2-nistp256 C"], await script.PkOkAsync(TestKeys.B.PublicKey));
        Assert.Equal(["Load key \"B\": bad permissions"], warnings);
    }

    [Fact]
    public async Task A_private_key_that_is_not_the_half_of_the_offered_one_does_not_sign_A05()
    {
        var warnings = new List<string>();
        var identity = new TestIdentity(TestKeys.A) { Signer = TestKeys.B };
        var script = new ClientScript(new() { UserName = "al", Identities = [identity], Warn = warnings.Add });

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection none"], await script.PkOkAsync(TestKeys.A.PublicKey));
        Assert.Contains("do not match public", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signer_that_takes_its_time_is_awaited_before_the_servers_first_packet()
    {
        var signer = new SlowSigner(TestKeys.A);
        var script = new ClientScript(With(new SignerIdentity(signer, "A")));

        Assert.Equal(AskService, script.Start());
        Task<string[]> accepted = script.AcceptAsync();
        Assert.False(accepted.IsCompleted);
        signer.Release();
        Assert.Equal(["al ssh-connection publickey signed ssh-ed25519 A", "[authentication]"], await accepted);
    }

    [Fact]
    public async Task A_key_that_was_not_offered_is_not_signed_for()
    {
        var script = new ClientScript(With(new TestIdentity(TestKeys.A), new TestIdentity(TestKeys.B)));
        script.Start();
        await script.AcceptAsync();

        Assert.Equal(Violation.UnexpectedReply, await ClientScript.BreaksAsync(() => script.PkOkAsync(TestKeys.B.PublicKey)));
    }

    [Fact]
    public async Task The_key_that_was_offered_is_signed_for_even_if_the_server_names_its_type_where_the_algorithm_belongs()
    {
        var script = new ClientScript(With(new TestIdentity(TestKeys.Rsa)), serverAlgorithms: ["rsa-sha2-256"]);
        script.Start();
        await script.AcceptAsync();

        Assert.Equal(["al ssh-connection publickey signed rsa-sha2-256 RSA"], await script.PkOkAsync(TestKeys.Rsa.PublicKey, "ssh-rsa"));
    }

    [Fact]
    public async Task After_the_keys_come_the_prompter_and_the_password_as_the_server_allows()
    {
        AuthenticationClientOptions options = Everything(new ListedPasswords("one", "two"), new ParrotPrompter("yes"));
        var script = new ClientScript(options);

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection keyboard-interactive"], await script.FailureAsync("publickey,password,keyboard-interactive"));
        Assert.Equal(["al ssh-connection password one"], await script.FailureAsync("publickey,password"));
        Assert.Equal(["[connection]"], await script.SuccessAsync());
    }

    [Fact]
    public async Task The_preferred_order_decides_and_methods_that_it_does_not_name_are_not_used()
    {
        AuthenticationClientOptions options = new()
        {
            UserName = "al",
            Passwords = new ListedPasswords("one"),
            Prompter = new ParrotPrompter("yes"),
            PreferredMethods = ["password", "hostbased"],
        };
        var script = new ClientScript(options);

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection password one"], await script.FailureAsync(All));
        await script.FailureAsync(All);
        Assert.Equal("Permission denied (publickey,password,keyboard-interactive).", (await script.FailsAsync()).Message);
    }

    [Fact]
    public async Task Passwords_are_asked_for_as_often_as_NumberOfPasswordPrompts_says_and_erased()
    {
        var passwords = new ListedPasswords("1", "2", "3", "4");
        var script = new ClientScript(new() { UserName = "al", Passwords = passwords, PasswordPrompts = 3 });

        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("password");
        await script.FailureAsync("password");
        Assert.Equal(["al ssh-connection password 3"], await script.FailureAsync("password"));
        Assert.Equal(["[disconnect NoMoreAuthMethodsAvailable: No more authentication methods to try.]"], await script.FailureAsync("password"));
        Assert.Equal([1, 2, 3], passwords.Attempts);
        Assert.All(passwords.Given, password => Assert.Throws<ObjectDisposedException>(() => password.Utf8.Length));
    }

    [Fact]
    public async Task An_expired_password_is_changed()
    {
        var passwords = new ListedPasswords("old") { Change = ("old", "new") };
        var script = new ClientScript(new() { UserName = "al", Passwords = passwords });

        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("password");
        Assert.Equal([(MessageNumber)60], script.Transport.Permitted);
        Assert.Equal(["al ssh-connection password old -> new"], await script.ChangeRequestAsync("Your password \x1b[2J expired"));
        Assert.Equal(@"Your password \033[2J expired", passwords.ChangePrompt);
        Assert.Equal(["[connection]"], await script.SuccessAsync());
    }

    [Fact]
    public async Task A_person_who_will_not_change_the_password_ends_the_method()
    {
        var script = new ClientScript(new() { UserName = "al", Passwords = new ListedPasswords("old", "never asked for") });

        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("password");
        await script.ChangeRequestAsync("expired");
        Assert.Equal(["password"], (await script.FailsAsync()).Tried);
    }

    [Fact]
    public async Task Questions_are_answered_with_one_answer_each_and_none_is_valid()
    {
        var prompter = new ParrotPrompter("blue");
        var script = new ClientScript(new() { UserName = "al", Prompter = prompter });

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection keyboard-interactive"], await script.FailureAsync("keyboard-interactive"));
        Assert.Equal(["INFO_RESPONSE 2"], await script.InfoRequestAsync("Title\a", "Do\nthis", null, "Colour: ", "Again: "));
        Assert.Equal(["INFO_RESPONSE 0"], await script.InfoRequestAsync("", "Thanks"));
        Assert.Equal(["[connection]"], await script.SuccessAsync());

        Assert.Equal(@"Title\007", prompter.Requests[0].Name.ToString());
        Assert.Equal("Do\nthis", prompter.Requests[0].Instruction.Lines);
        Assert.Equal(["Colour: ", "Again: "], prompter.Requests[0].Prompts.Select(prompt => prompt.Text.ToString()));
        Assert.Empty(prompter.Requests[1].Prompts);
    }

    [Fact]
    public async Task A_server_that_refuses_without_a_question_is_not_asked_again()
    {
        var script = new ClientScript(new() { UserName = "al", Prompter = new ParrotPrompter("x") });

        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("keyboard-interactive");
        await script.FailureAsync("keyboard-interactive");
        Assert.Equal(["keyboard-interactive"], (await script.FailsAsync()).Tried);
    }

    [Fact]
    public async Task A_person_who_does_not_answer_ends_the_method()
    {
        var script = new ClientScript(Everything(new ListedPasswords("pw"), new ParrotPrompter(null)));

        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("keyboard-interactive,password");
        Assert.Equal(["al ssh-connection password pw"], await script.InfoRequestAsync("", "", null, "Token: "));
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, Violation.FieldTooLong)]
    [InlineData(uint.MaxValue, Violation.FieldTooLong)]
    public async Task The_number_of_prompts_is_bounded_before_anything_is_made_for_them_A61(uint count, Violation? violation)
    {
        var prompter = new ParrotPrompter("x");
        var script = new ClientScript(new() { UserName = "al", Prompter = prompter });
        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("keyboard-interactive");

        string[] prompts = [.. Enumerable.Repeat("?", 100)];
        if (violation is null) Assert.Equal(["INFO_RESPONSE 100"], await script.InfoRequestAsync("", "", count, prompts));
        else Assert.Equal(violation, await ClientScript.BreaksAsync(() => script.InfoRequestAsync("", "", count, prompts)));
        Assert.Equal(violation is null ? 1 : 0, prompter.Requests.Count);
    }

    [Theory]
    [InlineData(1u, 0, Violation.MessageTruncated)]
    [InlineData(1u, 2, Violation.TrailingBytes)]
    public async Task A_number_of_prompts_that_is_not_theirs_is_a_violation(uint count, int prompts, Violation violation)
    {
        var script = new ClientScript(new() { UserName = "al", Prompter = new ParrotPrompter("x") });
        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("keyboard-interactive");

        string[] texts = [.. Enumerable.Repeat("?", prompts)];
        Assert.Equal(violation, await ClientScript.BreaksAsync(() => script.InfoRequestAsync("", "", count, texts)));
    }

    [Fact]
    public async Task A_prompter_that_answers_too_much_is_our_own_fault()
    {
        var script = new ClientScript(new() { UserName = "al", Prompter = new ParrotPrompter("x", count: 2) });
        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("keyboard-interactive");

        await Assert.ThrowsAsync<InvalidOperationException>(() => script.InfoRequestAsync("", "", null, "?"));
    }

    [Fact]
    public async Task After_partial_success_the_other_keys_may_serve_as_the_next_factor()
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.A), TestIdentity.Ready(TestKeys.B), TestIdentity.Ready(TestKeys.C)));

        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection publickey signed ssh-ed25519 B"], await script.FailureAsync("publickey"));
        Assert.Equal(["al ssh-connection publickey signed ecdsa-sha2-nistp256 C"], await script.FailureAsync("publickey", isPartial: true));
        Assert.Equal(["al ssh-connection publickey signed ssh-ed25519 A"], await script.FailureAsync("publickey"));
        await script.SuccessAsync();
        AuthenticationOutcome outcome = await script.Client.Completed;
        Assert.Equal(["publickey"], outcome.PartialMethods);
    }

    [Fact]
    public async Task Banners_go_to_the_viewer_with_their_control_characters_escaped()
    {
        var viewer = new ListingViewer();
        var script = new ClientScript(new() { UserName = "al", Banners = viewer });
        script.Start();
        await script.AcceptAsync();

        Assert.Empty(await script.BannerAsync("Welcome\n\x1b]0;owned\a"));
        Assert.Equal(["Welcome\n\\033]0;owned\\007"], viewer.Shown);
    }

    [Fact]
    public async Task A_server_that_only_talks_is_left_P4252_9()
    {
        var script = new ClientScript(With());
        script.Start();
        await script.AcceptAsync();
        for (int i = 0; i < AuthenticationClient.MaxServerMessages; i++) await script.BannerAsync("more");

        Assert.Equal(Violation.TooMuchPending, await ClientScript.BreaksAsync(() => script.BannerAsync("more")));
    }

    [Fact]
    public async Task A_client_sends_a_bounded_number_of_requests_P4252_9()
    {
        var keys = new List<IIdentity>();
        for (int i = 0; i < 70; i++) keys.Add(TestIdentity.Ready(PrivateKey.GenerateEd25519()));
        var script = new ClientScript(With([.. keys]));
        script.Start();
        await script.AcceptAsync();
        int failures = 0;
        while (!script.Client.Completed.IsCompleted)
        {
            await script.FailureAsync("publickey");
            failures++;
        }

        Assert.Equal(64, failures);
    }

    [Fact]
    public async Task A_login_without_any_proof_is_refused_where_the_client_says_so_A13()
    {
        var script = new ClientScript(new() { UserName = "al", RefusesTrivialLogin = true });
        script.Start();
        await script.AcceptAsync();
        Assert.Single(await script.SuccessAsync(), line => line.StartsWith("[disconnect ByApplication", StringComparison.Ordinal));
        await script.FailsAsync();
        Assert.Null(script.Transport.Entered);
    }

    [Fact]
    public async Task Questions_without_prompts_prove_nothing_nor_does_a_partial_success_of_none_A13()
    {
        var script = new ClientScript(new() { UserName = "al", Prompter = new ParrotPrompter("x"), RefusesTrivialLogin = true });
        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync("keyboard-interactive", isPartial: true);
        await script.InfoRequestAsync("", "Come in");
        await script.SuccessAsync();
        await script.FailsAsync();
    }

    [Fact]
    public async Task An_offered_key_alone_proves_nothing_A13()
    {
        var script = new ClientScript(new() { UserName = "al", Identities = [new TestIdentity(TestKeys.A)], RefusesTrivialLogin = true });
        script.Start();
        await script.AcceptAsync();
        await script.SuccessAsync();
        await script.FailsAsync();
    }

    [Fact]
    public async Task A_signature_a_password_and_an_answer_prove_something_A13()
    {
        var signed = new ClientScript(new() { UserName = "al", Identities = [TestIdentity.Ready(TestKeys.A)], RefusesTrivialLogin = true });
        signed.Start();
        await signed.AcceptAsync();
        Assert.Equal(["[connection]"], await signed.SuccessAsync());

        var answered = new ClientScript(new() { UserName = "al", Prompter = new ParrotPrompter("x"), RefusesTrivialLogin = true });
        answered.Start();
        await answered.AcceptAsync();
        await answered.FailureAsync("keyboard-interactive");
        await answered.InfoRequestAsync("", "", null, "?");
        Assert.Equal(["[connection]"], await answered.SuccessAsync());
    }

    [Theory]
    [InlineData(50)]
    [InlineData(61)]
    [InlineData(6)]
    [InlineData(90)]
    public async Task A_server_may_not_send_what_is_not_a_servers_to_send_A02(byte number)
    {
        var script = new ClientScript(With());
        script.Start();
        await script.AcceptAsync();

        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(() => script.SendAsync(script.Transport.Packet([number]))));
        Assert.False(script.Client.Completed.IsCompleted);
    }

    [Fact]
    public async Task Success_before_the_service_is_accepted_is_a_violation_A03()
    {
        var script = new ClientScript(With(TestIdentity.Ready(TestKeys.A)));
        script.Start();

        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(script.SuccessAsync));
        Assert.Null(script.Transport.Entered);
    }

    [Fact]
    public async Task A_message_60_that_answers_nothing_is_a_violation()
    {
        var script = new ClientScript(With());
        script.Start();
        await script.AcceptAsync();

        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(() => script.PkOkAsync(TestKeys.A.PublicKey)));
    }

    [Fact]
    public async Task Another_service_than_the_one_asked_for_is_a_violation()
    {
        var script = new ClientScript(With());
        script.Start();
        var accept = new ServiceAccept { ServiceName = "ssh-connection"u8 };
        Packet packet = script.Transport.Packet(ref accept);

        Assert.Equal(Violation.FieldMalformed, await ClientScript.BreaksAsync(() => script.SendAsync(packet)));
    }

    [Fact]
    public async Task A_connection_that_ends_ends_the_login_with_its_reason()
    {
        var script = new ClientScript(With());
        script.Start();
        script.Client.OnClosed(new SshException("gone"));

        Assert.Equal("gone", (await Assert.ThrowsAsync<SshException>(() => script.Client.Completed)).Message);
    }

    [Fact]
    public async Task Every_packet_goes_back_to_the_pool()
    {
        var script = new ClientScript(Everything(new ListedPasswords("pw"), new ParrotPrompter("x")));
        script.Start();
        await script.AcceptAsync();
        await script.BannerAsync("hi");
        await script.FailureAsync(All);
        await script.InfoRequestAsync("", "", null, "?");
        await ClientScript.BreaksAsync(() => script.SendAsync(script.Transport.Packet([(byte)MessageNumber.UserauthFailure])));

        Assert.Equal(0, script.Transport.Pool.Outstanding);
    }

    private static AuthenticationClientOptions With(params IReadOnlyList<IIdentity> identities) => new() { UserName = "al", Identities = identities };

    private static AuthenticationClientOptions Everything(IPasswordSource passwords, IInteractivePrompter prompter) =>
        new() { UserName = "al", Passwords = passwords, Prompter = prompter };

    private static byte[] Signature(byte[] payload) =>
        Message.ReadRecord<PublicKeyFields>(Message.Read<UserauthRequest>(payload).MethodFields).Signature.ToArray();

    private sealed class ListingViewer : IBannerViewer
    {
        public List<string> Shown { get; } = [];

        public ValueTask ShowAsync(PeerText banner, CancellationToken ct)
        {
            Shown.Add(banner.Lines);
            return default;
        }
    }

    private sealed class SlowSigner(PrivateKey key) : ISigner
    {
        private readonly TaskCompletionSource _released = new();

        public PublicKey PublicKey => key.PublicKey;

        public void Release() => _released.SetResult();

        public async ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
        {
            await _released.Task;
            return key.Sign(algorithm, data.Span);
        }
    }
}
