using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tests.Authentication;

namespace Nacre.Tests.Server;

public sealed class AuthorizedKeysTests
{
    private static PublicKey A => TestKeys.A.PublicKey;

    private static PublicKey B => TestKeys.B.PublicKey;

    [Fact]
    public void Plain_lines_are_read_with_their_comments()
    {
        AuthorizedKey[] keys = [.. Read($"# comment\n\n   \t\n{A} al@host with words\n  {B}\r\n{TestKeys.C.PublicKey}\t tab")];
        Assert.Equal([(4, "al@host with words"), (5, ""), (6, "tab")], keys.Select(key => (key.Line, key.Comment)));
        Assert.All(keys, key => Assert.Same(KeyOptions.None, key.Options));
    }

    [Fact]
    public void Junk_is_passed_over_and_never_fatal_A81()
    {
        string blob = Convert.ToBase64String(A.Blob.Span);
        string text = $"""
            ssh-rsa {blob}
            ssh-ed25519
            ssh-ed25519 {blob[..^4]}
            ssh-ed25519 ####
            no-pty
            restrict ssh-ed25519
            command="x ssh-ed25519 {blob}
            {blob}
            ﻿{A}
            "quoted" {A}
            1024 65537 1234567890
            {new string('x', 300_000)}
            {A} {new string('c', 100_000)}
            {A} the one
            """;
        Assert.Equal([13, 14], Read(text).Select(key => key.Line));
        Assert.Empty(AuthorizedKeys.Read(new byte[100_000]));
        Assert.Empty(AuthorizedKeys.Read(default));
    }

    [Fact]
    public void A_line_longer_than_any_key_is_passed_over_A81()
    {
        string line = $"{A} ";
        string longest = line + new string('c', AuthorizedKeys.MaxLine - line.Length);
        Assert.Single(Read(longest));
        Assert.Empty(Read(longest + "c"));
    }

    [Fact]
    public void What_follows_a_zero_byte_does_not_count() => Assert.Empty(Read($"\0{A}\nssh-ed25519\0 {Convert.ToBase64String(A.Blob.Span)}"));

    [Theory]
    [InlineData("command=\"echo \\\"hi, there\\\"\"", "echo \"hi, there\"")]
    [InlineData("Command=\"a\\\\b\"", "a\\\\b")]
    [InlineData("pty,command=\"a b,c\",restrict", "a b,c")]
    [InlineData("command=\"\"", "")]
    public void Values_are_quoted(string options, string command)
    {
        AuthorizedKey key = Assert.Single(Read($"{options}\t {A} me"));
        Assert.Equal(command, key.Options.Permissions.Command);
        Assert.Equal("me", key.Comment);
    }

    [Fact]
    public void Every_option_with_a_value_is_kept_for_those_that_hold_to_it()
    {
        KeyOptions options = Assert.Single(Read(
            $"FROM=\"*.example,!bad\",principals=\"al,bo\",cert-authority,environment=\"A=b c\",environment=\"A=d\",tunnel=\"3\",permitopen=\"h:1\",permitopen=\"[::1]:*\",permitlisten=\"8080\",permitlisten=\"10.*:9\" {A}")).Options;
        Assert.Equal(("*.example,!bad", "al,bo", true), (options.From, options.Principals, options.IsCertAuthority));
        Assert.Equal([new("A", "b c"), new("A", "d")], options.Permissions.Environment);
        Assert.Equal(3, options.Permissions.TunnelUnit);
        Assert.Equal([new("h", 1), new("::1", 0)], options.Permissions.PermitOpen);
        Assert.Equal([new("*", 8080), new("10.*", 9)], options.Permissions.PermitListen);
    }

    [Fact]
    public void Ports_may_be_named_by_their_services()
    {
        LoginPermissions limits = Assert.Single(Read($"permitopen=\"h:https\",permitopen=\"h:ldap\",permitlisten=\"http\" {A}")).Options.Permissions;
        Assert.Equal([new("h", 443), new("h", 389)], limits.PermitOpen);
        Assert.Equal([new("*", 80)], limits.PermitListen);
        Assert.Empty(Read($"permitopen=\"h:no-such-service\" {A}"));
        Assert.Empty(Read($"permitopen=\"h:\" {A}"));
    }

    [Fact]
    public void Of_several_times_of_expiry_the_earliest_counts()
    {
        KeyOptions options = Assert.Single(Read($"expiry-time=\"20300102Z\",expiry-time=\"203001010000UTC\",expiry-time=\"20300103000000z\" {A}")).Options;
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), options.ValidBefore);
    }

    [Fact]
    public void Lists_of_places_and_variables_have_an_end_A81()
    {
        string most = string.Concat(Enumerable.Repeat("permitopen=\"h:1\",", LoginPermissionsFields.MaxEndpoints));
        Assert.Single(Read($"{most} {A}"));
        Assert.Empty(Read($"{most}permitopen=\"h:1\" {A}"));
        string variables = string.Concat(Enumerable.Repeat("environment=\"A=1\",", LoginPermissionsFields.MaxVariables));
        Assert.Single(Read($"{variables} {A}"));
        Assert.Empty(Read($"{variables}environment=\"A=1\" {A}"));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("pty=\"yes\"")]
    [InlineData("command")]
    [InlineData("command=")]
    [InlineData("command=x")]
    [InlineData("command=\"x")]
    [InlineData("command=\"x\"y")]
    [InlineData("command=\"x\"\"y\"")]
    [InlineData("restrict;pty")]
    [InlineData("no-pty=")]
    [InlineData("no-restrict")]
    [InlineData("no-cert-authority")]
    [InlineData("expiry-time=\"tomorrow\"")]
    [InlineData("expiry-time=\"19700101Z\"")]
    [InlineData("environment=\"A\"")]
    [InlineData("environment=\"=x\"")]
    [InlineData("environment=\"A B=c\"")]
    [InlineData("tunnel=\"-1\"")]
    [InlineData("tunnel=\"tun0\"")]
    [InlineData("tunnel=\"2147483646\"")]
    [InlineData("permitopen=\"h\"")]
    [InlineData("permitopen=\"h:0\"")]
    [InlineData("permitopen=\"h:65536\"")]
    [InlineData("permitopen=\"h:0xffffffff\"")]
    [InlineData("permitopen=\"h:4294967295\"")]
    [InlineData("permitopen=\"[::1:22\"")]
    [InlineData("permitlisten=\"\"")]
    [InlineData("command=\"a\",command=\"a\"")]
    [InlineData("from=\"a\",from=\"a\"")]
    [InlineData("principals=\"a\",principals=\"a\"")]
    public void Options_that_are_malformed_or_unknown_make_the_line_none_A81(string options) => Assert.Empty(Read($"{options} {A}"));

    [Theory]
    [InlineData("from=\"*\" ")]
    [InlineData("expiry-time=\"20200101\" ")]
    [InlineData("principals=\"al\" ")]
    [InlineData("cert-authority ")]
    [InlineData("unknown ")]
    public async Task A_key_whose_line_asks_for_what_is_not_met_is_not_let_in(string options)
    {
        Assert.False(await IsAcceptedAsync(A, isVerified: true, $"{options}{A}"));
        Assert.False(await IsAcceptedAsync(A, isVerified: false, $"{options}{A}"));
    }

    [Theory]
    [InlineData("", "terminal ports agent x11 rc")]
    [InlineData("pty ", "terminal ports agent x11 rc")]
    [InlineData("no-touch-required,verify-required ", "terminal ports agent x11 rc")]
    [InlineData(",restrict,,pty, ", "terminal")]
    [InlineData("restrict ", "")]
    [InlineData("restrict,pty,x11-forwarding ", "terminal x11")]
    [InlineData("pty,restrict ", "")]
    [InlineData("restrict,no-pty,port-forwarding,agent-forwarding,user-rc ", "ports agent rc")]
    [InlineData("no-pty ", "ports agent x11 rc")]
    [InlineData("no-port-forwarding,no-agent-forwarding ", "terminal x11 rc")]
    [InlineData("no-X11-forwarding,no-user-rc ", "terminal ports agent")]
    [InlineData("command=\"run this\" ", "terminal ports agent x11 rc: run this")]
    [InlineData("command=\"run this\",restrict ", ": run this")]
    [InlineData("expiry-time=\"29991231\" ", "terminal ports agent x11 rc")]
    [InlineData("expiry-time=\"299912312359Z\",no-pty ", "ports agent x11 rc")]
    public async Task A_key_is_let_in_with_the_limits_of_its_line(string options, string permitted)
    {
        AuthenticationVerdict verdict = await JudgeAsync(A, isVerified: true, $"{options}{A}");
        Assert.Equal(permitted, Show(verdict.Permissions));
    }

    [Fact]
    public async Task A_line_that_is_not_met_leaves_the_next_one_to_decide()
    {
        Assert.Equal("ports agent x11 rc", Show((await JudgeAsync(A, true, $"expiry-time=\"20200101\" {A}\nno-pty {A}")).Permissions));
        Assert.Null((await JudgeAsync(A, true, $"permitopen=\"h\" {A}\n{A}")).Permissions!.PermitOpen);
    }

    [Fact]
    public async Task A_later_line_does_not_lift_the_limits_of_the_first_A81()
    {
        Assert.Equal("true", (await JudgeAsync(A, true, $"command=\"true\" {A}\n{A}")).Permissions!.Command);
        Assert.Equal("true", (await JudgeAsync(A, true, $"command=\"true\" {A}", $"{A}")).Permissions!.Command);
        Assert.Null((await JudgeAsync(A, true, $"{A}\ncommand=\"true\" {A}")).Permissions!.Command);
        Assert.Null((await JudgeAsync(A, true, $"command=\"true\" {B}\n{A}")).Permissions!.Command);
    }

    [Fact]
    public async Task A_certificate_authority_is_nobodys_own_key()
    {
        Assert.False(await IsAcceptedAsync(A, true, $"cert-authority {A}"));
        Assert.True(await IsAcceptedAsync(A, true, $"cert-authority {A}\n{A}"));
    }

    [Fact]
    public async Task Other_keys_other_methods_and_users_without_files_are_rejected()
    {
        Assert.False(await IsAcceptedAsync(B, true, $"{A}"));
        Assert.False(await IsAcceptedAsync(A, true));
        Assert.True(await IsAcceptedAsync(A, true, "", $"{A}"));
        using var password = new Password("x");
        var policy = new AuthorizedKeysAuthenticator(new Files($"{A}"));
        Assert.False((await policy.JudgeAsync(new PasswordAttempt("al", password, null), TestContext.Current.CancellationToken)).IsAccepted);
        Assert.False((await policy.JudgeAsync(new NoneAttempt("al"), TestContext.Current.CancellationToken)).IsAccepted);
    }

    [Fact]
    public async Task Each_method_has_a_policy_of_its_own_or_lets_nobody_in()
    {
        using var password = new Password("right");
        var all = new KnownUser { Password = "right", NeedsNothing = true };
        var policy = new MethodAuthenticator { Password = all };
        Assert.True((await policy.JudgeAsync(new PasswordAttempt("al", password, null), TestContext.Current.CancellationToken)).IsAccepted);
        Assert.False((await policy.JudgeAsync(new NoneAttempt("al"), TestContext.Current.CancellationToken)).IsAccepted);
        Assert.False((await policy.JudgeAsync(new PublicKeyAttempt("al", A, "ssh-ed25519", true), TestContext.Current.CancellationToken)).IsAccepted);
        Assert.True((await new MethodAuthenticator { None = all }.JudgeAsync(new NoneAttempt("al"), TestContext.Current.CancellationToken)).IsAccepted);
    }

    private static IEnumerable<AuthorizedKey> Read(string text) => AuthorizedKeys.Read(Encoding.UTF8.GetBytes(text));

    private static async Task<bool> IsAcceptedAsync(PublicKey key, bool isVerified, params string[] files) => (await JudgeAsync(key, isVerified, files)).IsAccepted;

    private static ValueTask<AuthenticationVerdict> JudgeAsync(PublicKey key, bool isVerified, params string[] files) =>
        new AuthorizedKeysAuthenticator(new Files(files)).JudgeAsync(new PublicKeyAttempt("al", key, key.SignatureAlgorithms[0], isVerified), TestContext.Current.CancellationToken);

    internal static string? Show(LoginPermissions? permissions) => permissions is null ? null : string.Join(
        ' ',
        new[]
        {
            permissions.Terminal ? "terminal" : "", permissions.PortForwarding ? "ports" : "", permissions.AgentForwarding ? "agent" : "",
            permissions.X11Forwarding ? "x11" : "", permissions.UserRc ? "rc" : "",
        }.Where(word => word.Length > 0)) + (permissions.Command is { } command ? $": {command}" : "");

    internal sealed class Files(params string[] contents) : IAuthorizedKeysSource
    {
        public ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct) =>
            new([.. contents.Select((each, i) => new AuthorizedKeysFile($"file{i}", Encoding.UTF8.GetBytes(each)))]);
    }
}
