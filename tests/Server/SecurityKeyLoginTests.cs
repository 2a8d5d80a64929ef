using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tests.Authentication;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Server;

/// <summary>What a security key must attest to let a user in: by the line of its key, by its certificate, by the policy .</summary>
public sealed class SecurityKeyLoginTests
{
    private const string Touch = "user presence (authenticator touch) requirement not met", Verification = "user verification requirement not met";

    [Theory]
    [InlineData("", 1, null)]
    [InlineData("", 0, Touch)]
    [InlineData("", 4, Touch)]
    [InlineData("touch-required ", 0, Touch)]
    [InlineData("no-touch-required ", 0, null)]
    [InlineData("no-touch-required,touch-required ", 0, Touch)]
    [InlineData("no-touch-required,restrict ", 0, null)]
    [InlineData("verify-required ", 1, Verification)]
    [InlineData("verify-required,restrict ", 1, Verification)]
    [InlineData("verify-required ", 5, null)]
    [InlineData("verify-required,no-touch-required ", 0, Verification)]
    [InlineData("verify-required,no-touch-required ", 4, null)]
    [InlineData("verify-required,no-verify-required ", 1, null)]
    public async Task A_line_says_what_is_asked_of_a_security_key_A14(string options, byte flags, string? fault)
    {
        foreach (string algorithm in (string[])[KeyAlgorithm.SkEd25519, KeyAlgorithm.SkEcdsaP256, KeyAlgorithm.WebauthnSkEcdsaP256])
        {
            using var key = new SoftSecurityKey(algorithm == KeyAlgorithm.SkEd25519 ? algorithm : KeyAlgorithm.SkEcdsaP256) { Flags = flags };
            await AssertAsync(new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files($"{options}{key.PublicKey}")), key, key.PublicKey, algorithm, fault);
        }
    }

    [Theory]
    [InlineData("", "", "", 1, null)]
    [InlineData("", "", "", 0, Touch)]
    [InlineData("", "no-touch-required", "", 0, Touch)]
    [InlineData(",no-touch-required", "", "", 0, Touch)]
    [InlineData(",no-touch-required", "no-touch-required", "", 0, null)]
    [InlineData("", "", "verify-required", 1, Verification)]
    [InlineData(",verify-required", "", "", 1, Verification)]
    [InlineData("", "", "verify-required", 5, null)]
    public async Task Line_and_certificate_must_both_waive_a_touch_and_either_may_ask_for_more_A14(string options, string extension, string critical, byte flags, string? fault)
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEd25519) { Flags = flags };
        Certificate certificate = Issue(key, extension, critical);
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files($"cert-authority{options} {TestKeys.B.PublicKey}"));
        await AssertAsync(policy, key, certificate, certificate.SignatureAlgorithms[0], fault);
    }

    [Theory]
    [InlineData("", 0, Touch)]
    [InlineData("no-touch-required", 0, null)]
    public async Task A_trusted_authority_may_waive_a_touch_A14(string extension, byte flags, string? fault)
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEcdsaP256) { Flags = flags };
        Certificate certificate = Issue(key, extension, "");
        var policy = new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [TestKeys.B.PublicKey] };
        await AssertAsync(policy, key, certificate, certificate.SignatureAlgorithms[0], fault);
    }

    [Fact]
    public async Task A_critical_option_that_says_no_touch_lets_nobody_in_A14()
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEd25519) { Flags = 0 };
        Certificate certificate = Issue(key, "", "no-touch-required");
        ServerScript script = await ServerScript.StartedAsync(new(new AuthorizedKeysAuthenticator(new AuthorizedKeysTests.Files()) { TrustedAuthorities = [TestKeys.B.PublicKey] }));
        Assert.StartsWith("FAILURE", (await script.SignedAsync(certificate, key.Sign, certificate.SignatureAlgorithms[0], signAs: KeyAlgorithm.SkEd25519))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_knows_nothing_of_touches_lets_no_untouched_key_in_A14()
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEd25519) { Flags = 0 };
        var policy = new KnownUser { Keys = [key.PublicKey] };
        await AssertAsync(policy, key, key.PublicKey, KeyAlgorithm.SkEd25519, Touch);
        Assert.Equal(new SecurityKeyAttestation(false, false, 7), ((PublicKeyAttempt)policy.Attempts[^1]).Attestation);
    }

    private static Certificate Issue(SoftSecurityKey key, string extension, string critical) => new CertificateDraft(key.PublicKey)
    {
        Extensions = extension.Length == 0 ? [] : CertificateDraft.Pack(extension, ""),
        CriticalOptions = critical.Length == 0 ? [] : CertificateDraft.Pack(critical, ""),
    }.Issue(TestKeys.B);

    /// <summary>A query is always answered by yes: what a signature attests is not known before there is one.</summary>
    private static async Task AssertAsync(IAuthenticator policy, SoftSecurityKey key, PublicKey shown, string algorithm, string? fault)
    {
        ServerScript script = await ServerScript.StartedAsync(new(policy));
        Assert.StartsWith("PK_OK", (await script.QueryAsync(shown, algorithm))[0], StringComparison.Ordinal);
        string[] answer = await script.SignedAsync(shown, key.Sign, algorithm, signAs: KeyAlgorithm.Find(algorithm, shown.Type)!.SignatureName);
        Assert.Equal(fault is null ? "SUCCESS" : "FAILURE publickey,password,keyboard-interactive", answer[0]);
        if (fault is null) Assert.Null(script.Journal[^1].Error);
        else Assert.EndsWith(fault, script.Journal[^1].Error!.Message, StringComparison.Ordinal);
    }
}
