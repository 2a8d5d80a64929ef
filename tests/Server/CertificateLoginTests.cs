using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Server;
using Nacre.Tests.Authentication;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Server;

/// <summary>Which certificates let a user in, by what the server or the user trusts, and with which limits .</summary>
public sealed class CertificateLoginTests
{
    private static readonly string[] AllExtensions = ["permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"];

    private static PrivateKey Authority => TestKeys.B;

    [Fact]
    public async Task A_trusted_authority_lets_in_the_users_that_it_names()
    {
        Assert.Equal("", await ByTrustAsync(Draft()));
        Assert.Null(await ByTrustAsync(Draft(), user: "bo"));
        Assert.Null(await ByTrustAsync(Draft(), authority: TestKeys.C));
        Assert.Null(await JudgeAsync(new(new AuthorizedKeysTests.Files()), Draft().Issue(Authority)));
    }

    [Fact]
    public async Task Extensions_give_each_right_by_itself()
    {
        Assert.Equal("terminal ports agent x11 rc", await ByTrustAsync(Draft(AllExtensions)));
        Assert.Equal("terminal", await ByTrustAsync(Draft("permit-pty")));
        Assert.Equal("agent rc", await ByTrustAsync(Draft("permit-agent-forwarding", "permit-user-rc", "unheard-of@example.com")));
        CertificateDraft withData = Draft();
        withData.Extensions = CertificateDraft.Pack("permit-pty", "x");
        Assert.Null(await ByTrustAsync(withData));
    }

    [Fact]
    public async Task A_forced_command_is_kept()
    {
        CertificateDraft draft = Draft("permit-pty");
        draft.CriticalOptions = CertificateDraft.Option("force-command", "run this");
        Assert.Equal("terminal: run this", await ByTrustAsync(draft));
        draft.CriticalOptions = [.. draft.CriticalOptions, .. draft.CriticalOptions];
        Assert.Null(await ByTrustAsync(draft));
        draft.CriticalOptions = CertificateDraft.Pack("force-command", "not a string in a string");
        Assert.Null(await ByTrustAsync(draft));
        draft.CriticalOptions = [.. CertificateDraft.Pack("force-command"), .. SampleKeys.Field([.. CertificateDraft.Pack("a"), 0])];
        Assert.Null(await ByTrustAsync(draft));
        draft.CriticalOptions = CertificateDraft.Option("force-command", "a\0b");
        Assert.Null(await ByTrustAsync(draft));
    }

    [Theory]
    [InlineData("verify-required")]
    [InlineData("unheard-of@example.com")]
    [InlineData("")]
    [InlineData("Force-Command")]
    public async Task An_unknown_critical_option_lets_nobody_in(string name)
    {
        CertificateDraft draft = Draft();
        draft.CriticalOptions = CertificateDraft.Option(name, "");
        Assert.Null(await ByTrustAsync(draft));
    }

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("192.0.2.1,10.1.2.3", true)]
    [InlineData("10.1.2.3/32,::1/128", true)]
    [InlineData("10.1.2.4", false)]
    [InlineData("192.0.2.0/24", false)]
    [InlineData("10.*", false)]
    [InlineData("!192.0.2.1,10.0.0.0/8", false)]
    [InlineData("10.0.0.0/8,nonsense", false)]
    [InlineData("10.1.2.3/8", false)]
    [InlineData("", false)]
    public async Task A_source_address_is_one_of_networks_and_addresses(string networks, bool isLetIn)
    {
        CertificateDraft draft = Draft();
        draft.CriticalOptions = CertificateDraft.Option("source-address", networks);
        Assert.Equal(isLetIn ? "" : null, await ByTrustAsync(draft));
    }

    [Fact]
    public async Task A_source_address_is_not_met_where_nobody_knows_the_clients()
    {
        CertificateDraft draft = Draft();
        draft.CriticalOptions = CertificateDraft.Option("source-address", "0.0.0.0/0,::/0");
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [Authority.PublicKey] };
        Assert.Null(await JudgeAsync(policy, draft.Issue(Authority)));
    }

    [Fact]
    public async Task Time_kind_and_an_empty_list_count_for_users()
    {
        CertificateDraft draft = Draft();
        draft.ValidBefore = 1_000_000_000;
        Assert.Null(await ByTrustAsync(draft));
        draft = Draft();
        draft.Kind = (uint)CertificateKind.Host;
        Assert.Null(await ByTrustAsync(draft));
        draft = Draft();
        draft.Principals = [];
        Assert.Null(await ByTrustAsync(draft));
        Assert.Null(await ByLineAsync("cert-authority", draft));
    }

    [Theory]
    [InlineData("al", "")]
    [InlineData("# comment\n\n  al  \n", "")]
    [InlineData("other\nal # me\n", "")]
    [InlineData("command=\"run this\" al", ": run this")]
    [InlineData("command=\"run this\",no-pty\t al\nal", ": run this")]
    [InlineData("", null)]
    [InlineData("bo", null)]
    [InlineData("AL", null)]
    [InlineData("*", null)]
    [InlineData("al,bo", null)]
    [InlineData("blah al", null)]
    [InlineData("blah al\nal", "")]
    [InlineData("cert-authority al", null)]
    [InlineData("principals=\"al\" al", null)]
    [InlineData("permitopen=\"h:1\" al", "")]
    [InlineData("permitopen=\"h\" al", null)]
    [InlineData("from=\"192.0.2.0/24\" al\nal", null)]
    [InlineData("from=\"192.0.2.0/24\" al", null)]
    [InlineData("from=\"10.0.0.0/8\" al", "")]
    public async Task A_file_of_principals_decides_in_place_of_the_users_name(string contents, string? permitted)
    {
        Assert.Equal(permitted, await ByPrincipalsAsync(contents, "al"));
        Assert.Equal(permitted, await ByPrincipalsAsync(contents, "somebody"));
    }

    [Fact]
    public async Task A_file_of_principals_that_is_not_there_lets_nobody_in()
    {
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [Authority.PublicKey], Principals = Lists() };
        Assert.Null(await JudgeAsync(policy, Draft().Issue(Authority)));
    }

    [Theory]
    [InlineData("cert-authority", "al", "")]
    [InlineData("cert-authority", "bo", null)]
    [InlineData("cert-authority,principals=\"al\"", "somebody", "")]
    [InlineData("principals=\"x,al,y\",cert-authority", "somebody", "")]
    [InlineData("cert-authority,principals=\"bo\"", "al", null)]
    [InlineData("cert-authority,principals=\"\"", "al", null)]
    [InlineData("cert-authority,principals=\"a*\"", "al", null)]
    [InlineData("cert-authority,command=\"run this\"", "al", ": run this")]
    [InlineData("cert-authority,permitopen=\"h:1\"", "al", "")]
    [InlineData("cert-authority,permitopen=\"h\"", "al", null)]
    [InlineData("cert-authority,expiry-time=\"20200101\"", "al", null)]
    [InlineData("principals=\"al\"", "al", null)]
    [InlineData("", "al", null)]
    public async Task An_authority_of_the_users_own_lets_in_by_its_line(string options, string user, string? permitted) =>
        Assert.Equal(permitted, await ByLineAsync(options, Draft(), user));

    [Fact]
    public async Task A_principal_with_a_comma_is_none_of_a_list_CVE_2026_35414()
    {
        CertificateDraft draft = Draft();
        draft.Principals = CertificateDraft.Pack("root,al");
        Assert.Null(await ByLineAsync("cert-authority,principals=\"al\"", draft));
        Assert.Null(await ByLineAsync("cert-authority,principals=\"root,al\"", draft));
    }

    [Theory]
    [InlineData("run this", "run this", ": run this")]
    [InlineData("run this", "run that", null)]
    public async Task Two_forced_commands_must_be_the_same(string ofLine, string ofCertificate, string? permitted)
    {
        CertificateDraft draft = Draft();
        draft.CriticalOptions = CertificateDraft.Option("force-command", ofCertificate);
        Assert.Equal(permitted, await ByLineAsync($"cert-authority,command=\"{ofLine}\"", draft));
    }

    [Fact]
    public async Task An_authority_lets_in_certificates_only_and_a_key_lets_in_itself_only()
    {
        Assert.Null(await ByLineAsync("cert-authority", Authority.PublicKey));
        Assert.Null(await ByLineAsync("", Draft().Issue(Authority)));
        var trusting = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [Authority.PublicKey] };
        Assert.Null(await JudgeAsync(trusting, Authority.PublicKey));
        Assert.Null(await JudgeAsync(new(new AuthorizedKeysTests.Files($"{TestKeys.A.PublicKey}")), Draft().Issue(Authority)));
    }

    [Fact]
    public async Task Another_line_of_the_same_authority_may_still_let_in()
    {
        string lines = $"cert-authority,principals=\"bo\" {Authority.PublicKey}\ncert-authority,principals=\"al\",command=\"second\" {Authority.PublicKey}";
        Assert.Equal(": second", await JudgeAsync(new(new AuthorizedKeysTests.Files(lines)), Draft().Issue(Authority)));
    }

    [Fact]
    public async Task A_list_of_principals_is_asked_for_only_when_those_before_have_no_name()
    {
        Certificate certificate = Draft().Issue(Authority);
        Task<string?> ByAsync(params string[] lists) =>
            JudgeAsync(new(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [Authority.PublicKey], Principals = Lists(lists) }, certificate);
        Assert.Equal(": first", await ByAsync("command=\"first\" al", "al"));
        Assert.Equal("", await ByAsync("bo", "al"));
        Assert.Null(await ByAsync("expiry-time=\"20200101\" al", "al"));
    }

    [Fact]
    public async Task The_files_decide_before_the_servers_authorities_and_those_before_the_command()
    {
        Certificate certificate = Draft().Issue(Authority);
        string line = $"cert-authority,command=\"file\" {Authority.PublicKey}";
        string asked = $"cert-authority,command=\"asked\" {Authority.PublicKey}";
        Task<string?> ByAsync(bool hasFile, bool isTrusted) =>
            JudgeAsync(new(hasFile ? new AuthorizedKeysTests.Files(line) : new AuthorizedKeysTests.Files())
            {
                TrustedAuthorities = isTrusted ? [Authority.PublicKey] : [],
                Command = (key, _) => ValueTask.FromResult<AuthorizedKeysFile?>(key.Equals(certificate) ? new("command", Encoding.UTF8.GetBytes(asked)) : null),
            }, certificate);
        Assert.Equal(": file", await ByAsync(true, true));
        Assert.Equal("", await ByAsync(false, true));
        Assert.Equal(": asked", await ByAsync(false, false));
    }

    [Fact]
    public async Task What_is_revoked_lets_nobody_in_CVE_2026_42508()
    {
        foreach (PublicKey revoked in (PublicKey[])[Authority.PublicKey, TestKeys.A.PublicKey])
        {
            var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files($"{TestKeys.A.PublicKey}\ncert-authority {Authority.PublicKey}"))
            {
                TrustedAuthorities = [Authority.PublicKey],
                Revoked = KeyRevocationList.Parse(Encoding.ASCII.GetBytes(revoked.ToString())),
            };
            Assert.Null(await JudgeAsync(policy, Draft().Issue(Authority)));
            Assert.Equal(revoked.Equals(TestKeys.A.PublicKey), await JudgeAsync(policy, TestKeys.A.PublicKey) is null);
        }
    }

    [Fact]
    public async Task The_log_says_who_was_let_in_by_what_and_who_not_and_why()
    {
        var log = new List<string>();
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [Authority.PublicKey], Log = (note, line) => log.Add($"{note}: {line}") };
        CertificateDraft draft = Draft();
        draft.Serial = 9;
        draft.KeyId = "al's\n"u8.ToArray();
        await JudgeAsync(policy, draft.Issue(Authority));
        draft.ValidBefore = 1;
        await JudgeAsync(policy, draft.Issue(Authority));
        Assert.Equal(
            [
                $"Verbose: Accepted certificate ID \"al's\\012\" (serial 9) signed by ED25519 CA {Authority.PublicKey.Fingerprint} via TrustedUserCAKeys",
                $"Error: Refusing certificate ID \"al's\\012\" serial=9 signed by ED25519 CA {Authority.PublicKey.Fingerprint}: Certificate invalid: expired",
            ],
            log);
    }

    private static CertificateDraft Draft(params string[] extensions) => new(TestKeys.A.PublicKey) { Extensions = CertificateDraft.Pack(extensions.SelectMany(name => new[] { name, "" })) };

    private static Task<string?> ByTrustAsync(CertificateDraft draft, string user = "al", PrivateKey? authority = null)
    {
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [Authority.PublicKey], Origin = new FromTen() };
        return JudgeAsync(policy, draft.Issue(authority ?? Authority), user);
    }

    private static Task<string?> ByPrincipalsAsync(string contents, string user)
    {
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files())
        {
            TrustedAuthorities = [Authority.PublicKey],
            Principals = Lists(contents),
            Origin = new FromTen(),
        };
        return JudgeAsync(policy, Draft().Issue(Authority), user);
    }

    private static Func<Certificate, CancellationToken, IAsyncEnumerable<AuthorizedKeysFile>> Lists(params string[] contents) => (_, _) =>
        contents.Select((each, i) => new AuthorizedKeysFile($"list{i}", Encoding.UTF8.GetBytes(each))).ToAsyncEnumerable();

    private static Task<string?> ByLineAsync(string options, CertificateDraft draft, string user = "al") => ByLineAsync(options, draft.Issue(Authority), user);

    private static Task<string?> ByLineAsync(string options, PublicKey key, string user = "al") =>
        JudgeAsync(new(new AuthorizedKeysTests.Files($"{options} {Authority.PublicKey}")) { Origin = new FromTen() }, key, user);

    /// <summary>What is permitted; null where nobody is let in.</summary>
    private static async Task<string?> JudgeAsync(AuthorizedKeysAuthenticator policy, PublicKey key, string user = "al")
    {
        var attempt = new PublicKeyAttempt(user, key, key.SignatureAlgorithms[0], isVerified: true);
        return AuthorizedKeysTests.Show((await policy.JudgeAsync(attempt, TestContext.Current.CancellationToken)).Permissions);
    }

    /// <summary>A client at 10.1.2.3.</summary>
    private sealed class FromTen : IClientOrigin
    {
        public string Host => Address;

        public string Address => "10.1.2.3";

        public bool IsIn(string networks) => Nacre.Config.Patterns.AddressPattern.TryJudgeNetworks(Address, networks, out bool isCovered) && isCovered;

        public bool Matches(string patterns) => Nacre.Config.Patterns.AddressPattern.TryJudge(Address, patterns, out int verdict) && verdict > 0;
    }
}
