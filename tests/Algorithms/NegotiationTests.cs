using System.Text;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms;

public sealed class NegotiationTests
{
    private const string Kex = "curve25519-sha256";
    private const string HostKey = "ssh-ed25519";
    private const string Cipher = "aes128-ctr";
    private const string Mac = "hmac-sha2-256";

    [Theory]
    [InlineData("curve25519-sha256,ecdh-sha2-nistp256", "ecdh-sha2-nistp256,curve25519-sha256", "curve25519-sha256")]
    [InlineData("ecdh-sha2-nistp256,curve25519-sha256", "curve25519-sha256,ecdh-sha2-nistp256", "ecdh-sha2-nistp256")]
    [InlineData("curve25519-sha256,ecdh-sha2-nistp521", "ecdh-sha2-nistp521", "ecdh-sha2-nistp521")]
    [InlineData("unknown@example.com,ecdh-sha2-nistp384", "unknown@example.com,ecdh-sha2-nistp384", "ecdh-sha2-nistp384")]
    [InlineData("ext-info-c,kex-strict-c-v00@openssh.com,curve25519-sha256", "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com", "curve25519-sha256")]
    [InlineData("ext-info-s,kex-strict-s-v00@openssh.com,curve25519-sha256", "ext-info-s,kex-strict-s-v00@openssh.com,curve25519-sha256", "curve25519-sha256")]
    public void The_first_of_the_client_that_the_server_has_is_chosen_at_both_ends(string client, string server, string expected)
    {
        KexInit clientInit = Offer(kex: client);
        KexInit serverInit = Offer(kex: server);
        Assert.Equal(expected, Negotiation.Negotiate(ref clientInit, ref serverInit, isClient: true).KeyExchange.Name);
        Assert.Equal(expected, Negotiation.Negotiate(ref serverInit, ref clientInit, isClient: false).KeyExchange.Name);
    }

    [Fact]
    public void Each_direction_and_kind_is_chosen_by_itself()
    {
        KexInit client = Offer(hostKey: "rsa-sha2-512,ssh-ed25519");
        client.EncryptionClientToServer = NameList.Of("aes256-ctr,aes128-ctr");
        client.EncryptionServerToClient = NameList.Of("aes128-gcm@openssh.com");
        client.MacClientToServer = NameList.Of("hmac-sha2-512");
        client.MacServerToClient = NameList.Of("hmac-sha2-256");
        client.CompressionClientToServer = NameList.Of("zlib@openssh.com,none");
        KexInit server = Offer(hostKey: "ssh-ed25519,rsa-sha2-512");
        server.EncryptionClientToServer = NameList.Of("aes128-ctr,aes256-ctr");
        server.EncryptionServerToClient = NameList.Of("aes256-ctr,aes128-gcm@openssh.com");
        server.MacClientToServer = NameList.Of("hmac-sha2-256,hmac-sha2-512");
        server.MacServerToClient = NameList.Of("hmac-sha1");
        server.CompressionClientToServer = NameList.Of("none,zlib@openssh.com");

        NegotiatedAlgorithms agreed = Negotiation.Negotiate(ref client, ref server, isClient: true);

        Assert.Equal("rsa-sha2-512", agreed.HostKey.Name);
        Assert.Equal("ssh-rsa", agreed.HostKey.KeyType);
        Assert.Equal("aes256-ctr", agreed.ClientToServer.Cipher.Name);
        Assert.Equal("hmac-sha2-512", agreed.ClientToServer.Mac!.Name);
        Assert.Equal("zlib@openssh.com", agreed.ClientToServer.Compression.Name);
        Assert.Equal("aes128-gcm@openssh.com", agreed.ServerToClient.Cipher.Name);
        Assert.Null(agreed.ServerToClient.Mac);
        Assert.Equal("none", agreed.ServerToClient.Compression.Name);
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    public void A_cipher_that_authenticates_needs_no_common_MAC(string cipher)
    {
        KexInit client = Offer(cipher: cipher, mac: "hmac-sha2-256");
        KexInit server = Offer(cipher: cipher, mac: "hmac-sha2-512");
        NegotiatedAlgorithms agreed = Negotiation.Negotiate(ref client, ref server, isClient: true);
        Assert.Null(agreed.ClientToServer.Mac);
        Assert.Null(agreed.ServerToClient.Mac);
    }

    [Theory]
    [InlineData("curve25519-sha256", "ssh-ed25519", "curve25519-sha256", "ssh-ed25519", false)]
    [InlineData("curve25519-sha256", "ssh-ed25519,rsa-sha2-512", "curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519", false)]
    [InlineData("ecdh-sha2-nistp256,curve25519-sha256", "ssh-ed25519", "curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519", true)]
    [InlineData("curve25519-sha256", "ssh-ed25519,rsa-sha2-512", "curve25519-sha256", "rsa-sha2-512,ssh-ed25519", true)]
    [InlineData("unknown@example.com,curve25519-sha256", "ssh-ed25519", "curve25519-sha256", "ssh-ed25519", true)]
    public void A_guess_is_wrong_when_the_first_key_exchange_or_the_first_host_key_differs(
        string clientKex, string clientHostKey, string serverKex, string serverHostKey, bool isWrong)
    {
        KexInit client = Offer(kex: clientKex, hostKey: clientHostKey);
        KexInit server = Offer(kex: serverKex, hostKey: serverHostKey);
        client.FirstKexPacketFollows = true;

        NegotiatedAlgorithms atClient = Negotiation.Negotiate(ref client, ref server, isClient: true);
        NegotiatedAlgorithms atServer = Negotiation.Negotiate(ref server, ref client, isClient: false);

        Assert.Equal(isWrong, atClient.IsOurGuessWrong);
        Assert.False(atClient.IsPeerGuessWrong);
        Assert.Equal(isWrong, atServer.IsPeerGuessWrong);
        Assert.False(atServer.IsOurGuessWrong);
    }

    [Fact]
    public void Without_a_guess_no_guess_is_wrong()
    {
        KexInit client = Offer(kex: "ecdh-sha2-nistp256,curve25519-sha256");
        KexInit server = Offer(kex: "curve25519-sha256");
        NegotiatedAlgorithms agreed = Negotiation.Negotiate(ref client, ref server, isClient: true);
        Assert.False(agreed.IsOurGuessWrong);
        Assert.False(agreed.IsPeerGuessWrong);
    }

    [Theory]
    [InlineData(AlgorithmKind.KeyExchange, "no matching key exchange method found")]
    [InlineData(AlgorithmKind.HostKey, "no matching host key type found")]
    [InlineData(AlgorithmKind.Cipher, "no matching cipher found")]
    [InlineData(AlgorithmKind.Mac, "no matching MAC found")]
    [InlineData(AlgorithmKind.Compression, "no matching compression method found")]
    public void Nothing_in_common_is_said_in_the_words_of_OpenSSH_with_both_offers(AlgorithmKind kind, string reason)
    {
        foreach (bool isClient in new[] { true, false })
        {
            NegotiationFailedException failure = Assert.Throws<NegotiationFailedException>(() =>
            {
                KexInit ours = Offer();
                KexInit theirs = kind switch
                {
                    AlgorithmKind.KeyExchange => Offer(kex: "a@x,b@x"),
                    AlgorithmKind.HostKey => Offer(hostKey: "a@x,b@x"),
                    AlgorithmKind.Cipher => Offer(cipher: "a@x,b@x"),
                    AlgorithmKind.Mac => Offer(mac: "a@x,b@x"),
                    _ => Offer(compression: "a@x,b@x"),
                };
                Negotiation.Negotiate(ref ours, ref theirs, isClient);
            });
            Assert.Equal(kind, failure.Kind);
            Assert.Equal(Violation.NoCommonAlgorithm, failure.Violation);
            Assert.Equal("a@x,b@x", failure.TheirOffer);
            Assert.Equal(reason, failure.Reason);
            Assert.Equal($"{reason}. Their offer: a@x,b@x. Our offer: {failure.OurOffer}", failure.Message);
            Assert.Contains(failure.OurOffer, new[] { Kex, HostKey, Cipher, Mac, "none" });
        }
    }

    [Fact]
    public void Markers_alone_and_empty_lists_are_nothing_in_common()
    {
        foreach (string list in new[] { "ext-info-c,kex-strict-c-v00@openssh.com,ext-info-s,kex-strict-s-v00@openssh.com", "" })
        {
            Assert.Throws<NegotiationFailedException>(() =>
            {
                KexInit ours = Offer(kex: list);
                KexInit theirs = Offer(kex: list);
                Negotiation.Negotiate(ref ours, ref theirs, isClient: false);
            });
        }
    }

    [Fact]
    public void A_peer_with_a_hundred_thousand_names_costs_no_memory_A69()
    {
        byte[] names = Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Repeat("x", 120_000)) + ",curve25519-sha256");
        foreach (bool isClient in new[] { true, false })
        {
            KexInit ours = Offer();
            KexInit theirs = Offer();
            theirs.KexAlgorithms = new NameList(names);
            Negotiation.Negotiate(ref ours, ref theirs, isClient);
            long before = GC.GetAllocatedBytesForCurrentThread();
            NegotiatedAlgorithms agreed = Negotiation.Negotiate(ref ours, ref theirs, isClient);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
            Assert.Equal(Kex, agreed.KeyExchange.Name);
        }
    }

    [Fact]
    public void A_long_offer_is_cut_off_in_the_error()
    {
        string offer = string.Join(',', Enumerable.Repeat("y", 100_000));
        NegotiationFailedException failure = Assert.Throws<NegotiationFailedException>(() =>
        {
            KexInit ours = Offer();
            KexInit theirs = Offer(cipher: offer);
            Negotiation.Negotiate(ref ours, ref theirs, isClient: true);
        });
        Assert.InRange(failure.Message.Length, 1000, 1200);
        Assert.EndsWith("...", failure.TheirOffer, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_default_of_a_client_meets_the_defaults_of_a_server()
    {
        KexInit client = Offer(AlgorithmSelection.ClientDefault);
        KexInit server = Offer(AlgorithmSelection.ServerDefault);
        NegotiatedAlgorithms agreed = Negotiation.Negotiate(ref client, ref server, isClient: true);
        Assert.Equal("mlkem768x25519-sha256", agreed.KeyExchange.Name);
        Assert.True(agreed.KeyExchange.IsPostQuantum);
        Assert.Equal("ssh-ed25519", agreed.HostKey.Name);
        Assert.Equal(AlgorithmSelection.ClientDefault.Ciphers[0], agreed.ServerToClient.Cipher.Name);
        Assert.Equal("none", agreed.ServerToClient.Compression.Name);
    }

    private static KexInit Offer(AlgorithmSelection selection) => Offer(
        string.Join(',', selection.KexAlgorithms), string.Join(',', selection.HostKeyAlgorithms), string.Join(',', selection.Ciphers),
        string.Join(',', selection.Macs), string.Join(',', selection.Compressions));

    private static KexInit Offer(
        string kex = Kex, string hostKey = HostKey, string cipher = Cipher, string mac = Mac, string compression = "none") => new()
        {
            Cookie = new byte[KexInit.CookieLength],
            KexAlgorithms = NameList.Of(kex),
            ServerHostKeyAlgorithms = NameList.Of(hostKey),
            EncryptionClientToServer = NameList.Of(cipher),
            EncryptionServerToClient = NameList.Of(cipher),
            MacClientToServer = NameList.Of(mac),
            MacServerToClient = NameList.Of(mac),
            CompressionClientToServer = NameList.Of(compression),
            CompressionServerToClient = NameList.Of(compression),
        };
}
