using Nacre.Protocol.Algorithms;

namespace Nacre.Tests.Algorithms;

public sealed class AlgorithmCatalogTests
{
    public static TheoryData<string> Names =>
        [.. AllRows().Select(row => row.Name)];

    [Fact]
    public void The_key_exchanges_of_a_client_are_these_by_default() => Assert.Equal(
        [
            "mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256",
            "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512",
            "diffie-hellman-group18-sha512", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha256",
        ],
        AlgorithmSelection.ClientDefault.KexAlgorithms);

    [Fact]
    public void A_server_offers_no_finite_field_by_default() => Assert.Equal(
        [
            "mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256",
            "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        ],
        AlgorithmSelection.ServerDefault.KexAlgorithms);

    [Fact]
    public void Both_roles_have_the_same_other_defaults()
    {
        foreach (AlgorithmSelection selection in new[] { AlgorithmSelection.ClientDefault, AlgorithmSelection.ServerDefault })
        {
            Assert.Equal(
                [
                    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
                    "rsa-sha2-512", "rsa-sha2-256",
                    "ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
                    "ecdsa-sha2-nistp521-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
                    "webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
                ],
                selection.HostKeyAlgorithms);
            Assert.Equal(
                [
                    "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha2-256",
                    "hmac-sha2-512",
                ],
                selection.Macs);
            Assert.Equal(["none"], selection.Compressions);
        }
    }

    [Fact]
    public void AES_comes_first_where_the_processor_has_instructions_for_it_and_last_where_not()
    {
        string[] withInstructions = [.. AlgorithmCatalog.CipherRows(hasAesHardware: true).Where(row => row.IsDefault).Select(row => row.Name)];
        string[] without = [.. AlgorithmCatalog.CipherRows(hasAesHardware: false).Where(row => row.IsDefault).Select(row => row.Name)];
        Assert.Equal(
            ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"],
            withInstructions);
        Assert.Equal(
            ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"],
            without);
        Assert.Equal(AlgorithmCatalog.HasAesHardware ? withInstructions : without, AlgorithmSelection.ClientDefault.Ciphers);
    }

    [Fact]
    public void Legacy_is_in_the_catalog_and_never_a_default()
    {
        string[] legacy = [.. AllRows().Where(row => row.IsLegacy).Select(row => row.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "hmac-sha1",
                "hmac-sha1-etm@openssh.com", "ssh-rsa", "ssh-rsa-cert-v01@openssh.com",
            ],
            legacy);
        string[] defaults = [.. Defaults(AlgorithmSelection.ClientDefault), .. Defaults(AlgorithmSelection.ServerDefault)];
        Assert.Empty(defaults.Intersect(legacy));
        Assert.DoesNotContain("umac-64@openssh.com", defaults);
        Assert.DoesNotContain("umac-64-etm@openssh.com", defaults);
    }

    [Fact]
    public void No_name_is_there_twice()
    {
        string[] names = [.. AllRows().Select(row => row.Name)];
        Assert.Equal(names.Distinct(), names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_is_one_that_may_go_on_the_wire(string name)
    {
        Assert.InRange(name.Length, 1, Protocol.Wire.NameList.MaxNameLength);
        Assert.DoesNotContain(',', name);
        Protocol.Wire.NameList.Check(Protocol.Wire.NameList.Of(name).Bytes);
    }

    [Fact]
    public void A_row_is_found_by_its_whole_name_only()
    {
        Assert.True(AlgorithmCatalog.Ciphers.TryFind("aes128-ctr"u8, out CipherAlgorithm? found));
        Assert.Same(AlgorithmCatalog.Ciphers["aes128-ctr"], found);
        Assert.False(AlgorithmCatalog.Ciphers.TryFind("aes128-ct"u8, out _));
        Assert.False(AlgorithmCatalog.Ciphers.TryFind("AES128-CTR", out _));
        Assert.False(AlgorithmCatalog.Ciphers.TryFind("", out _));
        Assert.Throws<ArgumentException>(() => AlgorithmCatalog.Ciphers["none"]);
    }

    [Fact]
    public void What_is_left_out_for_good_is_not_there()
    {
        string[] names = [.. AllRows().Select(row => row.Name)];
        Assert.DoesNotContain(names, name => name.Contains("md5", StringComparison.Ordinal) || name.Contains("arcfour", StringComparison.Ordinal)
            || name.Contains("dss", StringComparison.Ordinal) || name.Contains("-96", StringComparison.Ordinal) || name == "zlib");
        Assert.Single(names, "none");
    }

    [Theory]
    [InlineData("cipher", "3des-cbc", 10)]
    [InlineData("Ciphers", "aes256-ctr", 10)]
    [InlineData("cipher-auth", "aes128-gcm@openssh.com", 3)]
    [InlineData("mac", "umac-64-etm@openssh.com", 10)]
    [InlineData("kex", "diffie-hellman-group1-sha1", 14)]
    [InlineData("key", "ssh-rsa", 14)]
    [InlineData("key-cert", "ssh-rsa-cert-v01@openssh.com", 7)]
    [InlineData("key-plain", "ecdsa-sha2-nistp521", 7)]
    [InlineData("key-sig", "rsa-sha2-512-cert-v01@openssh.com", 20)]
    [InlineData("sig", "ssh-ed25519", 10)]
    [InlineData("compression", "zlib@openssh.com", 2)]
    [InlineData("protocol-version", "2", 1)]
    [InlineData("help", "key-cert", 11)]
    public void A_query_lists_the_rows_of_its_kind(string kind, string member, int count)
    {
        IReadOnlyList<string>? names = AlgorithmCatalog.Query(kind);
        Assert.NotNull(names);
        Assert.Contains(member, names);
        Assert.Equal(count, names.Count);
    }

    [Fact]
    public void Every_kind_that_help_names_can_be_queried_and_no_other_can()
    {
        Assert.All(AlgorithmCatalog.Query("help")!, kind => Assert.NotNull(AlgorithmCatalog.Query(kind)));
        Assert.Null(AlgorithmCatalog.Query("ciphersuite"));
        Assert.Null(AlgorithmCatalog.Query(""));
    }

    [Fact]
    public void A_cipher_says_how_much_one_key_may_protect()
    {
        Assert.Equal(64L << 30, AlgorithmCatalog.Ciphers["aes128-gcm@openssh.com"].MaxBytesPerKey);
        Assert.Equal(1L << 30, AlgorithmCatalog.Ciphers["3des-cbc"].MaxBytesPerKey);
        Assert.Equal(1L << 30, AlgorithmCatalog.Ciphers["chacha20-poly1305@openssh.com"].MaxBytesPerKey);
    }

    [Fact]
    public void A_selection_takes_names_of_the_catalog_in_any_order_and_nothing_else()
    {
        AlgorithmSelection selection = AlgorithmSelection.ClientDefault with { Ciphers = ["aes128-ctr", "3des-cbc", "aes128-ctr"] };
        Assert.Equal(["aes128-ctr", "3des-cbc"], selection.Ciphers);
        Assert.Throws<ArgumentException>(() => selection with { Ciphers = ["aes128-ctr", "rot13"] });
        Assert.Throws<ArgumentException>(() => selection with { Macs = ["aes128-ctr"] });
        Assert.Throws<ArgumentException>(() => selection with { KexAlgorithms = [] });
        Assert.Throws<ArgumentException>(() => selection with { HostKeyAlgorithms = ["ssh-dss"] });
        Assert.Throws<ArgumentException>(() => selection with { Compressions = ["zlib"] });
    }

    private static IEnumerable<Algorithm> AllRows() =>
    [
        .. AlgorithmCatalog.KeyExchanges.Rows, .. AlgorithmCatalog.HostKeys.Rows, .. AlgorithmCatalog.Ciphers.Rows, .. AlgorithmCatalog.Macs.Rows,
        .. AlgorithmCatalog.Compressions.Rows,
    ];

    private static IEnumerable<string> Defaults(AlgorithmSelection selection) =>
        [.. selection.KexAlgorithms, .. selection.HostKeyAlgorithms, .. selection.Ciphers, .. selection.Macs, .. selection.Compressions];
}
