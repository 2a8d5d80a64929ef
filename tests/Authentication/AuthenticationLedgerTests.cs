using Nacre.Protocol.Authentication;
using Nacre.Protocol.Authentication.Methods;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>The ledger of a login: the server's own, and that of a process that judges apart from the one which speaks with the client.</summary>
public sealed class AuthenticationLedgerTests
{
    private static readonly LoginPermissions RunsLs = LoginPermissions.Everything with { Command = "ls" };

    [Fact]
    public void Nobody_has_logged_in_before_all_of_a_chain_is_passed()
    {
        AuthenticationLedger ledger = Begun("publickey,password");
        Assert.Throws<InvalidOperationException>(() => ledger.User);
        Assert.Equal(AttemptResult.Partial, Enter(ledger, "publickey", AuthenticationVerdict.Accept, TestKeys.A.PublicKey));
        Assert.Throws<InvalidOperationException>(() => ledger.User);
        Assert.Equal(["password"], ledger.CanContinue);
        Assert.False(ledger.Allows("publickey"));
        Assert.Equal(AttemptResult.Accepted, Enter(ledger, "password", AuthenticationVerdict.Accept));
        Assert.Equal(("al", 2), (ledger.User.Name, ledger.User.Steps.Count));
    }

    [Fact]
    public void After_the_login_nothing_more_is_entered()
    {
        AuthenticationLedger ledger = Begun("any");
        Enter(ledger, "password", AuthenticationVerdict.Accept);
        Assert.Throws<InvalidOperationException>(() => Enter(ledger, "password", AuthenticationVerdict.Accept));
    }

    [Fact]
    public void The_limits_of_all_proofs_hold_together()
    {
        AuthenticationLedger ledger = Begun("publickey,password");
        Enter(ledger, "publickey", AuthenticationVerdict.AcceptWith(RunsLs));
        Enter(ledger, "password", AuthenticationVerdict.AcceptWith(LoginPermissions.Nothing));
        Assert.Equal(LoginPermissions.Nothing with { Command = "ls" }, ledger.User.Permissions);
    }

    [Fact]
    public void Proofs_that_force_different_commands_do_not_add_up()
    {
        AuthenticationLedger ledger = Begun("publickey,password");
        Enter(ledger, "publickey", AuthenticationVerdict.AcceptWith(RunsLs));
        Assert.Equal(AttemptResult.Rejected, Enter(ledger, "password", AuthenticationVerdict.AcceptWith(RunsLs with { Command = "date" })));
        Assert.Equal(AttemptResult.Accepted, Enter(ledger, "password", AuthenticationVerdict.AcceptWith(RunsLs)));
    }

    [Fact]
    public void None_is_free_as_the_first_request_only()
    {
        AuthenticationLedger ledger = Begun("any", maxTries: 1);
        Assert.Equal(AttemptResult.Rejected, Enter(ledger, "none", AuthenticationVerdict.Reject));
        Assert.False(ledger.IsSpent);
        Enter(ledger, "none", AuthenticationVerdict.Reject);
        Assert.True(ledger.IsSpent);
    }

    [Fact]
    public void Who_has_failed_too_often_may_not_even_ask_again()
    {
        AuthenticationLedger ledger = Begun("any", maxTries: 2);
        Enter(ledger, "password", AuthenticationVerdict.Reject);
        Enter(ledger, "password", AuthenticationVerdict.Reject);
        Assert.Equal(Violation.TooManyAuthenticationAttempts, Assert.Throws<SshViolationException>(ledger.CountRequest).Violation);
    }

    [Fact]
    public void A_client_may_send_so_many_messages_and_no_more()
    {
        AuthenticationLedger ledger = Begun("any");
        for (int i = 0; i < AuthenticationServerOptions.MostRequests; i++) ledger.CountMessage();
        Assert.Throws<SshViolationException>(ledger.CountMessage);
    }

    [Fact]
    public void A_new_password_is_due_from_the_expiry_to_the_next_password()
    {
        AuthenticationLedger ledger = Begun("any");
        Assert.Equal(AttemptResult.Postponed, Enter(ledger, "password", AuthenticationVerdict.RequirePasswordChange("new one")));
        Assert.True(ledger.IsPasswordChangeDue);
        Enter(ledger, "publickey", AuthenticationVerdict.Reject);
        Assert.True(ledger.IsPasswordChangeDue);
        Enter(ledger, "password", AuthenticationVerdict.Reject);
        Assert.False(ledger.IsPasswordChangeDue);
    }

    [Fact]
    public void Only_a_password_can_be_right_and_too_old()
    {
        AuthenticationLedger ledger = Begun("any");
        Assert.Equal(AttemptResult.Rejected, Enter(ledger, "keyboard-interactive", AuthenticationVerdict.RequirePasswordChange("new one")));
    }

    [Fact]
    public void A_user_is_named_once_and_by_the_rules_for_that_user()
    {
        var ledger = new AuthenticationLedger(Options("any"));
        ledger.Name("al", Options("publickey"));
        Assert.Equal(["publickey"], ledger.CanContinue);
        Assert.Throws<InvalidOperationException>(() => ledger.Name("bo", Options("any")));
    }

    [Fact]
    public void Rules_that_nobody_could_pass_let_nobody_try()
    {
        var ledger = new AuthenticationLedger(Options("any"));
        Assert.Throws<SshException>(() => ledger.Name("al", Options("hostbased")));
    }

    [Fact]
    public async Task A_judge_with_a_ledger_of_its_own_lets_in_whom_it_has_seen_sign()
    {
        var judge = new DistantJudge(Options("any"));
        ServerScript script = await judge.ScriptAsync();
        Assert.Equal(["SUCCESS", "[connection]"], await script.SignedAsync(TestKeys.A));
        Assert.Equal("al", judge.Ledger.User.Name);
        Assert.Equal(TestKeys.A.PublicKey, Assert.Single(judge.Ledger.User.Steps).Key);
    }

    [Fact]
    public async Task It_is_the_judge_that_verifies_the_signature()
    {
        var judge = new DistantJudge(Options("any"));
        ServerScript script = await judge.ScriptAsync();
        Assert.Equal(["FAILURE publickey,password"], await script.SignedAsync(TestKeys.A.PublicKey, TestKeys.B));
        Assert.Equal(["FAILURE publickey,password"], await script.SignedAsync(TestKeys.A.PublicKey, TestKeys.A, spoil: signed => signed.SessionId[0] ^= 1));
        Assert.Equal(2, judge.Asked);
        Assert.Throws<InvalidOperationException>(() => judge.Ledger.User);
    }

    [Fact]
    public async Task One_key_is_one_factor_for_the_judge_too()
    {
        var judge = new DistantJudge(Options("publickey,publickey"));
        ServerScript script = await judge.ScriptAsync("publickey,publickey");
        Assert.Equal(["FAILURE publickey partial"], await script.SignedAsync(TestKeys.A));
        Assert.Equal(["FAILURE publickey"], await script.SignedAsync(TestKeys.A));
        Assert.Throws<InvalidOperationException>(() => judge.Ledger.User);
        Assert.Equal(["SUCCESS", "[connection]"], await script.SignedAsync(TestKeys.B));
        Assert.Equal(2, judge.Ledger.User.Steps.Count);
    }

    private static AuthenticationServerOptions Options(string chains, int maxTries = 6) => new()
    {
        Authenticator = new KnownUser(),
        Methods = ["publickey", "password"],
        Chains = AuthenticationChains.Parse(chains),
        MaxTries = maxTries,
    };

    private static AuthenticationLedger Begun(string chains, int maxTries = 6)
    {
        AuthenticationServerOptions options = Options(chains, maxTries);
        var ledger = new AuthenticationLedger(options);
        ledger.Name("al", options);
        return ledger;
    }

    private static AttemptResult Enter(AuthenticationLedger ledger, string method, AuthenticationVerdict verdict, PublicKey? key = null)
    {
        ledger.CountRequest();
        return ledger.Enter(method, key, verdict);
    }

    /// <summary>Stands for another process: it knows the session and gets only the parts of each request.</summary>
    private sealed class DistantJudge(AuthenticationServerOptions options) : ISignedRequestJudge
    {
        private ReadOnlyMemory<byte> _sessionId;
        private ReadOnlyMemory<byte> _hostKey;

        public AuthenticationLedger Ledger { get; } = new(options);

        public int Asked { get; private set; }

        public async Task<ServerScript> ScriptAsync(string chains = "any")
        {
            ServerScript script = await ServerScript.StartedAsync(new(new KnownUser(), "publickey,password", chains, signedRequests: this));
            (_sessionId, _hostKey) = (script.Transport.SessionId.ToArray(), script.Transport.HostKey.ToArray());
            Ledger.Name("al", options);
            return script;
        }

        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationRequest request, PublicKey key, CancellationToken ct)
        {
            Asked++;
            using AuthenticationRequest again = AuthenticationRequest.Signed(Ledger.UserName!, request.Method, request.PublicKey, null);
            Ledger.CountRequest();
            var check = new PublicKeyCheck(_sessionId, _hostKey, Ledger.Options, Ledger.Steps);
            PublicKey? read = check.Read(again.PublicKey!);
            bool isRight = read is not null && Ledger.Allows("publickey") && check.IsSigned(again, again.PublicKey!, read, out _);
            AuthenticationVerdict verdict = isRight ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject;
            return ValueTask.FromResult(Ledger.Enter("publickey", read, verdict) == AttemptResult.Rejected ? AuthenticationVerdict.Reject : verdict);
        }
    }
}
