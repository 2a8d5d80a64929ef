using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client;

/// <summary>UpdateHostKeys: what becomes of known_hosts when a trusted server shows its keys.</summary>
public sealed class KnownHostsUpdateTests : IDisposable
{
    private const string Address = "192.0.2.1";
    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedDialog _dialog = new();
    private readonly ScriptedProof _proof = new();

    private string UserFile => _directory["known_hosts"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_key_that_the_server_proves_is_added_and_one_that_it_no_longer_has_is_removed()
    {
        _directory.Write("known_hosts", $"# mine\n\nother {HostKeys.OtherEd25519} not mine\nhost {HostKeys.Ed25519} first\nhost {HostKeys.Ecdsa}\nnonsense\n");
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa]);
        Assert.Equal([HostKeys.Rsa], _proof.Asked);
        Assert.Equal($"# mine\n\nother {HostKeys.OtherEd25519} not mine\nhost {HostKeys.Ed25519} first\nnonsense\nhost {HostKeys.Rsa}\n", await ReadAsync());
        Assert.Empty(_dialog.Transcript);
    }

    [Fact]
    public async Task The_file_as_it_was_is_kept_beside_it_and_the_mode_stays()
    {
        string before = $"host {HostKeys.Ed25519}";
        _directory.Write("known_hosts", before);
        File.SetUnixFileMode(UserFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa]);
        Assert.Equal($"{before}\nhost {HostKeys.Rsa}\n", await ReadAsync());
        Assert.Equal(before, await File.ReadAllTextAsync(UserFile + ".old", TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(UserFile));
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    [Fact]
    public async Task A_link_to_the_file_stays_a_link()
    {
        _directory.Write("real", $"host {HostKeys.Ed25519}\n");
        File.CreateSymbolicLink(UserFile, _directory["real"]);
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa]);
        Assert.NotNull(new FileInfo(UserFile).LinkTarget);
        Assert.Contains(HostKeys.Rsa.ToString(), await ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_are_all_known_leave_the_file_alone()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        await LearnAsync([HostKeys.Ed25519]);
        Assert.Empty(_proof.Asked);
        Assert.False(File.Exists(UserFile + ".old"));
    }

    [Fact]
    public async Task A_server_that_proves_nothing_teaches_nothing()
    {
        string before = $"host {HostKeys.Ed25519}\n";
        _directory.Write("known_hosts", before);
        _proof.IsGood = false;
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa]);
        Assert.Equal(before, await ReadAsync());
        Assert.Equal(["! Server failed to confirm ownership of private host keys"], _dialog.Transcript);
    }

    [Fact]
    public async Task A_key_is_removed_without_a_proof_of_others()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\nhost {HostKeys.Rsa}\n");
        await LearnAsync([HostKeys.Ed25519]);
        Assert.Empty(_proof.Asked);
        Assert.Equal($"host {HostKeys.Ed25519}\n", await ReadAsync());
    }

    public static TheoryData<string> Obstacles =>
    [
        $"*.example,host {HostKeys.Ed25519}\n",
        $"hos? {HostKeys.Ed25519}\n",
        $"host,a,b {HostKeys.Ed25519}\n",
        $"host {HostKeys.Ed25519}\n@cert-authority host {HostKeys.Ecdsa}\n",
        $"host {HostKeys.Ed25519}\n@revoked host {HostKeys.Ecdsa}\n",
        $"host {HostKeys.Ed25519}\nother {HostKeys.Ed25519}\n",
        $"host {HostKeys.Ed25519}\nother {HostKeys.Rsa}\n",
        $"host {HostKeys.Ed25519}\nhost {HostKeys.Ecdsa}\nother {HostKeys.Ecdsa}\n",
    ];

    [Theory]
    [MemberData(nameof(Obstacles))]
    public async Task What_a_person_wrote_and_what_has_other_names_is_left_alone(string before)
    {
        _directory.Write("known_hosts", before);
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa]);
        Assert.Equal(before, await ReadAsync());
        Assert.Empty(_proof.Asked);
    }

    [Fact]
    public async Task Other_files_of_the_user_only_lose_old_keys()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        _directory.Write("second", $"host {HostKeys.Ecdsa}\nhost {HostKeys.Ed25519}\n");
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa], options => options with { UserFiles = [UserFile, _directory["second"], _directory["third"]] });
        Assert.Equal($"host {HostKeys.Ed25519}\nhost {HostKeys.Rsa}\n", await ReadAsync());
        Assert.Equal($"host {HostKeys.Ed25519}\n", await File.ReadAllTextAsync(_directory["second"], TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_directory["third"]));
    }

    [Fact]
    public async Task New_lines_have_the_address_where_it_is_checked()
    {
        _directory.Write("known_hosts", $"host,{Address} {HostKeys.Ed25519}\n");
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa], options => options with { ChecksAddress = true });
        Assert.Equal($"host,{Address} {HostKeys.Ed25519}\nhost,{Address} {HostKeys.Rsa}\n", await ReadAsync());

        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa, HostKeys.Ecdsa], options => options with { ChecksAddress = true, HashesNames = true });
        Assert.Equal(3, KnownHosts.Load(UserFile).Find("host").Count);
        Assert.Equal(3, KnownHosts.Load(UserFile).Find(Address).Count);
        Assert.Equal(2, (await ReadAsync()).Split('\n').Count(line => line.StartsWith("|1|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_address_of_another_host_is_an_obstacle()
    {
        string before = $"other,{Address} {HostKeys.Ed25519}\nhost {HostKeys.Ed25519}\n";
        _directory.Write("known_hosts", before);
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa], options => options with { ChecksAddress = true });
        Assert.Equal(before, await ReadAsync());
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("YES", true)]
    [InlineData("no", false)]
    [InlineData(null, false)]
    [InlineData("what?|yes", true)]
    [InlineData("what?|well|hm", false)]
    public async Task A_person_is_asked_in_OpenSSHs_words(string? answers, bool isUpdated)
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\nhost {HostKeys.Ecdsa}\n");
        foreach (string answer in answers?.Split('|') ?? []) _dialog.Answers.Enqueue(answer);
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa], options => options with { UpdateHostKeys = UpdateHostKeys.Ask });
        Assert.Equal($"""
            The server has updated its host keys.
            These changes were verified by the server's existing trusted key.
            Learned new hostkey: RSA {HostKeys.Rsa.Fingerprint}
            Deprecating obsolete hostkey: ECDSA {HostKeys.Ecdsa.Fingerprint}
            """, _dialog.Transcript[0]);
        Assert.Equal("? Accept updated hostkeys? (yes/no): ", _dialog.Transcript[1]);
        Assert.Equal(isUpdated, (await ReadAsync()).Contains(HostKeys.Rsa.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_learned_unless_asked_for()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa], options => options with { UpdateHostKeys = UpdateHostKeys.No });
        Assert.Empty(_proof.Asked);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_and_stays()
    {
        await LearnAsync([HostKeys.Ed25519, HostKeys.Rsa], options => options with { UserFiles = [_directory.Path] });
        Assert.StartsWith("! The host keys of host could not be updated: ", Assert.Single(_dialog.Transcript), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_writers_at_once_lose_no_line()
    {
        _directory.Write("known_hosts", $"host {HostKeys.Ed25519}\n");
        CancellationToken ct = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            () => i % 2 == 0
                ? KnownHosts.AddAsync(UserFile, $"other{i}", 22, HostKeys.OtherEd25519, isHashed: false, ct)
                : KnownHostsWriter.ReplaceAsync(UserFile, $"new{i}", null, [HostKeys.Ecdsa], adds: true, isHashed: false, ct),
            ct)));
        string[] lines = (await ReadAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(51, lines.Distinct().Count());
        Assert.Equal(51, lines.Length);
    }

    public static TheoryData<StrictHostKeyChecking, string?, HostKeyVerdict> Occasions => new()
    {
        { StrictHostKeyChecking.Yes, "known_hosts", HostKeyVerdict.TrustAndLearn },
        { StrictHostKeyChecking.Yes, "global", HostKeyVerdict.Trust },
        { StrictHostKeyChecking.Ask, null, HostKeyVerdict.TrustAndLearn },
        { StrictHostKeyChecking.AcceptNew, null, HostKeyVerdict.Trust },
        { StrictHostKeyChecking.No, null, HostKeyVerdict.Trust },
    };

    [Theory]
    [MemberData(nameof(Occasions))]
    public async Task Only_a_key_that_the_user_keeps_or_has_looked_at_vouches_for_others(StrictHostKeyChecking strict, string? file, HostKeyVerdict verdict)
    {
        if (file is not null) _directory.Write(file, $"host {HostKeys.Ed25519}\n");
        _dialog.Answers.Enqueue("yes");
        var options = new KnownHostsOptions { UserFiles = [UserFile], GlobalFiles = [_directory["global"]], Strict = strict, UpdateHostKeys = UpdateHostKeys.Yes };
        Assert.Equal(verdict, await new KnownHostsPolicy(options, _dialog).JudgeAsync(Offer, TestContext.Current.CancellationToken));
    }

    private static HostKeyOffer Offer => new("host", 22, Address, HostKeys.Ed25519);

    private async Task LearnAsync(PublicKey[] keys, Func<KnownHostsOptions, KnownHostsOptions>? change = null)
    {
        var options = new KnownHostsOptions { UserFiles = [UserFile], UpdateHostKeys = UpdateHostKeys.Yes };
        await new KnownHostsPolicy(change?.Invoke(options) ?? options, _dialog).LearnAsync(Offer, keys, _proof, TestContext.Current.CancellationToken);
    }

    private Task<string> ReadAsync() => File.ReadAllTextAsync(UserFile, TestContext.Current.CancellationToken);

    private sealed class ScriptedProof : IHostKeyProof
    {
        public bool IsGood { get; set; } = true;

        public List<PublicKey> Asked { get; } = [];

        public Task<bool> ProveAsync(IReadOnlyList<PublicKey> keys, CancellationToken ct)
        {
            Asked.AddRange(keys);
            return Task.FromResult(IsGood);
        }
    }
}
