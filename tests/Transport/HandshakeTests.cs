using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Transport;

public sealed class HandshakeTests
{
    public static TheoryData<string> AllKeyExchanges => [.. AlgorithmCatalog.KeyExchanges.Rows.Select(row => row.Name)];

    public static TheoryData<string, string> AllCiphersAndMacs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (CipherAlgorithm cipher in AlgorithmCatalog.Ciphers.Rows)
            {
                if (cipher.IsAead) data.Add(cipher.Name, "hmac-sha2-256");
                else foreach (MacAlgorithm mac in AlgorithmCatalog.Macs.Rows) data.Add(cipher.Name, mac.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(AllKeyExchanges))]
    public async Task Each_key_exchange_gives_both_ends_the_same_session_and_working_keys(string name)
    {
        AlgorithmSelection algorithms = AlgorithmSelection.ClientDefault with { KexAlgorithms = [name] };
        using var pair = new TransportPair(algorithms, algorithms);
        await pair.StartAsync();

        Assert.Equal(pair.Client.SessionId.ToArray(), pair.Server.SessionId.ToArray());
        Assert.NotEmpty(pair.Client.SessionId.ToArray());
        Assert.Equal(name, pair.Client.Negotiated!.KeyExchange.Name);
        await AssertTalksAsync(pair);
    }

    [Theory]
    [MemberData(nameof(AllCiphersAndMacs))]
    public async Task Each_cipher_and_mac_carries_packets_both_ways_and_over_a_rekey(string cipher, string mac)
    {
        AlgorithmSelection algorithms = AlgorithmSelection.ClientDefault with { Ciphers = [cipher], Macs = [mac], KexAlgorithms = ["curve25519-sha256"] };
        using var pair = new TransportPair(algorithms, algorithms);
        await pair.StartAsync();
        await AssertTalksAsync(pair);
        pair.Server.RequestRekey();
        await pair.RunAsync();
        await AssertTalksAsync(pair);
    }

    [Fact]
    public async Task Compression_begins_with_authentication_and_survives_a_rekey()
    {
        AlgorithmSelection algorithms = AlgorithmSelection.ClientDefault with { Compressions = ["zlib@openssh.com"], KexAlgorithms = ["curve25519-sha256"] };
        using var pair = new TransportPair(algorithms, algorithms);
        await pair.StartAsync();
        pair.Client.EnterAuthentication();
        pair.Server.EnterAuthentication();
        var success = default(UserauthSuccess);
        pair.Server.Post(ref success);
        await pair.RunAsync();
        pair.Server.EnterConnection(pair.ServerService);
        pair.Client.EnterConnection(pair.ClientService);
        for (int round = 0; round < 3; round++)
        {
            await AssertDataPassesAsync(pair);
            pair.Client.RequestRekey();
            await pair.RunAsync();
        }
    }

    [Fact]
    public async Task A_right_guess_saves_a_flight()
    {
        using var guessing = new TransportPair();
        await guessing.StartAsync();
        using var waiting = new TransportPair(sendsGuess: false);
        await waiting.StartAsync();
        Assert.True(guessing.Flights < waiting.Flights, $"{guessing.Flights} flights with a guess, {waiting.Flights} without");
    }

    [Fact]
    public async Task A_wrong_guess_is_dropped_once_and_the_exchange_goes_on()
    {
        AlgorithmSelection server = AlgorithmSelection.ServerDefault with { KexAlgorithms = ["ecdh-sha2-nistp256", "curve25519-sha256"] };
        AlgorithmSelection client = AlgorithmSelection.ClientDefault with { KexAlgorithms = ["curve25519-sha256", "ecdh-sha2-nistp256"] };
        using var pair = new TransportPair(client, server);
        await pair.StartAsync();
        Assert.Equal("curve25519-sha256", pair.Server.Negotiated!.KeyExchange.Name);
        await AssertTalksAsync(pair);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task M05_a_rekey_by_either_or_both_keeps_what_was_queued(bool byClient, bool byServer)
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Authenticate();
        byte[] session = pair.Client.SessionId.ToArray();
        for (int round = 0; round < 5; round++)
        {
            if (byClient) pair.Client.RequestRekey();
            if (byServer) pair.Server.RequestRekey();
            await AssertDataPassesAsync(pair);
        }

        Assert.Equal(session, pair.Client.SessionId.ToArray());
        Assert.Single(pair.Judge.Judged);
    }

    [Fact]
    public async Task M15_strict_exchange_starts_the_sequence_numbers_anew_at_each_switch()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Authenticate();
        for (int i = 0; i < 50; i++) PostData(pair.Client, [1]);
        await pair.RunAsync();
        Assert.True(pair.Server.Inbound.Sequence >= 50);
        pair.Client.RequestRekey();
        await pair.RunAsync();
        Assert.Equal(0u, pair.Server.Inbound.Sequence);
        Assert.Equal(0u, pair.Client.Outbound.Sequence);
    }

    [Theory]
    [InlineData(64 * 1024, 1L << 31)]
    [InlineData(1L << 30, 20)]
    public async Task A_rekey_starts_by_itself_when_bytes_or_packets_reach_the_limit(long bytes, long packets)
    {
        using var pair = new TransportPair(rekey: new RekeyPolicy(bytes, packets, 0));
        await pair.StartAsync();
        pair.Authenticate();
        for (int i = 0; i < 40; i++)
        {
            PostData(pair.Client, new byte[8000]);
            await pair.RunAsync();
        }

        Assert.Equal(40, pair.ServerService.Received.Count);
        Assert.True(pair.Server.Inbound.BytesSinceKeys < 150_000 && pair.Server.Inbound.PacketsSinceKeys < 25);
    }

    [Fact]
    public async Task A_rekey_starts_by_itself_when_the_keys_are_old()
    {
        using var pair = new TransportPair(rekey: new RekeyPolicy(1L << 30, 1L << 31, 60));
        await pair.StartAsync();
        pair.Authenticate();
        PostData(pair.Client, [1]);
        await pair.RunAsync();
        pair.Client.OnTick(TimeSpan.FromSeconds(59));
        await pair.RunAsync();
        Assert.NotEqual(0u, pair.Client.Outbound.Sequence);
        pair.Client.OnTick(TimeSpan.FromSeconds(60));
        await pair.RunAsync();
        Assert.Equal(0u, pair.Client.Outbound.Sequence);
    }

    [Fact]
    public async Task A20_a_host_key_that_is_not_trusted_ends_the_connection_before_anything_else_is_sent()
    {
        using var pair = new TransportPair();
        pair.Judge.Verdict = false;
        await Assert.ThrowsAsync<HostKeyNotTrustedException>(pair.StartAsync);
        Assert.Null(pair.ClientService.Transport);
        pair.ToServer.Clear();
        pair.Take(pair.Client, pair.ToServer);
        var error = await Assert.ThrowsAsync<SshDisconnectedException>(() => TransportPair.DeliverAsync(pair.Server, pair.ToServer));
        Assert.Equal((uint)DisconnectReason.HostKeyNotVerifiable, error.ReasonCode);
    }

    [Fact]
    public async Task P4253_9_a_signature_by_another_key_than_the_one_shown_ends_the_exchange()
    {
        using var pair = new TransportPair(hostKey: new TwoKeys(PrivateKey.GenerateEd25519(), PrivateKey.GenerateEd25519()));
        await AssertEndsAsync(pair.StartAsync, Violation.BadHostKeySignature);
        Assert.Empty(pair.Judge.Judged);
    }

    [Fact]
    public async Task A_host_key_that_is_too_weak_ends_the_exchange()
    {
        using PrivateKey weak = PrivateKey.GenerateRsa(1024);
        using var pair = new TransportPair(hostKey: weak);
        await AssertEndsAsync(pair.StartAsync, Violation.BadHostKey);
        Assert.Empty(pair.Judge.Judged);
    }

    [Fact]
    public async Task A20_a_host_key_that_changes_with_a_rekey_ends_the_connection()
    {
        PrivateKey first = PrivateKey.GenerateEd25519();
        var keys = new TwoKeys(first, first);
        using var pair = new TransportPair(hostKey: keys);
        await pair.StartAsync();
        pair.Authenticate();
        keys.Shown = keys.Signing = PrivateKey.GenerateEd25519();
        pair.Client.RequestRekey();
        await AssertEndsAsync(pair.RunAsync, Violation.HostKeyChangedOnRekey);
        Assert.Single(pair.Judge.Judged);
    }

    [Fact]
    public async Task The_server_tells_which_signature_algorithms_it_takes()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        Assert.Equal(["ssh-ed25519", "rsa-sha2-512"], pair.Client.ServerSignatureAlgorithms!);
        Assert.True(pair.Client.PeerAnswersPing);
        Assert.True(pair.Client.PeerTakesAgent);
    }

    [Fact]
    public async Task A_handshake_leaves_no_packet_behind()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        Assert.Equal(0, pair.Pool.Outstanding);
    }

    [Fact]
    public async Task Bytes_that_come_one_at_a_time_are_as_good()
    {
        using var pair = new TransportPair();
        pair.Client.Start();
        pair.Server.Start();
        while (pair.Take(pair.Client, pair.ToServer) + pair.Take(pair.Server, pair.ToClient) > 0)
        {
            await TrickleAsync(pair.Server, pair.ToServer);
            await TrickleAsync(pair.Client, pair.ToClient);
        }

        await AssertTalksAsync(pair);
    }

    [Fact]
    public async Task M13_a_strict_peer_must_begin_with_its_proposal()
    {
        using var pair = new TransportPair();
        pair.Client.Start();
        var ignore = default(Ignore);
        pair.Server.Outbox.PostTransport(Message.Write(pair.Pool, ref ignore));
        pair.Server.Start();
        pair.Take(pair.Client, pair.ToServer);
        pair.Take(pair.Server, pair.ToClient);
        SshViolationException error = await Assert.ThrowsAnyAsync<SshViolationException>(() => TransportPair.DeliverAsync(pair.Client, pair.ToClient));
        Assert.Equal(Violation.UnexpectedMessage, error.Violation);
    }

    [Fact]
    public async Task M07_traffic_that_a_rekey_held_goes_before_our_disconnect_once_its_new_keys_are_queued()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Authenticate();
        pair.Client.RequestRekey();
        pair.Take(pair.Client, pair.ToServer);
        await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
        pair.Take(pair.Server, pair.ToClient);
        await TransportPair.DeliverAsync(pair.Client, pair.ToClient);
        pair.Take(pair.Client, pair.ToServer);
        await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
        pair.Take(pair.Server, pair.ToClient);
        PostData(pair.Client, [1]);
        await TransportPair.DeliverAsync(pair.Client, pair.ToClient);
        pair.Client.Disconnect(DisconnectReason.ByApplication, "bye");

        await AssertDisconnectIsLastAsync(pair);
        Assert.Single(pair.ServerService.Received);
    }

    [Fact]
    public async Task M07_traffic_that_a_rekey_holds_is_dropped_when_we_disconnect_before_its_end()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Authenticate();
        pair.Client.RequestRekey();
        PostData(pair.Client, [1]);
        pair.Client.Disconnect(DisconnectReason.ByApplication, "bye");

        await AssertDisconnectIsLastAsync(pair);
        Assert.Empty(pair.ServerService.Received);
    }

    private static async Task AssertEndsAsync(Func<Task> run, Violation expected) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<SshViolationException>(run)).Violation);

    private static async Task AssertDisconnectIsLastAsync(TransportPair pair)
    {
        pair.ToServer.Clear();
        pair.Take(pair.Client, pair.ToServer);
        await Assert.ThrowsAsync<SshDisconnectedException>(() => TransportPair.DeliverAsync(pair.Server, pair.ToServer));
        Assert.False(await pair.Client.WaitToFillAsync());
        Assert.Equal(0, pair.Client.Outbox.HeldBytes);
        Assert.Equal(0, pair.Pool.Outstanding);
    }

    private static async Task TrickleAsync(SecureTransport to, List<byte> bytes)
    {
        var seen = new List<byte>();
        foreach (byte b in bytes)
        {
            seen.Add(b);
            await TransportPair.DeliverAsync(to, seen);
        }

        bytes.Clear();
        Assert.Empty(seen);
    }

    private static async Task AssertTalksAsync(TransportPair pair)
    {
        if (!pair.Client.IsAuthenticated) pair.Authenticate();
        await AssertDataPassesAsync(pair);
    }

    private static async Task AssertDataPassesAsync(TransportPair pair)
    {
        pair.ServerService.Received.Clear();
        pair.ClientService.Received.Clear();
        for (int size = 1; size < 200; size += 7)
        {
            PostData(pair.Client, new byte[size]);
            PostData(pair.Server, new byte[size * 100]);
        }

        await pair.RunAsync();
        Assert.Equal(29, pair.ServerService.Received.Count);
        Assert.Equal(29, pair.ClientService.Received.Count);
        Assert.All(pair.ServerService.Received.Index(), item => Assert.Equal(1 + (item.Index * 7) + ChannelData.HeaderLength, item.Item.Length));
        Assert.Equal(0, pair.Pool.Outstanding);
    }

    private static void PostData(SecureTransport from, byte[] data)
    {
        var message = new ChannelData { Data = data };
        from.Post(ref message);
    }

    /// <summary>A host key that may show another key than it signs with.</summary>
    private sealed class TwoKeys(PrivateKey shown, PrivateKey signing) : ISigner
    {
        public PrivateKey Shown { get; set; } = shown;

        public PrivateKey Signing { get; set; } = signing;

        public PublicKey PublicKey => Shown.PublicKey;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => Signing.SignAsync(algorithm, data, ct);
    }
}
