using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Interop;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Client;

/// <summary>Host keys that others vouch for or warn of: certificates, lists of revoked keys, lines from a source.</summary>
public sealed class KnownHostsAuthorityTests : IDisposable
{
    private static readonly PrivateKey Authority = PrivateKey.GenerateEd25519();
    private static readonly PrivateKey Host = PrivateKey.GenerateEd25519();

    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedDialog _dialog = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_certificate_is_trusted_by_the_authority_of_the_host()
    {
        _directory.Write("known_hosts", $"@cert-authority *.example {Authority.PublicKey}\n");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(Issue()));
        Assert.Empty(_dialog.Transcript);
    }

    public static TheoryData<string> Faults => ["name", "none", "kind", "expired", "early", "critical", "algorithm", "other authority", "plain line"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_certificate_that_does_not_hold_is_no_more_than_its_key(string fault)
    {
        string marker = fault == "plain line" ? "" : "@cert-authority ";
        _directory.Write("known_hosts", $"{marker}*.example {(fault == "other authority" ? HostKeys.Ed25519 : Authority.PublicKey)}\n");
        Certificate certificate = Issue(draft =>
        {
            switch (fault)
            {
                case "name": draft.Principals = CertificateDraft.Pack("b.example"); break;
                case "none": draft.Principals = []; break;
                case "kind": draft.Kind = (uint)CertificateKind.User; break;
                case "expired": draft.ValidBefore = 1; break;
                case "early": draft.ValidAfter = ulong.MaxValue - 1; break;
                case "critical": draft.CriticalOptions = CertificateDraft.Option("force-command", "x"); break;
            }
        });
        Func<KnownHostsOptions, KnownHostsOptions>? change = fault == "algorithm" ? options => options with { CASignatureAlgorithms = ["rsa-sha2-512"] } : null;
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(certificate, change));
        Assert.Contains(fault == "plain line" ? "HAS CHANGED" : "No ED25519 host key is known", _dialog.Transcript[^1], StringComparison.Ordinal);
        Assert.Equal(fault is "other authority" or "plain line" ? 1 : 2, _dialog.Transcript.Count);

        _directory.Write("known_hosts", $"a.example {Host.PublicKey}\n");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(certificate, change));
    }

    [Fact]
    public async Task A_revoked_authority_or_a_revoked_key_in_a_certificate_is_refused_A21()
    {
        foreach (PublicKey revoked in new[] { Authority.PublicKey, Host.PublicKey })
        {
            _directory.Write("known_hosts", $"@cert-authority * {Authority.PublicKey}\n@revoked * {revoked}\na.example {Host.PublicKey}\n");
            _dialog.Transcript.Clear();
            Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Issue()));
            Assert.Contains("REVOKED HOST KEY", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Files_of_revoked_keys_win_over_everything_and_must_be_readable_A20()
    {
        _directory.Write("known_hosts", $"a.example {Host.PublicKey}\n@cert-authority * {Authority.PublicKey}\n");
        _directory.Write("empty", "# none\n");
        string revoked = _directory.Write("revoked", $"{Host.PublicKey} stolen\n"), authorities = _directory.Write("authorities", $"{Authority.PublicKey}\n");
        KnownHostsOptions WithFiles(KnownHostsOptions options, params string[] files) => options with { RevokedKeysFiles = files, TrustsLoopback = true };

        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(Host.PublicKey, options => WithFiles(options, _directory["empty"])));
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Host.PublicKey, options => WithFiles(options, _directory["empty"], revoked), "127.0.0.1"));
        Assert.Equal($"! Host key ED25519 {Host.PublicKey.Fingerprint} revoked by file {revoked}", _dialog.Transcript[^1]);
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Issue(), options => WithFiles(options, authorities)));
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Host.PublicKey, options => WithFiles(options, _directory["missing"])));
        Assert.StartsWith($"! Error checking host key ED25519 {Host.PublicKey.Fingerprint} in revoked keys file {_directory["missing"]}: ", _dialog.Transcript[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_a_source_count_as_those_of_files_and_its_failure_refuses()
    {
        var source = new Source($"a.example {Host.PublicKey}\n");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(Host.PublicKey, options => options with { Source = source, UpdateHostKeys = UpdateHostKeys.Yes, ChecksAddress = true }));
        Assert.Equal([new KnownHostsQuestion(KnownHostsPurpose.HostName, "a.example", Host.PublicKey), new(KnownHostsPurpose.Address, "192.0.2.1", Host.PublicKey)], source.Asked);

        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(HostKeys.Ed25519, options => options with { Source = source }));
        Assert.Contains("Offending ED25519 key in KnownHostsCommand-HOSTNAME:1", _dialog.Transcript[^1], StringComparison.Ordinal);
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Host.PublicKey, options => options with { Source = new Source(null), Strict = StrictHostKeyChecking.No }));
        Assert.Equal("! it broke", _dialog.Transcript[^1]);
    }

    [Fact]
    public async Task What_is_withheld_after_a_change_is_what_was_asked_for()
    {
        _directory.Write("known_hosts", $"a.example {HostKeys.Ed25519}\n");
        KnownHostsOptions Loose(KnownHostsOptions options, bool ends, params string[] withheld) =>
            options with { Strict = StrictHostKeyChecking.No, Withheld = withheld, EndsWhenWithheld = ends };

        Assert.Equal(HostKeyVerdict.TrustWithoutSecrets, await JudgeAsync(Host.PublicKey, options => Loose(options, ends: false, "X11 forwarding", "Port forwarding")));
        Assert.EndsWith("\nX11 forwarding is disabled to avoid man-in-the-middle attacks.\nPort forwarding is disabled to avoid man-in-the-middle attacks.", _dialog.Transcript[^1], StringComparison.Ordinal);
        Assert.Equal(HostKeyVerdict.TrustWithoutSecrets, await JudgeAsync(Host.PublicKey, options => Loose(options, ends: true)));
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Host.PublicKey, options => Loose(options, ends: true, "Port forwarding")));
        Assert.Equal("! Error: forwarding disabled due to host key check failure", _dialog.Transcript[^1]);
    }

    private static Certificate Issue(Action<CertificateDraft>? change = null)
    {
        var draft = new CertificateDraft(Host.PublicKey) { Kind = (uint)CertificateKind.Host, Principals = CertificateDraft.Pack("a.example") };
        change?.Invoke(draft);
        return draft.Issue(Authority);
    }

    private async Task<HostKeyVerdict> JudgeAsync(PublicKey key, Func<KnownHostsOptions, KnownHostsOptions>? change = null, string address = "192.0.2.1")
    {
        var options = new KnownHostsOptions { UserFiles = [_directory["known_hosts"]], Strict = StrictHostKeyChecking.Yes };
        return await new KnownHostsPolicy(change?.Invoke(options) ?? options, _dialog)
            .JudgeAsync(new HostKeyOffer("A.example", 22, address, key), TestContext.Current.CancellationToken);
    }

    private sealed class Source(string? text) : IKnownHostsSource
    {
        public List<KnownHostsQuestion> Asked { get; } = [];

        public ValueTask<string> ReadAsync(KnownHostsQuestion question, CancellationToken ct)
        {
            Asked.Add(question);
            return new(text ?? throw new SshException("it broke"));
        }
    }
}
