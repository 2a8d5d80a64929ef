using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client;

public sealed class KnownHostsTests
{
    [Theory]
    [InlineData("example.org", "example.org", true)]
    [InlineData("example.org", "EXAMPLE.org", true)]
    [InlineData("example.org", "example.or", false)]
    [InlineData("example.org", "a,example.org,b", true)]
    [InlineData("example.org", "*.org", true)]
    [InlineData("example.org", "*.org,!example.*", false)]
    [InlineData("example.org", "!example.org,*", false)]
    [InlineData("example.org", "!other", false)]
    [InlineData("example.org", "exampl?.org", true)]
    [InlineData("example.org", "example?.org", false)]
    [InlineData("example.org", "*", true)]
    [InlineData("example.org", "**a*m*p**", true)]
    [InlineData("example.org", "", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("[::1]:2222", "[::1]:2222", true)]
    [InlineData("[a]:22", "[a]:2*", true)]
    public void Names_match_patterns_as_in_OpenSSH(string host, string list, bool isMatch) => Assert.Equal(isMatch, HostPattern.MatchesList(host, list));

    [Fact]
    public void A_pattern_over_a_thousand_characters_matches_nothing()
    {
        string host = new('a', 1024);
        Assert.True(HostPattern.MatchesList(host.AsSpan(1), host.AsSpan(1)));
        Assert.False(HostPattern.MatchesList(host, host));
        Assert.False(HostPattern.MatchesList(host, "*," + host));
    }

    [Fact]
    public void A_pattern_made_to_take_long_does_not_A28()
    {
        string pattern = string.Concat(Enumerable.Repeat("a*", 500)) + "b";
        Assert.False(HostPattern.MatchesList(new string('a', 100_000), pattern));
    }

    [Theory]
    [InlineData("Example.ORG", 22, "example.org")]
    [InlineData("example.org", 2222, "[example.org]:2222")]
    [InlineData("::1", 22, "::1")]
    [InlineData("::1", 2222, "[::1]:2222")]
    [InlineData("alias", 0, "alias")]
    public void A_host_is_kept_under_its_name_and_port(string host, int port, string name) => Assert.Equal(name, KnownHostName.Of(host, port));

    [Fact]
    public void Plain_and_hashed_lines_are_found()
    {
        string hashed = KnownHostName.Hash("[example.org]:2222");
        KnownHosts known = KnownHosts.Parse($"# comment\n\nother {HostKeys.Rsa}\n{hashed} {HostKeys.Ed25519} comment\n\t [example.org]:2222 {HostKeys.Ecdsa}\r\n");

        Assert.Equal([4, 5], known.Find("Example.org", 2222).Select(entry => entry.Line));
        Assert.Equal([true, false], known.Find("example.org", 2222).Select(entry => entry.IsHashed));
        Assert.Empty(known.Find("example.org"));
    }

    [Fact]
    public void Each_hash_has_its_own_salt()
    {
        string first = KnownHostName.Hash("a"), second = KnownHostName.Hash("a");
        Assert.NotEqual(first, second);
        Assert.True(KnownHostName.IsNamed("a", first));
        Assert.True(KnownHostName.IsNamed("a", second));
        Assert.False(KnownHostName.IsNamed("b", first));
    }

    [Theory]
    [InlineData("|1|")]
    [InlineData("|1||")]
    [InlineData("|1|AAAA|BBBB")]
    [InlineData("|2|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|")]
    [InlineData("|1|!!!!|????")]
    [InlineData("|*")]
    public void A_malformed_hash_names_no_host(string names) => Assert.False(KnownHostName.IsNamed("a", names));

    [Fact]
    public void Markers_are_recognised_and_lines_with_others_are_passed_over_A21()
    {
        PublicKey key = HostKeys.Ed25519;
        KnownHosts known = KnownHosts.Parse($"""
            @cert-authority *.org {key}
            @revoked * {key}
            @Revoked * {key}
            @unknown * {key}
            @revoked @cert-authority * {key}
            @cert-authority
            @ * {key}
            @revokedx * {key}
            """);

        Assert.Equal(
            [(1, KnownHostsMarker.CertAuthority), (2, KnownHostsMarker.Revoked)],
            known.Find("example.org").Select(entry => (entry.Line, entry.Marker)));
    }

    [Fact]
    public void A_tab_ends_a_marker_so_that_no_revocation_is_lost_A21() =>
        Assert.Equal(KnownHostsMarker.Revoked, Assert.Single(KnownHosts.Parse($"@revoked\thost\t{HostKeys.Rsa}").Find("host")).Marker);

    [Fact]
    public void Only_blanks_and_tabs_separate_A21() =>
        Assert.Empty(KnownHosts.Parse($"host\u00a0{HostKeys.Rsa}\nhost\u2003x {HostKeys.Rsa}\n\u2003host {HostKeys.Rsa}").Find("host"));

    [Fact]
    public void Lines_whose_key_is_not_of_its_type_or_damaged_name_no_host_A21()
    {
        string blob = Convert.ToBase64String(HostKeys.Ed25519.Blob.Span);
        KnownHosts known = KnownHosts.Parse($"""
            host ssh-rsa {blob}
            host ssh-ed25519
            host ssh-ed25519 {blob[..^4]}
            host ssh-ed25519 !!!!
            host
            host 1024 65537 1234567
            host {HostKeys.Ed25519}
            """);

        Assert.Equal(7, Assert.Single(known.Find("host")).Line);
    }

    [Fact]
    public void What_follows_a_zero_byte_does_not_count() =>
        Assert.Empty(KnownHosts.Parse($"host \0 {HostKeys.Rsa}\nho\0st {HostKeys.Rsa}").Find("host"));

    [Fact]
    public async Task Added_lines_are_found_by_everybody_and_belong_to_the_owner()
    {
        using var directory = new TemporaryDirectory();
        string file = directory[".ssh/known_hosts"];
        await KnownHosts.AddAsync(file, "Example.org", 22, HostKeys.Ed25519, isHashed: false, TestContext.Current.CancellationToken);
        await KnownHosts.AddAsync(file, "example.org", 2222, HostKeys.Rsa, isHashed: true, TestContext.Current.CancellationToken);

        KnownHosts known = KnownHosts.Load(file);
        Assert.Equal(HostKeys.Ed25519, Assert.Single(known.Find("example.org")).Key);
        KnownHostsEntry hashed = Assert.Single(known.Find("example.org", 2222));
        Assert.True(hashed.IsHashed);
        Assert.Equal(HostKeys.Rsa, hashed.Key);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory[".ssh"]));
    }

    [Fact]
    public async Task A_line_goes_below_one_that_lacks_its_end()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("known_hosts", $"first {HostKeys.Rsa}");
        await KnownHosts.AddAsync(file, "second", 22, HostKeys.Ed25519, isHashed: false, TestContext.Current.CancellationToken);

        Assert.Equal($"first {HostKeys.Rsa}\nsecond {HostKeys.Ed25519}\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_writers_lose_no_line()
    {
        using var directory = new TemporaryDirectory();
        string file = directory["known_hosts"];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Task.Run(() => KnownHosts.AddAsync(file, $"host{i}", 22, HostKeys.Ed25519, isHashed: false, CancellationToken.None))));

        KnownHosts known = KnownHosts.Load(file);
        for (int i = 0; i < 20; i++) Assert.Single(known.Find($"host{i}"));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("a\0b")]
    [InlineData("a,b")]
    [InlineData("*")]
    [InlineData("a?")]
    [InlineData("!a")]
    [InlineData("|1|x|y")]
    [InlineData("#a")]
    [InlineData("@revoked")]
    [InlineData("a\u2003b")]
    [InlineData("a\u202eb")]
    [InlineData("")]
    public async Task A_name_that_would_mean_something_else_is_not_written_A21(string name)
    {
        using var directory = new TemporaryDirectory();
        await Assert.ThrowsAsync<ArgumentException>(() =>
            KnownHosts.AddAsync(directory["known_hosts"], name, 22, HostKeys.Rsa, isHashed: false, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(directory["known_hosts"]));
    }

    [Fact]
    public async Task The_null_device_takes_lines_and_has_none()
    {
        await KnownHosts.AddAsync("/dev/null", "host", 22, HostKeys.Rsa, isHashed: false, TestContext.Current.CancellationToken);
        Assert.Empty(KnownHosts.Load("/dev/null").Find("host"));
    }

    [Fact]
    public void A_file_that_is_not_there_is_empty_and_one_that_cannot_be_read_is_an_error_A20()
    {
        using var directory = new TemporaryDirectory();
        Assert.Empty(KnownHosts.Load(directory["missing"], directory["missing/too"]).Find("host"));
        Assert.Throws<SshException>(() => KnownHosts.Load(directory.Path));
    }

    [Fact]
    public void The_order_of_algorithms_asks_for_a_key_that_is_known()
    {
        string[] all = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"];
        KnownHosts rsa = KnownHosts.Parse($"host {HostKeys.Rsa}");

        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519", "ecdsa-sha2-nistp256"], HostKeyOrder.For(all, rsa, "host", 22));
        Assert.Equal(all, HostKeyOrder.For(all, rsa, "host", 2222));
        KnownHosts both = KnownHosts.Parse($"host {HostKeys.Rsa}\nhost {HostKeys.Ed25519}");
        Assert.Equal(all, HostKeyOrder.For(all, both, "host", 22));
    }

    [Fact]
    public void Certificates_are_asked_for_first_where_their_authority_is_known_and_last_where_none_is()
    {
        string[] all = ["ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "ssh-ed25519", "rsa-sha2-512"];
        string[] plainFirst = [.. all[2..], .. all[..2]];
        Assert.Equal(plainFirst, HostKeyOrder.For(all, KnownHosts.Parse(""), "host", 22));
        Assert.Equal(all, HostKeyOrder.For(all, KnownHosts.Parse($"@cert-authority *st {HostKeys.Ecdsa}"), "host", 22));
        Assert.Equal(plainFirst, HostKeyOrder.For(all, KnownHosts.Parse($"@cert-authority other {HostKeys.Ecdsa}"), "host", 22));
        Assert.Equal(plainFirst, HostKeyOrder.For(all, KnownHosts.Parse($"@cert-authority * {HostKeys.Ecdsa}\n@revoked * {HostKeys.Ecdsa}"), "host", 22));
        Assert.Equal(
            ["ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512", "ssh-ed25519"],
            HostKeyOrder.For(all, KnownHosts.Parse($"@cert-authority * {HostKeys.Ecdsa}\nhost {HostKeys.Rsa}"), "host", 22));
    }

    [Fact]
    public void For_an_unknown_host_the_order_does_not_change_A22()
    {
        string[] all = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"];
        KnownHosts known = KnownHosts.Parse($"@cert-authority * {HostKeys.Rsa}\n@revoked host {HostKeys.Ecdsa}\nhost {HostKeys.Ecdsa}\nother {HostKeys.Rsa}");

        Assert.Equal(all, HostKeyOrder.For(all, known, "host", 22));
        Assert.Equal(all, HostKeyOrder.For(all, known, "stranger", 22));
    }
}
