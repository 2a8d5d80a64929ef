using System.Globalization;
using Nacre.Protocol.Keys;

namespace Nacre.Tests.Keys;

/// <summary>What a certificate says, and all that makes it none .</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly byte[] Data = "what was signed"u8.ToArray();
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);

    private readonly PrivateKey _authority = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();

    public static TheoryData<string> Names => [.. SampleKeys.Rows.Select(row => row.Name)];

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_certificate_of_every_type_by_every_type_says_what_was_signed(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        foreach (KeyAlgorithm row in SampleKeys.Rows)
        {
            using PrivateKey authority = SampleKeys.New(row.Name);
            Certificate read = new CertificateDraft(key.PublicKey)
            {
                Serial = 7,
                Kind = (uint)CertificateKind.Host,
                Principals = CertificateDraft.Pack("a", "b"),
                ValidAfter = 3,
                ValidBefore = 9,
                CriticalOptions = CertificateDraft.Option("force-command", "x"),
                Extensions = CertificateDraft.Pack("permit-pty", ""),
            }.Issue(authority, row.Name);
            Assert.Equal(key.PublicKey, read.PlainKey);
            Assert.Equal(authority.PublicKey, read.SignatureKey);
            Assert.Equal(row.Name, read.SignatureAlgorithm);
            Assert.Equal((7ul, CertificateKind.Host, "an id", 3ul, 9ul), (read.Serial, read.Kind, read.KeyId, read.ValidAfter, read.ValidBefore));
            Assert.Equal(["a", "b"], read.Principals);
            Assert.Equal("force-command", Assert.Single(read.CriticalOptions).Name);
            Assert.Equal("permit-pty", Assert.Single(read.Extensions).Name);
            Assert.Equal(key.PublicKey.Type + "-cert-v01@openssh.com", read.Type);
            Assert.Equal(key.PublicKey.ShortType + "-CERT", read.ShortType);
            Assert.Equal((key.PublicKey.Fingerprint, key.PublicKey.Bits), (read.Fingerprint, read.Bits));
            Assert.Equal(read, PublicKey.Parse(read.Blob.Span));
            Assert.NotEqual(key.PublicKey, read);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_verifies_what_its_key_signs_under_its_own_algorithm(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        Certificate certificate = new CertificateDraft(key.PublicKey).Issue(_authority);
        var signer = new CertifiedSigner(certificate, key);
        string name = algorithm + KeyAlgorithm.CertificateSuffix;

        byte[] signature = await signer.SignAsync(name, Data, TestContext.Current.CancellationToken);

        Assert.Same(certificate, signer.PublicKey);
        Assert.True(certificate.Verify(name, Data, signature));
        Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
        Assert.False(certificate.Verify(algorithm, Data, signature));
        Assert.False(certificate.Verify(name, [.. Data, 0], signature));
        Assert.True(certificate.Supports(name));
        await Assert.ThrowsAsync<ArgumentException>(async () => await signer.SignAsync(algorithm, Data, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_certificate_is_joined_to_its_own_key_only() =>
        Assert.Throws<ArgumentException>(() => new CertifiedSigner(new CertificateDraft(_key.PublicKey).Issue(_authority), _authority));

    [Fact]
    public void A_certificate_changed_anywhere_cut_short_or_followed_by_a_byte_is_none_A15()
    {
        byte[] blob = new CertificateDraft(_key.PublicKey) { CriticalOptions = CertificateDraft.Option("force-command", "x") }.Sign(_authority);
        for (int i = 0; i < blob.Length; i++)
        {
            byte[] changed = [.. blob];
            changed[i] ^= 0x01;
            Assert.False(PublicKey.TryParse(changed, out _), i.ToString(CultureInfo.InvariantCulture));
            Assert.False(PublicKey.TryParse(blob.AsSpan(0, i), out _));
        }

        Assert.False(PublicKey.TryParse([.. blob, 0], out _));
        Assert.True(PublicKey.TryParse(blob, out _));
    }

    [Fact]
    public void A_certificate_that_another_than_the_named_authority_signed_is_none()
    {
        using PrivateKey other = PrivateKey.GenerateEd25519();
        AssertDamaged(new CertificateDraft(_key.PublicKey) { SignatureKey = other.PublicKey.Blob.ToArray() });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { SignatureKey = [] });
    }

    [Fact]
    public void A_certificate_by_a_certificate_is_none_however_deep_A15()
    {
        byte[] nested = new CertificateDraft(_key.PublicKey).Sign(_authority);
        AssertDamaged(new CertificateDraft(_key.PublicKey) { SignatureKey = nested });
        for (int depth = 0; depth < 500; depth++) nested = new CertificateDraft(_key.PublicKey) { SignatureKey = nested }.Sign(_authority);
        Assert.False(PublicKey.TryParse(nested, out _));
    }

    [Fact]
    public void It_has_at_most_256_principals_A15()
    {
        string[] most = [.. Enumerable.Range(0, Certificate.MaxPrincipals).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        Certificate full = new CertificateDraft(_key.PublicKey) { Principals = CertificateDraft.Pack(most) }.Issue(_authority);
        Assert.Equal(most, full.Principals);
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Principals = CertificateDraft.Pack([.. most, "x"]) });
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void It_is_for_a_user_or_a_host_and_for_nothing_else(uint kind) => AssertDamaged(new CertificateDraft(_key.PublicKey) { Kind = kind });

    [Fact]
    public void Names_are_text_without_zero_bytes()
    {
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Principals = CertificateDraft.Pack("root\0x") });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Principals = SampleKeys.Field([0xff, 0xfe]) });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { CriticalOptions = CertificateDraft.Pack("force-command\0", "") });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Extensions = [.. SampleKeys.Field([0xff]), .. SampleKeys.Field([])] });
    }

    [Fact]
    public void Lists_that_end_within_a_string_or_an_option_are_damaged()
    {
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Principals = [0, 0, 0] });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Principals = [0, 0, 0, 5, 1] });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { CriticalOptions = CertificateDraft.Pack("force-command") });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Extensions = [.. CertificateDraft.Pack("a", "b"), 0] });
        AssertDamaged(new CertificateDraft(_key.PublicKey) { Principals = [0xff, 0xff, 0xff, 0xff] });
    }

    [Fact]
    public void A_nonce_has_a_limit()
    {
        Assert.NotNull(new CertificateDraft(_key.PublicKey) { Nonce = new byte[CertificateFields.MaxNonce] }.Issue(_authority));
        byte[] blob = new CertificateDraft(_key.PublicKey).Sign(_authority);
        byte[] tooLong = [.. blob.AsSpan(0, 36), .. SampleKeys.Field(new byte[CertificateFields.MaxNonce + 1]), .. blob.AsSpan(36 + 36)];
        Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => PublicKey.Parse(tooLong)).Fault);
    }

    [Fact]
    public void A_curve_that_is_not_the_types_is_damaged()
    {
        using PrivateKey key = PrivateKey.GenerateEcdsa(256);
        AssertDamaged(new CertificateDraft(key.PublicKey) { Curve = "nistp384" });
    }

    [Theory]
    [InlineData("ssh-dss-cert-v01@openssh.com")]
    [InlineData("sk-ssh-ed448-cert-v01@openssh.com")]
    [InlineData("-cert-v01@openssh.com")]
    public void Types_that_are_not_known_are_unsupported(string type)
    {
        byte[] blob = [.. CertificateDraft.Pack(type, "nonce", "key"), .. new byte[100]];
        Assert.Equal(KeyFault.Unsupported, Assert.Throws<KeyFormatException>(() => PublicKey.Parse(blob)).Fault);
    }

    [Theory]
    [InlineData("al", null)]
    [InlineData("bo", null)]
    [InlineData("al,bo", "Certificate invalid: name is not a listed principal")]
    [InlineData("a*", "Certificate invalid: name is not a listed principal")]
    [InlineData("AL", "Certificate invalid: name is not a listed principal")]
    [InlineData("", "Certificate invalid: name is not a listed principal")]
    public void A_user_is_one_of_the_principals_to_the_letter(string user, string? fault)
    {
        Certificate certificate = new CertificateDraft(_key.PublicKey) { Principals = CertificateDraft.Pack("al", "", "bo", "*") }.Issue(_authority);
        Assert.Equal(fault, certificate.FaultAsUser(user, Now));
        Assert.Null(certificate.FaultAsUser(null, Now));
    }

    [Fact]
    public void A_comma_in_a_principal_makes_no_list_of_it_CVE_2026_35414()
    {
        Certificate certificate = new CertificateDraft(_key.PublicKey) { Principals = CertificateDraft.Pack("al,root") }.Issue(_authority);
        Assert.NotNull(certificate.FaultAsUser("root", Now));
        Assert.NotNull(certificate.FaultAsUser("al", Now));
        Assert.Null(certificate.FaultAsUser("al,root", Now));
    }

    [Fact]
    public void A_certificate_without_principals_is_for_nobody()
    {
        Certificate user = new CertificateDraft(_key.PublicKey) { Principals = [] }.Issue(_authority);
        Certificate host = new CertificateDraft(_key.PublicKey) { Principals = [], Kind = (uint)CertificateKind.Host }.Issue(_authority);
        Assert.Equal("Certificate lacks principal list", user.FaultAsUser("al", Now));
        Assert.Equal("Certificate lacks principal list", user.FaultAsUser(null, Now));
        Assert.Equal("Certificate lacks principal list", host.FaultAsHost("h", Now));
    }

    [Theory]
    [InlineData("h.example", null)]
    [InlineData("x.lab", null)]
    [InlineData("x.y.lab", null)]
    [InlineData("lab", "Certificate invalid: name is not a listed principal")]
    [InlineData("h.example.evil", "Certificate invalid: name is not a listed principal")]
    [InlineData("", "Certificate invalid: name is not a listed principal")]
    public void A_host_may_be_named_by_a_pattern(string host, string? fault)
    {
        Certificate certificate = new CertificateDraft(_key.PublicKey) { Kind = (uint)CertificateKind.Host, Principals = CertificateDraft.Pack("h.example", "", "*.lab") }.Issue(_authority);
        Assert.Equal(fault, certificate.FaultAsHost(host, Now));
    }

    [Fact]
    public void The_one_kind_is_never_the_other_A15()
    {
        Certificate user = new CertificateDraft(_key.PublicKey).Issue(_authority);
        Certificate host = new CertificateDraft(_key.PublicKey) { Kind = (uint)CertificateKind.Host }.Issue(_authority);
        Assert.Equal("Certificate invalid: not a host certificate", user.FaultAsHost("al", Now));
        Assert.Equal("Certificate invalid: not a user certificate", host.FaultAsUser("al", Now));
    }

    [Fact]
    public void A_host_certificate_has_no_critical_options_that_are_known()
    {
        Certificate certificate = new CertificateDraft(_key.PublicKey)
        {
            Kind = (uint)CertificateKind.Host,
            CriticalOptions = CertificateDraft.Option("force-command", "false"),
        }.Issue(_authority);
        Assert.Equal("Certificate contains unsupported critical options(s)", certificate.FaultAsHost("al", Now));
    }

    [Theory]
    [InlineData(0ul, ulong.MaxValue, null)]
    [InlineData(1_000_000ul, 1_000_001ul, null)]
    [InlineData(1_000_001ul, ulong.MaxValue, "Certificate invalid: not yet valid")]
    [InlineData(0ul, 1_000_000ul, "Certificate invalid: expired")]
    [InlineData(2_000_000ul, 1ul, "Certificate invalid: not yet valid")]
    [InlineData(0ul, 0ul, "Certificate invalid: expired")]
    [InlineData(ulong.MaxValue, ulong.MaxValue, "Certificate invalid: not yet valid")]
    public void The_time_counts_to_the_second(ulong after, ulong before, string? fault) =>
        Assert.Equal(fault, new CertificateDraft(_key.PublicKey) { ValidAfter = after, ValidBefore = before }.Issue(_authority).FaultAsUser("al", Now));

    [Fact]
    public void Before_1970_nothing_is_valid()
    {
        Certificate certificate = new CertificateDraft(_key.PublicKey).Issue(_authority);
        Assert.Equal("Certificate invalid: not yet valid", certificate.FaultAsUser("al", DateTimeOffset.FromUnixTimeSeconds(-1)));
        Assert.Null(certificate.FaultAsUser("al", DateTimeOffset.FromUnixTimeSeconds(0)));
    }

    [Fact]
    public void An_id_that_is_no_text_is_kept_as_it_is()
    {
        Certificate certificate = new CertificateDraft(_key.PublicKey) { KeyId = [0xff, (byte)'x'] }.Issue(_authority);
        Assert.Equal([0xff, (byte)'x'], certificate.KeyIdBytes.ToArray());
        Assert.Equal("\ufffdx", certificate.KeyId);
    }

    private void AssertDamaged(CertificateDraft draft)
    {
        byte[] blob = draft.Sign(_authority);
        Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => PublicKey.Parse(blob)).Fault);
    }
}
