using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Signatures;

namespace Nacre.Tests.Signatures;

/// <summary>Who a list of allowed signers lets sign; that it says the same as OpenSSH's, the tests of the tool compare.</summary>
public sealed class AllowedSignersTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _authority = PrivateKey.GenerateEd25519();
    private readonly List<string> _reports = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("al@x {0}", true)]
    [InlineData("al@x {0} a comment", true)]
    [InlineData("bo@x,al@x {0}", true)]
    [InlineData("\"bo@x,al@x\" {0}", true)]
    [InlineData("*@x {0}", true)]
    [InlineData("a? @x {0}", false)]
    [InlineData("AL@x {0}", false)]
    [InlineData("!al@x,*@x {0}", false)]
    [InlineData("bo@x {0}", false)]
    [InlineData("al@x namespaces=\"file,git\" {0}", true)]
    [InlineData("al@x NAMESPACES=\"f*\" {0}", true)]
    [InlineData("al@x namespaces=\"git\" {0}", false)]
    [InlineData("al@x namespaces=\"*,!file\" {0}", false)]
    [InlineData("al@x valid-after=\"20231114221320Z\",valid-before=\"20231114221320Z\" {0}", false)]
    [InlineData("al@x valid-after=\"20231114221320Z\" {0}", true)]
    [InlineData("al@x valid-after=\"20231114221321Z\" {0}", false)]
    [InlineData("al@x valid-before=\"20231114221320Z\" {0}", true)]
    [InlineData("al@x valid-before=\"20231114221319Z\" {0}", false)]
    [InlineData("al@x cert-authority {0}", false)]
    [InlineData("al@x restrict {0}", false)]
    [InlineData("al@x {0}\0", true)]
    [InlineData("al@x\0 {0}", false)]
    [InlineData("# al@x {0}", false)]
    [InlineData("al@x", false)]
    [InlineData("", false)]
    public async Task A_line_allows_a_key_to_a_principal_for_a_purpose_and_a_time(string line, bool isAllowed)
    {
        SshSignature signature = await SshSignature.SignAsync(_key, "file", "m"u8.ToArray(), Ct);
        Assert.Equal(isAllowed, Signers(line).Allows(signature, "al@x", Now));
        Assert.Equal(isAllowed, Signers($"other {_authority.PublicKey}\nal@x nonsense\n\n{line}\r\n").Allows(signature, "al@x", Now));
    }

    [Fact]
    public async Task A_certificate_needs_an_authority_and_a_name_that_both_it_and_the_line_have()
    {
        var terms = new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al@x", "bo@x", "cy@y", "d,e@x", "f\n@x"] };
        SshSignature signature = await CertifiedAsync(terms);
        AllowedSigners signers = Signers($"*@x cert-authority {_authority.PublicKey}");
        Assert.True(signers.Allows(signature, "al@x", Now));
        Assert.False(signers.Allows(signature, "zz@x", Now));
        Assert.False(signers.Allows(signature, "cy@y", Now));
        Assert.Equal(["allowed_signers:1: certificate not authorized: Certificate invalid: name is not a listed principal"], _reports);
        Assert.Equal(["al@x", "bo@x"], signers.FindPrincipals(signature.PublicKey, Now));
        Assert.False(Signers($"*@x {_authority.PublicKey}").Allows(signature, "al@x", Now));
        Assert.False(Signers($"*@x {_key.PublicKey}").Allows(signature, "al@x", Now));
        Assert.True(Signers($"*@x {signature.PublicKey}").Allows(signature, "al@x", Now));
    }

    [Fact]
    public async Task A_certificate_for_hosts_or_nobody_or_another_time_or_with_unknown_limits_is_no_good()
    {
        var good = new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al@x"], ValidAfter = 1_700_000_000, ValidBefore = 1_700_000_001, CriticalOptions = [CertificateOption.OfText("force-command", "x")] };
        CertificateTerms[] bad =
        [
            good with { Kind = CertificateKind.Host }, good with { Principals = [] }, good with { ValidAfter = 1_600_000_000, ValidBefore = 1_700_000_000 },
            good with { ValidAfter = 1_700_000_001, ValidBefore = 1_800_000_000 }, good with { CriticalOptions = [CertificateOption.OfFlag("unknown@example.com")] },
        ];
        AllowedSigners signers = Signers($"* cert-authority {_authority.PublicKey}");
        Assert.True(signers.Allows(await CertifiedAsync(good), "al@x", Now));
        foreach (CertificateTerms terms in bad)
        {
            SshSignature signature = await CertifiedAsync(terms);
            Assert.False(signers.Allows(signature, "al@x", Now));
            Assert.Empty(signers.FindPrincipals(signature.PublicKey, Now));
        }

        Assert.Equal(2 * bad.Length, _reports.Count);
    }

    [Fact]
    public void Principals_are_those_of_the_first_line_that_counts_and_all_lines_match()
    {
        AllowedSigners signers = Signers($"al@x valid-before=\"20000101Z\" {_key.PublicKey}\nbo@x,!c* {_key.PublicKey}\nb* {_key.PublicKey}\n");
        Assert.Equal(["bo@x", "!c*"], signers.FindPrincipals(_key.PublicKey, Now));
        Assert.Equal(["al@x"], signers.FindPrincipals(_key.PublicKey, DateTimeOffset.UnixEpoch));
        Assert.Empty(signers.FindPrincipals(_authority.PublicKey, Now));
        Assert.Equal(["bo@x,!c*", "b*"], signers.MatchPrincipals("bo@x"));
        Assert.Empty(signers.MatchPrincipals("x"));
        Assert.Equal("allowed_signers:2: missing key", Assert.Throws<KeyFormatException>(() => Signers($"bo@x {_key.PublicKey}\nbo@x").MatchPrincipals("bo@x")).Message);
    }

    [Fact]
    public void A_list_may_have_its_largest_size_and_no_more()
    {
        byte[] contents = Encoding.UTF8.GetBytes($"al@x {_key.PublicKey}\n#".PadRight(AllowedSigners.MaxLength));
        Assert.Equal(["al@x"], AllowedSigners.Parse(contents).FindPrincipals(_key.PublicKey, Now));
        Assert.Throws<KeyFormatException>(() => AllowedSigners.Parse([.. contents, 32]));
    }

    private AllowedSigners Signers(string text) =>
        AllowedSigners.Parse(Encoding.UTF8.GetBytes(text.Replace("{0}", _key.PublicKey.ToString(), StringComparison.Ordinal)), report: _reports.Add);

    private async Task<SshSignature> CertifiedAsync(CertificateTerms terms) =>
        await SshSignature.SignAsync(new CertifiedSigner(await terms.SignAsync(_key.PublicKey, _authority, ct: Ct), _key), "file", "m"u8.ToArray(), Ct);
}
