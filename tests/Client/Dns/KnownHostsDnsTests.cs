using Nacre.Client;
using Nacre.Client.Dns;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client.Dns;

/// <summary>VerifyHostKeyDNS: when fingerprints from the DNS are trusted, and what is said of them.</summary>
public sealed class KnownHostsDnsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedDialog _dialog = new();

    private static SshfpRecord Good => SshfpRecord.Of(HostKeys.Ed25519, SshfpRecord.Sha256)!;

    private static SshfpRecord OldHash => SshfpRecord.Of(HostKeys.Ed25519, SshfpRecord.Sha1)!;

    private static SshfpRecord Other => SshfpRecord.Of(HostKeys.OtherEd25519, SshfpRecord.Sha256)!;

    private static SshfpRecord OtherType => SshfpRecord.Of(HostKeys.Rsa, SshfpRecord.Sha256)!;

    private static SshfpRecord OtherHash => new(4, 9, new byte[48]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_authenticated_fingerprint_is_trusted_and_not_kept()
    {
        foreach (SshfpRecord[] records in new SshfpRecord[][] { [Good], [OldHash], [OtherType, OtherHash, Good] })
        {
            Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(VerifyHostKeyDns.Yes, isAuthenticated: true, records));
        }

        Assert.Empty(_dialog.Transcript);
        Assert.False(File.Exists(_directory["known_hosts"]));
    }

    [Theory]
    [InlineData(VerifyHostKeyDns.Yes, false)]
    [InlineData(VerifyHostKeyDns.Ask, true)]
    [InlineData(VerifyHostKeyDns.Ask, false)]
    public async Task Any_other_match_is_told_to_the_person_only(VerifyHostKeyDns mode, bool isAuthenticated)
    {
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(mode, isAuthenticated, [Good]));
        Assert.Contains($"{HostKeys.Ed25519.Fingerprint}.\nMatching host key fingerprint found in DNS.\n", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mismatch_raises_the_alarm_even_if_another_record_matches_A20()
    {
        foreach (SshfpRecord[] records in new SshfpRecord[][] { [Other], [Good, Other], [OtherType], [Good with { Fingerprint = new byte[3] }] })
        {
            _dialog.Transcript.Clear();
            Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(VerifyHostKeyDns.Yes, isAuthenticated: true, records));
            Assert.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED", _dialog.Transcript[0], StringComparison.Ordinal);
            Assert.EndsWith("\nUpdate the SSHFP RR in DNS with the new host key to get rid of this message.", _dialog.Transcript[0], StringComparison.Ordinal);
            Assert.Contains("\nNo matching host key fingerprint found in DNS.\n", _dialog.Transcript[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_an_answer_nothing_is_verified_A20()
    {
        var options = Options(VerifyHostKeyDns.Yes) with { Fingerprints = new Answers(SshfpAnswer.Failure) };
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(options, "host"));
        Assert.Contains("\nNo matching host key fingerprint found in DNS.\n", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    public async Task Addresses_are_not_looked_for(string host)
    {
        var answers = new Answers(new SshfpAnswer([Good], true, null));
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Options(VerifyHostKeyDns.Yes) with { Fingerprints = answers }, host));
        Assert.Equal(0, answers.Asked);
    }

    [Fact]
    public async Task Nobody_asks_the_DNS_unless_told_to()
    {
        var answers = new Answers(new SshfpAnswer([Good], true, null));
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(Options(VerifyHostKeyDns.No) with { Fingerprints = answers }, "host"));
        Assert.Equal(0, answers.Asked);
        Assert.DoesNotContain("DNS", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_known_hosts_revokes_is_refused_whoever_vouches_for_it()
    {
        _directory.Write("known_hosts", $"@revoked * {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(VerifyHostKeyDns.Yes, isAuthenticated: true, [Good]));
        Assert.Contains("REVOKED HOST KEY", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    private async Task<HostKeyVerdict> JudgeAsync(VerifyHostKeyDns mode, bool isAuthenticated, SshfpRecord[] records) =>
        await JudgeAsync(Options(mode) with { Fingerprints = new Answers(new SshfpAnswer(records, isAuthenticated, null)) }, "host");

    private async Task<HostKeyVerdict> JudgeAsync(KnownHostsOptions options, string host) =>
        await new KnownHostsPolicy(options, _dialog).JudgeAsync(new HostKeyOffer(host, 22, "192.0.2.1", HostKeys.Ed25519), TestContext.Current.CancellationToken);

    private KnownHostsOptions Options(VerifyHostKeyDns mode) => new() { UserFiles = [_directory["known_hosts"]], VerifyHostKeyDns = mode };

    private sealed class Answers(SshfpAnswer answer) : ISshfpSource
    {
        public int Asked { get; private set; }

        public ValueTask<SshfpAnswer> FindAsync(string host, CancellationToken ct)
        {
            Asked++;
            return new(answer);
        }
    }
}
