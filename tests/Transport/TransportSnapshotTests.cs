using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Algorithms.Ciphers;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Transport;

public sealed class TransportSnapshotTests
{
    public static TheoryData<string, string?, string> EveryProtection
    {
        get
        {
            var all = new TheoryData<string, string?, string>();
            foreach (TheoryDataRow<string, string?> row in PacketPair.All)
            {
                foreach (CompressionAlgorithm compression in AlgorithmCatalog.Compressions.Rows) all.Add(row.Data.Item1, row.Data.Item2, compression.Name);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(EveryProtection))]
    public async Task A_transport_goes_on_elsewhere_whatever_protects_it(string cipher, string? mac, string compression)
    {
        using TransportPair pair = await LoggedInAsync(cipher, mac, compression);
        SendRequests(pair.Client, "before-1", "before-2", "before-3");
        pair.Take(pair.Client, pair.ToServer);
        pair.ResumeServer(pair.ToServer.Count / 2);
        await AssertGoesOnAsync(pair, "before-1", "before-2", "before-3");
    }

    [Theory]
    [InlineData("chacha20-poly1305@openssh.com", null)]
    [InlineData("aes128-ctr", "hmac-sha2-256")]
    [InlineData("aes128-cbc", "hmac-sha1")]
    public async Task The_old_process_may_have_read_on_to_any_byte(string cipher, string? mac)
    {
        for (int read = 0; ; read++)
        {
            using TransportPair pair = await LoggedInAsync(cipher, mac, "none");
            SendRequests(pair.Client, "first");
            pair.Take(pair.Client, pair.ToServer);
            if (read > pair.ToServer.Count) return;
            pair.ResumeServer(read);
            await AssertGoesOnAsync(pair, "first");
        }
    }

    [Fact]
    public async Task Strict_key_exchange_goes_on_elsewhere()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        pair.ResumeServer(0);
        pair.Client.RequestRekey();
        await pair.RunAsync();
        Assert.Equal((0U, 0U), (pair.Server.Inbound.Sequence, pair.Server.Outbound.Sequence));
        await AssertGoesOnAsync(pair);
    }

    [Fact]
    public async Task Limits_of_the_keys_count_on_where_they_were()
    {
        using TransportPair pair = await LoggedInAsync("aes256-gcm@openssh.com", null, "none");
        (uint sequence, long bytes, long packets) = (pair.Server.Inbound.Sequence, pair.Server.Inbound.BytesSinceKeys, pair.Server.Inbound.PacketsSinceKeys);
        long sent = pair.Server.Outbound.BytesSinceKeys;
        pair.ResumeServer(0);
        Assert.Equal((sequence, bytes, packets), (pair.Server.Inbound.Sequence, pair.Server.Inbound.BytesSinceKeys, pair.Server.Inbound.PacketsSinceKeys));
        Assert.Equal(sent, pair.Server.Outbound.BytesSinceKeys);
        Assert.True(sent > 0);
    }

    [Fact]
    public async Task Keys_are_as_old_as_they_were()
    {
        using TransportPair pair = await LoggedInAsync("aes256-gcm@openssh.com", null, "none", rekey: RekeyPolicy.Default with { Seconds = 100 });
        pair.Server.OnTick(TimeSpan.FromSeconds(60));
        pair.ResumeServer(0);
        pair.Server.OnTick(TimeSpan.FromSeconds(39));
        Assert.Equal(0, pair.Take(pair.Server, pair.ToClient));
        pair.Server.OnTick(TimeSpan.FromSeconds(40));
        Assert.NotEqual(0, pair.Take(pair.Server, pair.ToClient));
    }

    [Fact]
    public async Task No_key_shows_when_a_snapshot_is_printed()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        pair.Server.Freeze();
        using TransportSnapshot snapshot = pair.Server.Snapshot([]);
        string line = snapshot.ToString();
        Assert.Equal(6, line.Split("[secret]").Length - 1);
        Assert.Contains("PeerIdentification=\"SSH-2.0-Client\"", line, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_snapshot_is_erased_when_its_owner_disposes_of_it()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        pair.Server.Freeze();
        TransportSnapshot snapshot = pair.Server.Snapshot([]);
        ReadOnlyMemory<byte> bytes = snapshot.Bytes;
        snapshot.Dispose();
        Assert.False(bytes.Span.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task A_snapshot_cut_short_anywhere_or_made_longer_is_refused()
    {
        byte[] good = await TakeAsync();
        for (int length = 0; length < good.Length; length++) AssertRefused(good[..length]);
        AssertRefused([.. good, 0]);
        using TransportSnapshot whole = TransportSnapshot.Read(good);
        Assert.Equal(good.Length, whole.Bytes.Length);
    }

    [Theory]
    [MemberData(nameof(Spoilers))]
    public async Task A_snapshot_whose_fields_do_not_fit_is_refused(string what, string complaint)
    {
        byte[] good = await TakeAsync();
        Assert.Contains(complaint, Spoil(good, what), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Spoilers => new()
    {
        { "form", "restart the server after an upgrade" },
        { "no session", "no session identifier" },
        { "long session", "SessionId" },
        { "host key", "host key is not of the algorithm's type" },
        { "other host key algorithm", "host key is not of the algorithm's type" },
        { "our identification", "Protocol major versions differ" },
        { "peer identification", "identification" },
        { "line end", "identification" },
        { "exchange", "there is no" },
        { "cipher", "there is no" },
        { "mac", "there is no" },
        { "compression", "there is no" },
        { "mac of an AEAD cipher", "do not fit" },
        { "no mac", "there is no" },
        { "short key", "do not fit" },
        { "long iv", "do not fit" },
        { "short mac key", "do not fit" },
        { "bytes", "do not fit" },
        { "packets", "do not fit" },
        { "age", "older than time" },
    };

    [Fact]
    public async Task As_much_may_be_unprocessed_as_the_limit_says_and_no_more()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        pair.Server.Freeze();
        using TransportSnapshot largest = pair.Server.Snapshot(new byte[TransportFields.MaxUnprocessed]);
        using TransportSnapshot read = TransportSnapshot.Read(largest.Bytes.Span);
        Assert.True(read.Bytes.Length <= TransportSnapshot.MaxLength);
        Assert.Throws<InvalidOperationException>(() => pair.Server.Snapshot(new byte[TransportFields.MaxUnprocessed + 1]));
    }

    [Fact]
    public async Task A_transport_with_something_to_send_gives_no_snapshot()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        SendRequests(pair.Server, "late");
        pair.Server.Freeze();
        Assert.Throws<InvalidOperationException>(() => pair.Server.Snapshot([]));
    }

    [Fact]
    public async Task A_frozen_transport_processes_and_queues_nothing_more()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        pair.Server.Freeze();
        SendRequests(pair.Client, "late");
        SendRequests(pair.Server, "late");
        pair.Server.RequestRekey();
        pair.Take(pair.Client, pair.ToServer);
        Assert.Equal(0, await pair.Server.ReceiveAsync(pair.ToServer.ToArray(), TestContext.Current.CancellationToken));
        Assert.Equal(0, pair.Take(pair.Server, pair.ToClient));
        Assert.False(await pair.Server.WaitToFillAsync());
    }

    private static async Task<TransportPair> LoggedInAsync(string cipher, string? mac, string compression, RekeyPolicy? rekey = null)
    {
        AlgorithmSelection client = AlgorithmSelection.ClientDefault with { Ciphers = [cipher], Macs = [mac ?? "hmac-sha2-256"], Compressions = [compression] };
        AlgorithmSelection server = AlgorithmSelection.ServerDefault with { Ciphers = client.Ciphers, Macs = client.Macs, Compressions = client.Compressions };
        var pair = new TransportPair(client, server, rekey: rekey);
        await pair.StartAsync();
        await pair.SucceedAsync();
        return pair;
    }

    private static void SendRequests(SecureTransport from, params string[] names)
    {
        foreach (string name in names)
        {
            var request = new GlobalRequest { RequestName = System.Text.Encoding.ASCII.GetBytes(name), WantReply = false };
            from.Post(ref request);
        }
    }

    // Requests arrive, both ways, before and after either side exchanges keys again.
    private static async Task AssertGoesOnAsync(TransportPair pair, params string[] awaited)
    {
        pair.ServerService.Received.Clear();
        pair.ClientService.Received.Clear();
        await pair.RunAsync();
        SendRequests(pair.Server, "hello");
        SendRequests(pair.Client, "hello");
        await pair.RunAsync();
        pair.Client.RequestRekey();
        await pair.RunAsync();
        SendRequests(pair.Server, new string('x', 60), "again");
        await pair.RunAsync();
        pair.Server.RequestRekey();
        await pair.RunAsync();
        SendRequests(pair.Client, new string('y', 60), "again");
        await pair.RunAsync();
        Assert.Equal([.. awaited, "hello", new string('y', 60), "again"], pair.ServerService.Received.Select(NameOf));
        Assert.Equal(["hello", new string('x', 60), "again"], pair.ClientService.Received.Select(NameOf));
    }

    private static string NameOf(byte[] payload) => System.Text.Encoding.ASCII.GetString(Message.Read<GlobalRequest>(payload).RequestName);

    private static async Task<byte[]> TakeAsync()
    {
        using TransportPair pair = await LoggedInAsync("aes128-ctr", "hmac-sha2-256", "none");
        pair.Server.Freeze();
        using TransportSnapshot snapshot = pair.Server.Snapshot("some bytes"u8);
        return snapshot.Bytes.ToArray();
    }

    private static string AssertRefused(byte[] bytes)
    {
        SshException refusal = Assert.Throws<SshException>(() => TransportSnapshot.Read(bytes));
        Assert.StartsWith("The snapshot of a transport cannot be used: ", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private static string Spoil(byte[] good, string what)
    {
        TransportFields fields = Message.ReadRecord<TransportFields>(good);
        switch (what)
        {
            case "form": fields.Form++; break;
            case "no session": fields.SessionId = default; break;
            case "long session": return AssertRefused([.. good[..4], 0, 0, 0, TransportFields.MaxSessionId + 1, .. new byte[TransportFields.MaxSessionId + 1], .. good[(8 + fields.SessionId.Length)..]]);
            case "host key": fields.HostKey = "no key"u8; break;
            case "other host key algorithm": fields.HostKeyAlgorithm = "rsa-sha2-512"u8; break;
            case "our identification": fields.OurIdentification = "SSH-1.5-Nacre"u8; break;
            case "peer identification": fields.PeerIdentification = "HTTP/1.1"u8; break;
            case "line end": fields.PeerIdentification = "SSH-2.0-One\nSSH-2.0-Two"u8; break;
            case "exchange": fields.KeyExchange = "ext-info-c"u8; break;
            case "cipher": fields.Inbound.Cipher = "none"u8; break;
            case "mac": fields.Outbound.Mac = "none"u8; break;
            case "compression": fields.Outbound.Compression = "zlib"u8; break;
            case "mac of an AEAD cipher":
                fields.Inbound.Cipher = "aes128-gcm@openssh.com"u8;
                fields.Inbound.Iv = new byte[12];
                break;
            case "no mac": fields.Inbound.Mac = default; break;
            case "short key": fields.Inbound.Key = fields.Inbound.Key[1..]; break;
            case "long iv": fields.Outbound.Iv = new byte[17]; break;
            case "short mac key": fields.Outbound.MacKey = default; break;
            case "bytes": fields.Inbound.BytesSinceKeys = 1UL << 63; break;
            case "packets": fields.Outbound.PacketsSinceKeys = 1UL << 32; break;
            case "age": fields.KeysAgeMs = ulong.MaxValue; break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        return AssertRefused(Message.WriteRecord(ref fields));
    }
}
