using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client;

public sealed class KnownHostsPolicyTests : IDisposable
{
    private const string Address = "192.0.2.1";
    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedDialog _dialog = new();

    private string UserFile => _directory["known_hosts"];

    private static string Fingerprint => HostKeys.Ed25519.Fingerprint;

    public void Dispose() => _directory.Dispose();

    public static TheoryData<StrictHostKeyChecking> Modes => [.. Enum.GetValues<StrictHostKeyChecking>()];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_known_key_is_trusted_without_a_word(StrictHostKeyChecking strict)
    {
        _directory.Write("known_hosts", $"other {HostKeys.Rsa}\nhost {HostKeys.Rsa}\nhost {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(strict));
        Assert.Empty(_dialog.Transcript);
    }

    [Fact]
    public async Task An_unknown_host_is_asked_about_in_OpenSSHs_words_and_added()
    {
        _dialog.Answers.Enqueue("yes");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.Ask));

        Assert.Equal(
            [
                $"? The authenticity of host 'host ({Address})' can't be established.\nED25519 key fingerprint is {Fingerprint}.\n"
                    + "This key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ",
                "Warning: Permanently added 'host' (ED25519) to the list of known hosts.",
            ],
            _dialog.Transcript);
        Assert.Equal($"host {HostKeys.Ed25519}\n", await File.ReadAllTextAsync(UserFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_port_is_part_of_the_name_and_a_proxy_has_no_address()
    {
        _dialog.Answers.Enqueue("no");
        await JudgeAsync(StrictHostKeyChecking.Ask, port: 2222, address: null);
        await JudgeAsync(StrictHostKeyChecking.Ask, port: 2222);

        Assert.StartsWith("? The authenticity of host '[host]:2222 (<no hostip for proxy command>)' can't", _dialog.Transcript[0], StringComparison.Ordinal);
        Assert.StartsWith($"? The authenticity of host '[host]:2222 ([{Address}]:2222)' can't", _dialog.Transcript[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("YES", true)]
    [InlineData("  yes \r", true)]
    [InlineData("FINGERPRINT", true)]
    [InlineData(" FINGERPRINT ", true)]
    [InlineData("no", false)]
    [InlineData("", false)]
    [InlineData("nO x", false)]
    [InlineData(null, false)]
    public async Task Yes_or_the_fingerprint_is_a_yes(string? answer, bool isTrusted)
    {
        if (answer is not null) _dialog.Answers.Enqueue(answer.Replace("FINGERPRINT", Fingerprint, StringComparison.Ordinal));
        Assert.Equal(isTrusted ? HostKeyVerdict.Trust : HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Ask));
        Assert.Equal(isTrusted, File.Exists(UserFile));
    }

    [Fact]
    public async Task Anything_else_is_asked_again()
    {
        foreach (string answer in new[] { "y", HostKeys.Rsa.Fingerprint, Fingerprint.ToUpperInvariant(), "no" }) _dialog.Answers.Enqueue(answer);
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Ask));
        Assert.Equal(4, _dialog.Transcript.Count);
        Assert.All(_dialog.Transcript.Skip(1), question => Assert.Equal("? Please type 'yes', 'no' or the fingerprint: ", question));
    }

    [Fact]
    public async Task Accept_new_adds_without_asking()
    {
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.AcceptNew));
        Assert.Equal(["Warning: Permanently added 'host' (ED25519) to the list of known hosts."], _dialog.Transcript);
    }

    [Fact]
    public async Task Yes_trusts_known_hosts_only()
    {
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Yes));
        Assert.Equal(["! No ED25519 host key is known for host and you have requested strict checking."], _dialog.Transcript);
        Assert.False(File.Exists(UserFile));
    }

    [Fact]
    public async Task New_names_are_hidden_on_request()
    {
        KnownHostsOptions options = Options(StrictHostKeyChecking.AcceptNew) with { HashesNames = true };
        await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(), TestContext.Current.CancellationToken);
        Assert.StartsWith("|1|", await File.ReadAllTextAsync(UserFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.Yes));
    }

    [Theory]
    [InlineData(StrictHostKeyChecking.Ask)]
    [InlineData(StrictHostKeyChecking.AcceptNew)]
    [InlineData(StrictHostKeyChecking.Yes)]
    public async Task A_changed_key_is_refused_with_OpenSSHs_warning(StrictHostKeyChecking strict)
    {
        _directory.Write("known_hosts", $"# mine\nhost {HostKeys.Rsa}\nhost {HostKeys.OtherEd25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(strict));
        Assert.Equal($"""
            ! @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
            @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
            Someone could be eavesdropping on you right now (man-in-the-middle attack)!
            It is also possible that a host key has just been changed.
            The fingerprint for the ED25519 key sent by the remote host is
            {Fingerprint}.
            Please contact your system administrator.
            Add correct host key in {UserFile} to get rid of this message.
            Offending ED25519 key in {UserFile}:3
              remove with:
              ssh-keygen -f "{UserFile}" -R "host"
            Host key for host has changed and you have requested strict checking.
            """, Assert.Single(_dialog.Transcript));
        Assert.DoesNotContain(HostKeys.Ed25519.ToString(), await File.ReadAllTextAsync(UserFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_checking_off_a_changed_key_gets_no_secrets_and_is_not_added()
    {
        string before = $"host {HostKeys.OtherEd25519}\n";
        _directory.Write("known_hosts", before);
        Assert.Equal(HostKeyVerdict.TrustWithoutSecrets, await JudgeAsync(StrictHostKeyChecking.No));
        Assert.EndsWith("Keyboard-interactive authentication is disabled to avoid man-in-the-middle attacks.", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(UserFile, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_revoked_key_is_refused_in_every_mode_though_it_is_known_A21(StrictHostKeyChecking strict)
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        _directory.Write("global", $"@revoked * {HostKeys.Ed25519}\n");
        KnownHostsOptions options = Options(strict) with { GlobalFiles = [_directory["global"]] };
        Assert.Equal(HostKeyVerdict.Refuse, await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(), TestContext.Current.CancellationToken));
        Assert.Contains("@       WARNING: REVOKED HOST KEY DETECTED!               @", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_revoked_for_the_name_is_revoked_at_every_port_A21()
    {
        _directory.Write("known_hosts", $"[host]:2222 {HostKeys.Ed25519}\n@revoked host {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Ask, port: 2222));
    }

    [Fact]
    public async Task A_certificate_authority_is_nobodys_own_key_A21()
    {
        _directory.Write("known_hosts", $"@cert-authority * {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Yes));
        Assert.StartsWith("! No ED25519 host key is known", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_known_by_its_name_is_known_at_other_ports_but_another_key_there_is_only_new()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.Yes, port: 2222));
        _directory.Write("known_hosts", $"host {HostKeys.Rsa}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Ask, port: 2222));
        Assert.StartsWith("? The authenticity", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_names_of_the_key_are_told_eight_at_most()
    {
        string lines = string.Concat(Enumerable.Range(1, 9).Select(i => $"other{i} {HostKeys.Ed25519}\n"));
        _directory.Write("known_hosts", $"{KnownHostName.Hash("hidden")} {HostKeys.Ed25519}\n@cert-authority * {HostKeys.Ed25519}\n{lines}");
        await JudgeAsync(StrictHostKeyChecking.Ask);
        string question = Assert.Single(_dialog.Transcript);
        Assert.Contains($"This host key is known by the following other names/addresses:\n    {UserFile}:1: [hashed name]\n    {UserFile}:3: other1\n", question, StringComparison.Ordinal);
        Assert.Contains($"    {UserFile}:9: other7\n    (2 additional names omitted)\nAre you sure", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_takes_the_place_of_name_and_port()
    {
        _directory.Write("known_hosts", $"node {HostKeys.Ed25519}\n");
        KnownHostsOptions options = Options(StrictHostKeyChecking.Yes) with { HostKeyAlias = "node" };
        Assert.Equal(HostKeyVerdict.Trust, await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(port: 2222), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("127.0.0.1", HostKeyVerdict.Trust)]
    [InlineData("::1", HostKeyVerdict.Trust)]
    [InlineData("192.0.2.1", HostKeyVerdict.Refuse)]
    [InlineData(null, HostKeyVerdict.Refuse)]
    public async Task Loopback_is_trusted_on_request(string? address, HostKeyVerdict verdict)
    {
        KnownHostsOptions options = Options(StrictHostKeyChecking.Yes) with { TrustsLoopback = true };
        Assert.Equal(verdict, await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(address: address), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_refuses_A20()
    {
        KnownHostsOptions options = Options(StrictHostKeyChecking.No) with { GlobalFiles = [_directory.Path] };
        Assert.Equal(HostKeyVerdict.Refuse, await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(), TestContext.Current.CancellationToken));
        Assert.Contains("cannot be read", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialog_that_fails_does_not_trust_A20()
    {
        _dialog.Fault = new InvalidOperationException("no terminal");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await JudgeAsync(StrictHostKeyChecking.Ask));
        _dialog.Fault = new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await JudgeAsync(StrictHostKeyChecking.Ask));
        Assert.False(File.Exists(UserFile));
    }

    [Fact]
    public async Task A_host_that_cannot_be_remembered_is_trusted_this_once()
    {
        KnownHostsOptions options = Options(StrictHostKeyChecking.AcceptNew) with { UserFiles = [_directory["missing/known_hosts"]] };
        Assert.Equal(HostKeyVerdict.Trust, await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(), TestContext.Current.CancellationToken));
        Assert.Equal([$"! Failed to add the host to the list of known hosts ({_directory["missing/known_hosts"]})."], _dialog.Transcript);
    }

    [Fact]
    public async Task Names_from_the_user_are_shown_escaped_A25()
    {
        await new KnownHostsPolicy(Options(StrictHostKeyChecking.Yes), _dialog).JudgeAsync(new HostKeyOffer("h\u001b[2J", 22, Address, HostKeys.Ed25519), TestContext.Current.CancellationToken);
        Assert.DoesNotContain('\u001b', Assert.Single(_dialog.Transcript));
    }

    [Fact]
    public async Task The_drawing_is_shown_on_request()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        KnownHostsOptions options = Options(StrictHostKeyChecking.Ask) with { ShowsDrawing = true };
        await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer(), TestContext.Current.CancellationToken);
        Assert.Equal($"Host key fingerprint is {Fingerprint}\n{RandomArt.Draw(HostKeys.Ed25519, FingerprintHash.Sha256)}", Assert.Single(_dialog.Transcript));
    }

    private async Task<HostKeyVerdict> JudgeAsync(StrictHostKeyChecking strict, int port = 22, string? address = Address) =>
        await new KnownHostsPolicy(Options(strict), _dialog).JudgeAsync(Offer(port, address), TestContext.Current.CancellationToken);

    private KnownHostsOptions Options(StrictHostKeyChecking strict) => new() { UserFiles = [UserFile], Strict = strict };

    private static HostKeyOffer Offer(int port = 22, string? address = Address) => new("host", port, address, HostKeys.Ed25519);
}
