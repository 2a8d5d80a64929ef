using Nacre.Client;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client;

/// <summary>CheckHostIP: the key of a host must be the key of its address, too.</summary>
public sealed class KnownHostsAddressTests : IDisposable
{
    private const string Address = "192.0.2.1";
    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedDialog _dialog = new();

    private string UserFile => _directory["known_hosts"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_new_host_is_added_with_its_address()
    {
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.AcceptNew));
        Assert.Equal([$"Warning: Permanently added 'host,{Address}' (ED25519) to the list of known hosts."], _dialog.Transcript);
        Assert.Equal($"host,{Address} {HostKeys.Ed25519}\n", await ReadAsync());
    }

    [Fact]
    public async Task Name_and_address_are_hidden_each_by_itself()
    {
        await JudgeAsync(StrictHostKeyChecking.AcceptNew, options => options with { HashesNames = true });
        KnownHosts known = KnownHosts.Load(UserFile);
        Assert.Single(known.Find("host"));
        Assert.Single(known.Find(Address));
        Assert.All((await ReadAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("|1|", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_address_of_a_known_host_is_added()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.Yes));
        Assert.Equal([$"Warning: Permanently added the ED25519 host key for IP address '{Address}' to the list of known hosts."], _dialog.Transcript);
        Assert.Equal($"host {HostKeys.Ed25519}\n{Address} {HostKeys.Ed25519}\n", await ReadAsync());
    }

    [Fact]
    public async Task An_address_that_cannot_be_added_does_not_make_the_host_unknown()
    {
        _directory.Write("global", $"host {HostKeys.Ed25519}\n");
        string missing = _directory["missing/known_hosts"];
        Assert.Equal(HostKeyVerdict.Trust, await JudgeAsync(StrictHostKeyChecking.Yes, options => options with { UserFiles = [missing], GlobalFiles = [_directory["global"]] }));
        Assert.Equal([$"! Failed to add the ED25519 host key for IP address '{Address}' to the list of known hosts ({missing})."], _dialog.Transcript);
    }

    [Theory]
    [InlineData(StrictHostKeyChecking.Yes, HostKeyVerdict.Refuse)]
    [InlineData(StrictHostKeyChecking.AcceptNew, HostKeyVerdict.Refuse)]
    [InlineData(StrictHostKeyChecking.No, HostKeyVerdict.Trust)]
    public async Task An_address_with_another_key_is_told_and_strict_checking_ends_there(StrictHostKeyChecking strict, HostKeyVerdict verdict)
    {
        _directory.Write("known_hosts", $"{Address} {HostKeys.OtherEd25519}\nhost {HostKeys.Ed25519}\n");
        Assert.Equal(verdict, await JudgeAsync(strict));
        Assert.Equal(
            $"Warning: the ED25519 host key for 'host' differs from the key for the IP address '{Address}'\nOffending key for IP in {UserFile}:1\nMatching host key in {UserFile}:2",
            _dialog.Transcript[0]);
        Assert.Equal(verdict == HostKeyVerdict.Refuse ? ["! Exiting, you have requested strict checking."] : [], _dialog.Transcript.Skip(1));
    }

    [Theory]
    [InlineData("yes", HostKeyVerdict.Trust)]
    [InlineData("no", HostKeyVerdict.Refuse)]
    [InlineData(null, HostKeyVerdict.Refuse)]
    public async Task A_person_decides_whether_the_address_may_differ(string? answer, HostKeyVerdict verdict)
    {
        _directory.Write("known_hosts", $"{Address} {HostKeys.OtherEd25519}\nhost {HostKeys.Ed25519}\n");
        _dialog.Answers.Enqueue(HostKeys.Ed25519.Fingerprint);
        if (answer is not null) _dialog.Answers.Enqueue(answer);
        Assert.Equal(verdict, await JudgeAsync(StrictHostKeyChecking.Ask));
        Assert.EndsWith("\nAre you sure you want to continue connecting (yes/no)? ", _dialog.Transcript[0], StringComparison.Ordinal);
        Assert.Equal("? Please type 'yes' or 'no': ", _dialog.Transcript[1]);
    }

    [Fact]
    public async Task A_changed_key_whose_address_tells_another_story_looks_like_DNS_spoofing()
    {
        _directory.Write("known_hosts", $"host {HostKeys.OtherEd25519}\n{Address} {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Ask));
        Assert.Equal($"""
            ! @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
            @       WARNING: POSSIBLE DNS SPOOFING DETECTED!          @
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
            The ED25519 host key for host has changed,
            and the key for the corresponding IP address {Address}
            is unchanged. This could either mean that
            DNS SPOOFING is happening or the IP address for the host
            and its host key have changed at the same time.
            Offending key for IP in {UserFile}:2
              remove with:
              ssh-keygen -f "{UserFile}" -R "{Address}"
            """, _dialog.Transcript[0]);
        Assert.StartsWith("! @@@", _dialog.Transcript[1], StringComparison.Ordinal);
        Assert.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED", _dialog.Transcript[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is unknown")]
    [InlineData("rsa", "has a different value")]
    public async Task The_alarm_says_what_is_known_of_the_address(string address, string said)
    {
        _directory.Write("known_hosts", $"host {HostKeys.OtherEd25519}\n{(address == "rsa" ? $"{Address} {HostKeys.Rsa}\n" : "")}");
        await JudgeAsync(StrictHostKeyChecking.Ask);
        Assert.Contains($"\n{said}. This could either mean that\n", _dialog.Transcript[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_and_address_that_changed_together_raise_one_alarm()
    {
        _directory.Write("known_hosts", $"host,{Address} {HostKeys.OtherEd25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(StrictHostKeyChecking.Ask));
        Assert.DoesNotContain("DNS SPOOFING", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("host")]
    [InlineData(null)]
    public async Task An_address_that_says_no_more_than_the_name_is_not_looked_for(string? address)
    {
        string host = address == "host" ? Address : "host";
        string? own = address == "host" ? Address : address;
        _directory.Write("known_hosts", $"{host} {HostKeys.Ed25519}\n");
        var offer = new HostKeyOffer(host, 22, own, HostKeys.Ed25519);
        Assert.Equal(HostKeyVerdict.Trust, await new KnownHostsPolicy(Options(StrictHostKeyChecking.Yes), _dialog).JudgeAsync(offer, TestContext.Current.CancellationToken));
        Assert.Empty(_dialog.Transcript);
    }

    [Theory]
    [InlineData(StrictHostKeyChecking.No)]
    [InlineData(StrictHostKeyChecking.Ask)]
    public async Task A_key_revoked_for_the_address_is_refused_A21(StrictHostKeyChecking strict)
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n@revoked {Address} {HostKeys.Ed25519}\n");
        Assert.Equal(HostKeyVerdict.Refuse, await JudgeAsync(strict));
        Assert.Contains("REVOKED HOST KEY", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    private async Task<HostKeyVerdict> JudgeAsync(StrictHostKeyChecking strict, Func<KnownHostsOptions, KnownHostsOptions>? change = null)
    {
        KnownHostsOptions options = Options(strict);
        return await new KnownHostsPolicy(change?.Invoke(options) ?? options, _dialog)
            .JudgeAsync(new HostKeyOffer("host", 22, Address, HostKeys.Ed25519), TestContext.Current.CancellationToken);
    }

    private KnownHostsOptions Options(StrictHostKeyChecking strict) => new() { UserFiles = [UserFile], Strict = strict, ChecksAddress = true };

    private Task<string> ReadAsync() => File.ReadAllTextAsync(UserFile, TestContext.Current.CancellationToken);
}
