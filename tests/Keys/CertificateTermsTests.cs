using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys;

/// <summary>What an authority certifies is what the certificate says, and what nobody would accept is not certified.</summary>
public sealed class CertificateTermsTests : IDisposable
{
    private readonly PrivateKey _authority = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();
    private readonly CertificateTerms _terms = new() { Kind = CertificateKind.User, KeyId = "an id", Principals = ["al"] };

    public static TheoryData<string> Names => [.. SampleKeys.Rows.Select(row => row.Name)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_key_of_every_type_is_certified_by_every_algorithm(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        foreach (KeyAlgorithm row in SampleKeys.Rows)
        {
            using PrivateKey authority = SampleKeys.New(row.Name);
            var terms = new CertificateTerms
            {
                Kind = CertificateKind.Host,
                KeyId = "the id",
                Principals = ["a.example", "*.b.example"],
                Serial = ulong.MaxValue,
                ValidAfter = 3,
                ValidBefore = 9,
                CriticalOptions = [CertificateOption.OfText("source-address", "10.0.0.0/8"), CertificateOption.OfText("force-command", "x")],
                Extensions = CertificateOption.UserPermissions,
            };

            Certificate made = await terms.SignAsync(key.PublicKey, authority, row.Name, Ct);

            Certificate read = Assert.IsType<Certificate>(PublicKey.Parse(made.Blob.Span));
            Assert.Equal((key.PublicKey, authority.PublicKey, row.Name), (read.PlainKey, read.SignatureKey, read.SignatureAlgorithm));
            Assert.Equal((CertificateKind.Host, "the id", ulong.MaxValue, 3ul, 9ul), (read.Kind, read.KeyId, read.Serial, read.ValidAfter, read.ValidBefore));
            Assert.Equal(["a.example", "*.b.example"], read.Principals);
            Assert.Equal(["force-command", "source-address"], read.CriticalOptions.Select(option => option.Name));
            Assert.True(read.CriticalOptions[1].TryReadText(out string networks));
            Assert.Equal("10.0.0.0/8", networks);
            Assert.Equal(["permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"], read.Extensions.Select(option => option.Name));
            Assert.True(PublicKeyLine.TryParse(made.ToString(), out PublicKeyLine? line));
            Assert.Equal(made, line.Key);
        }
    }

    [Fact]
    public async Task Nothing_is_said_that_was_not_asked_for()
    {
        Certificate made = await new CertificateTerms { Kind = CertificateKind.User, KeyId = "" }.SignAsync(_key.PublicKey, _authority, ct: Ct);
        Assert.Equal((0ul, 0ul, ulong.MaxValue), (made.Serial, made.ValidAfter, made.ValidBefore));
        Assert.Empty(made.Principals);
        Assert.Empty(made.CriticalOptions);
        Assert.Empty(made.Extensions);
        Assert.Equal("Certificate lacks principal list", made.FaultAsUser("al", DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task Two_certificates_for_the_same_terms_and_key_differ()
    {
        Certificate first = await _terms.SignAsync(_key.PublicKey, _authority, ct: Ct);
        Assert.NotEqual(first, await _terms.SignAsync(_key.PublicKey, _authority, ct: Ct));
    }

    [Fact]
    public async Task An_RSA_authority_signs_with_SHA_512_unless_told_otherwise()
    {
        using PrivateKey authority = PrivateKey.GenerateRsa(2048);
        Assert.Equal("rsa-sha2-512", (await _terms.SignAsync(_key.PublicKey, authority, ct: Ct)).SignatureAlgorithm);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _terms.SignAsync(_key.PublicKey, authority, "ssh-ed25519", Ct));
    }

    [Fact]
    public async Task A_time_is_from_its_first_second_to_the_one_before_its_end()
    {
        DateTimeOffset from = DateTimeOffset.FromUnixTimeSeconds(1000), until = DateTimeOffset.FromUnixTimeSeconds(2000);
        Certificate made = await _terms.Between(from, until).SignAsync(_key.PublicKey, _authority, ct: Ct);
        Assert.Equal("Certificate invalid: not yet valid", made.FaultAsUser("al", from.AddSeconds(-1)));
        Assert.Null(made.FaultAsUser("al", from));
        Assert.Null(made.FaultAsUser("al", until.AddSeconds(-1)));
        Assert.Equal("Certificate invalid: expired", made.FaultAsUser("al", until));
    }

    [Fact]
    public async Task As_many_principals_as_readers_take_are_certified_and_no_more()
    {
        string[] most = [.. Enumerable.Range(0, Certificate.MaxPrincipals).Select(number => $"user{number}")];
        Assert.Equal(most, (await (_terms with { Principals = most }).SignAsync(_key.PublicKey, _authority, ct: Ct)).Principals);
        await RefusedAsync(_terms with { Principals = [.. most, "one more"] });
    }

    [Fact]
    public async Task As_many_bytes_as_one_message_holds_are_certified_and_no_more()
    {
        Certificate made = await _terms.SignAsync(_key.PublicKey, _authority, ct: Ct);
        int left = CertificateTerms.MaxLength - made.Blob.Length + _terms.KeyId.Length;
        Assert.Equal(CertificateTerms.MaxLength, (await (_terms with { KeyId = new string('x', left) }).SignAsync(_key.PublicKey, _authority, ct: Ct)).Blob.Length);
        await RefusedAsync(_terms with { KeyId = new string('x', left + 1) });
    }

    [Fact]
    public async Task What_nobody_would_accept_is_not_certified()
    {
        CertificateOption pty = CertificateOption.OfFlag("permit-pty");
        await RefusedAsync(_terms with { Principals = ["al", ""] });
        await RefusedAsync(_terms with { Principals = ["al\0bo"] });
        await RefusedAsync(_terms with { KeyId = "a\0b" });
        await RefusedAsync(_terms with { Extensions = [pty, pty] });
        await RefusedAsync(_terms with { CriticalOptions = [CertificateOption.OfText("force-command", "x"), CertificateOption.OfText("force-command", "y")] });
        await RefusedAsync(_terms with { Extensions = [CertificateOption.OfFlag("")] });
        await RefusedAsync(_terms with { Extensions = [CertificateOption.OfFlag("a\0")] });
        await RefusedAsync(_terms with { ValidAfter = 5, ValidBefore = 5 });
        await RefusedAsync(_terms with { ValidAfter = 5, ValidBefore = 4 });
        await RefusedAsync(_terms with { Kind = 0 });
        await RefusedAsync(_terms with { Kind = (CertificateKind)3 });
    }

    [Fact]
    public async Task Neither_is_a_certificate_certified_nor_does_it_certify()
    {
        Certificate certificate = await _terms.SignAsync(_key.PublicKey, _authority, ct: Ct);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _terms.SignAsync(certificate, _authority, ct: Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _terms.SignAsync(_authority.PublicKey, new CertifiedSigner(certificate, _key), ct: Ct));
    }

    [Fact]
    public async Task A_signer_that_signs_something_else_or_otherwise_makes_no_certificate()
    {
        using PrivateKey rsa = PrivateKey.GenerateRsa(1024);
        await Assert.ThrowsAsync<SshException>(async () => await _terms.SignAsync(_key.PublicKey, new Crooked(_authority.PublicKey, data => _authority.Sign("ssh-ed25519", data[1..])), ct: Ct));
        await Assert.ThrowsAsync<SshException>(async () => await _terms.SignAsync(_key.PublicKey, new Crooked(_authority.PublicKey, _ => [1, 2, 3]), ct: Ct));
        await Assert.ThrowsAsync<SshException>(async () => await _terms.SignAsync(_key.PublicKey, new Crooked(rsa.PublicKey, data => rsa.Sign("ssh-rsa", data)), "rsa-sha2-512", Ct));
    }

    [Fact]
    public void An_option_tells_its_text_only_when_it_has_one()
    {
        Assert.True(CertificateOption.OfText("force-command", "echo ü").TryReadText(out string command));
        Assert.Equal("echo ü", command);
        Assert.False(CertificateOption.OfFlag("permit-pty").TryReadText(out _));
        Assert.False(new CertificateOption("force-command", new byte[] { 0, 0, 0, 2, (byte)'x' }).TryReadText(out _));
        Assert.False(new CertificateOption("force-command", new byte[] { 0, 0, 0, 1, (byte)'x', 0 }).TryReadText(out _));
        Assert.False(CertificateOption.OfText("force-command", "a\0b").TryReadText(out _));
    }

    private async Task RefusedAsync(CertificateTerms terms) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await terms.SignAsync(_key.PublicKey, _authority, ct: Ct));

    private sealed class Crooked(PublicKey key, Func<byte[], byte[]> sign) : ISigner
    {
        public PublicKey PublicKey => key;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => new(sign(data.ToArray()));
    }
}
