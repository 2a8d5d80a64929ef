using Nacre.Certificates;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tests.Interop;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Certificates;

/// <summary>An authority through its days: what it issues, takes back and remembers, and how one key follows the other.</summary>
public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly CertificateTerms ForAda = new() { Kind = CertificateKind.User, KeyId = "ada", Principals = ["ada"], Extensions = CertificateOption.UserPermissions };
    private static readonly CertificateTerms ForHost = new() { Kind = CertificateKind.Host, KeyId = "web", Principals = ["web.example"] };

    private readonly PrivateKey _first = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _second = PrivateKey.GenerateEcdsa();
    private readonly PrivateKey _third = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();
    private readonly ManualTime _time = new();
    private readonly CertificateAuthority _authority;

    public CertificateAuthorityTests()
    {
        _time.Pass(TimeSpan.FromDays(20_000));
        _authority = new CertificateAuthority(_first, Options);
    }

    private CertificateAuthorityOptions Options => new() { Time = _time, UserLifetime = TimeSpan.FromHours(8), HostLifetime = TimeSpan.FromDays(10) };

    private DateTimeOffset Now => _time.GetUtcNow();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _third.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Certificates_hold_for_as_long_as_the_authority_says_and_each_has_a_number()
    {
        Certificate ofUser = await IssueAsync(ForAda), ofHost = await IssueAsync(ForHost), next = await IssueAsync(ForAda with { Serial = 3 });
        Assert.Equal((ulong)Now.AddMinutes(-5).ToUnixTimeSeconds(), ofUser.ValidAfter);
        Assert.Equal((ulong)Now.AddHours(8).ToUnixTimeSeconds(), ofUser.ValidBefore);
        Assert.Equal((ulong)Now.AddDays(10).ToUnixTimeSeconds(), ofHost.ValidBefore);
        Assert.True(ofUser.Serial > 0 && ofUser.Serial < ofHost.Serial && ofHost.Serial < next.Serial);
        Assert.Equal(5, ofUser.Extensions.Count);
        Assert.Null(ofUser.FaultAsUser("ada", Now));
        Assert.Null(ofHost.FaultAsHost("web.example", Now));
    }

    [Fact]
    public async Task Terms_may_ask_for_less_time_and_not_for_more()
    {
        Certificate later = await IssueAsync(ForAda.Between(Now.AddHours(1), Now.AddHours(2)));
        Assert.Equal(((ulong)Now.AddHours(1).ToUnixTimeSeconds(), (ulong)Now.AddHours(2).ToUnixTimeSeconds()), (later.ValidAfter, later.ValidBefore));
        Certificate capped = await IssueAsync(ForAda.Between(Now.AddDays(-1), Now.AddDays(1)));
        Assert.Equal(((ulong)Now.AddMinutes(-5).ToUnixTimeSeconds(), (ulong)Now.AddHours(8).ToUnixTimeSeconds()), (capped.ValidAfter, capped.ValidBefore));
        await Assert.ThrowsAsync<ArgumentException>(async () => await IssueAsync(ForAda.Between(Now.AddDays(-2), Now.AddDays(-1))));
        await Assert.ThrowsAsync<ArgumentException>(async () => await IssueAsync(ForAda with { Principals = [] }));
    }

    [Fact]
    public async Task Numbers_are_never_given_twice_whatever_is_forgotten()
    {
        Certificate[] made = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await IssueAsync(ForAda))));
        Assert.Equal(200, made.DistinctBy(certificate => certificate.Serial).Count());
        _time.Pass(TimeSpan.FromMilliseconds(1));
        var forgetful = new CertificateAuthority(_first, Options);
        Assert.True((await forgetful.IssueAsync(_key.PublicKey, ForAda, TestContext.Current.CancellationToken)).Serial > made.Max(certificate => certificate.Serial));
    }

    [Fact]
    public async Task One_key_follows_the_other_and_no_certificate_is_refused_while_it_holds()
    {
        _authority.Rotate(_second, Now.AddDays(1));
        Assert.Equal([_first.PublicKey, _second.PublicKey], _authority.TrustedKeys);
        Assert.Equal(_first.PublicKey, _authority.SigningKey);
        _time.Pass(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Certificate last = await IssueAsync(ForHost);
        Assert.Equal(_first.PublicKey, last.SignatureKey);

        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(_second.PublicKey, (await IssueAsync(ForAda)).SignatureKey);
        Assert.Equal([_first.PublicKey, _second.PublicKey], _authority.TrustedKeys);
        _time.Pass(TimeSpan.FromDays(10) - TimeSpan.FromSeconds(2));
        Assert.Null(last.FaultAsHost("web.example", Now));
        Assert.Equal([_first.PublicKey, _second.PublicKey], _authority.TrustedKeys);

        _time.Pass(TimeSpan.FromMinutes(6));
        Assert.NotNull(last.FaultAsHost("web.example", Now));
        Assert.Equal([_second.PublicKey], _authority.TrustedKeys);
        Assert.Throws<ArgumentException>(() => _authority.Revoke(last));
    }

    [Fact]
    public void A_key_that_was_announced_gives_way_to_one_that_begins_before_it()
    {
        _authority.Rotate(_second, Now.AddDays(5));
        _authority.Rotate(_third, Now.AddDays(1));
        Assert.Equal([_first.PublicKey, _third.PublicKey], _authority.TrustedKeys);
        _authority.Rotate(_second, Now.AddDays(2));
        Assert.Equal([_first.PublicKey, _third.PublicKey, _second.PublicKey], _authority.TrustedKeys);
        Assert.Throws<ArgumentException>(() => _authority.Rotate(_first, Now));
        _time.Pass(TimeSpan.FromDays(30));
        Assert.Equal([_second.PublicKey], _authority.TrustedKeys);
    }

    [Fact]
    public async Task What_is_taken_back_is_in_the_list_until_it_has_expired()
    {
        Certificate lost = await IssueAsync(ForAda), other = await IssueAsync(ForAda);
        var before = KeyRevocationList.Parse(_authority.WriteRevocations());
        _authority.Revoke(lost);
        _authority.Revoke(lost);
        var list = KeyRevocationList.Parse(_authority.WriteRevocations());
        Assert.True(list.Contains(lost));
        Assert.False(list.Contains(other));
        Assert.False(list.Contains(_key.PublicKey));
        Assert.True(list.Version > before.Version);
        Assert.Equal((ulong)Now.ToUnixTimeSeconds(), list.GeneratedAt);

        _time.Pass(TimeSpan.FromHours(8));
        Assert.True(KeyRevocationList.Parse(_authority.WriteRevocations()).Contains(lost));
        _time.Pass(TimeSpan.FromMinutes(5));
        var late = KeyRevocationList.Parse(_authority.WriteRevocations());
        Assert.False(late.Contains(lost));
        Assert.True(late.Version > list.Version);
    }

    [Fact]
    public async Task Whose_certificate_it_is_not_and_what_has_no_number_is_not_taken_back()
    {
        Certificate others = await ForAda.SignAsync(_key.PublicKey, _second, ct: TestContext.Current.CancellationToken);
        Assert.Throws<ArgumentException>(() => _authority.Revoke(others));
        Certificate numbered = await (ForAda with { Serial = 4 }).SignAsync(_key.PublicKey, _second, ct: TestContext.Current.CancellationToken);
        Assert.Throws<ArgumentException>(() => _authority.Revoke(numbered));
    }

    [Fact]
    public async Task A_revoked_key_gets_no_certificate()
    {
        Certificate made = await IssueAsync(ForAda);
        _authority.RevokeKey(made);
        await Assert.ThrowsAsync<SshException>(async () => await IssueAsync(ForAda));
        Assert.True(KeyRevocationList.Parse(_authority.WriteRevocations()).Contains(made));
        Assert.True(KeyRevocationList.Parse(_authority.WriteRevocations()).Contains(_key.PublicKey));
    }

    [Fact]
    public async Task An_authority_whose_key_is_lost_goes_on_with_another_at_once()
    {
        Certificate made = await IssueAsync(ForAda);
        _authority.RevokeKey(_first.PublicKey);
        Assert.Empty(_authority.TrustedKeys);
        await Assert.ThrowsAsync<SshException>(async () => await IssueAsync(ForAda));
        _authority.Rotate(_second, DateTimeOffset.MinValue);
        Assert.Equal([_second.PublicKey], _authority.TrustedKeys);
        Assert.Equal(_second.PublicKey, (await IssueAsync(ForAda)).SignatureKey);
        var list = KeyRevocationList.Parse(_authority.WriteRevocations());
        Assert.True(list.Contains(made));
        Assert.False(list.Contains(await IssueAsync(ForAda)));
        Assert.Throws<ArgumentException>(() => _authority.Rotate(_first, Now));
    }

    [Fact]
    public async Task An_authority_that_was_saved_goes_on()
    {
        Certificate lost = await IssueAsync(ForHost);
        _authority.Revoke(lost);
        _authority.RevokeKey(_third.PublicKey);
        _authority.Rotate(_second, Now.AddDays(1));
        string saved = _authority.Save();

        var restored = CertificateAuthority.Restore(saved, [_second, _first], Options);
        Assert.Equal(saved, restored.Save());
        Assert.Equal(_authority.TrustedKeys, restored.TrustedKeys);
        Assert.True(KeyRevocationList.Parse(restored.WriteRevocations()).Contains(lost));
        Assert.True(KeyRevocationList.Parse(restored.WriteRevocations()).Contains(_third.PublicKey));
        Assert.Throws<ArgumentException>(() => CertificateAuthority.Restore(saved, [_second], Options));
        Assert.Throws<ArgumentException>(() => CertificateAuthority.Restore(saved, [_first], Options));

        _time.Pass(TimeSpan.FromDays(2));
        var later = CertificateAuthority.Restore(saved, [_second], Options);
        Assert.Equal([_first.PublicKey, _second.PublicKey], later.TrustedKeys);
        Assert.Equal(_second.PublicKey, (await later.IssueAsync(_key.PublicKey, ForAda, TestContext.Current.CancellationToken)).SignatureKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nacre authority 2\nKEY")]
    [InlineData("nacre authority 1\n")]
    [InlineData("nacre authority 1\nKEY\nbogus")]
    [InlineData("nacre authority 1\nKEY\ncertificate 5 0 AUTHORITY")]
    [InlineData("nacre authority 1\nKEY\ncertificate 5 18446744073709551616 AUTHORITY")]
    [InlineData("nacre authority 1\nKEY\ncertificate 5 AUTHORITY")]
    [InlineData("nacre authority 1\nKEY\nrevoked ssh-ed25519 AAAA")]
    [InlineData("nacre authority 1\nkey 18446744073709551615 0 AUTHORITY")]
    [InlineData("nacre authority 1\nkey -1 0 AUTHORITY")]
    public void What_is_damaged_is_not_gone_on_from(string text)
    {
        string filled = text.Replace("KEY", "key 5 0 AUTHORITY", StringComparison.Ordinal).Replace("AUTHORITY", _first.PublicKey.ToString(), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => CertificateAuthority.Restore(filled, [_first], Options));
    }

    [Fact]
    public async Task Files_are_replaced_whole()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Write("known_hosts", "old");
        await CertificateAuthority.PublishAsync(path, System.Text.Encoding.UTF8.GetBytes(_authority.KnownHostsLines("*.example")), TestContext.Current.CancellationToken);
        Assert.Equal($"@cert-authority *.example {_first.PublicKey}\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CertificateAuthority.PublishAsync(path, new byte[5], new CancellationToken(canceled: true)));
        Assert.Equal([path], Directory.GetFiles(directory[""]));
        Assert.Throws<ArgumentException>(() => _authority.KnownHostsLines("a b"));
        Assert.Throws<ArgumentException>(() => _authority.KnownHostsLines("a\n@cert-authority"));
    }

    private async Task<Certificate> IssueAsync(CertificateTerms terms) => await _authority.IssueAsync(_key.PublicKey, terms, TestContext.Current.CancellationToken);
}
