using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Transport;

/// <summary>What a client may send, and make a server hold, before it has logged in .</summary>
public sealed class StrangerLimitTests
{
    [Fact]
    public async Task A_stranger_may_send_a_packet_of_35000_bytes_and_none_that_is_longer()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        int longest = 0;
        for (int dataLength = 34_900; ; dataLength++)
        {
            int length = SendIgnore(pair, dataLength);
            if (length > PacketLimits.MaxBeforeLogin) break;
            await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
            longest = length;
        }

        Assert.InRange(longest, PacketLimits.MaxBeforeLogin - 15, PacketLimits.MaxBeforeLogin);
        SshViolationException refusal = await Assert.ThrowsAsync<SshViolationException>(() => TransportPair.DeliverAsync(pair.Server, pair.ToServer));
        Assert.Equal(Violation.LengthOutOfRange, refusal.Violation);
    }

    [Fact]
    public async Task What_is_too_long_is_refused_before_it_has_come()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        SendIgnore(pair, 100_000);
        pair.ToServer.RemoveRange(100, pair.ToServer.Count - 100);
        await Assert.ThrowsAsync<SshViolationException>(() => TransportPair.DeliverAsync(pair.Server, pair.ToServer));
    }

    [Fact]
    public async Task After_the_login_packets_may_be_as_long_as_any()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Authenticate();
        Assert.InRange(SendIgnore(pair, 250_000), 250_000, PacketLimits.MaxPacketLength);
        await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
        Assert.Empty(pair.ToServer);
    }

    [Fact]
    public async Task A_client_takes_a_long_packet_before_it_has_logged_in_since_banners_are_long()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        var ignore = new Ignore { Data = new byte[200_000] };
        pair.Server.Post(ref ignore);
        pair.Take(pair.Server, pair.ToClient);
        await TransportPair.DeliverAsync(pair.Client, pair.ToClient);
        Assert.Empty(pair.ToClient);
    }

    [Fact]
    public async Task With_a_chained_cipher_no_length_is_too_long_only_for_a_stranger()
    {
        AlgorithmSelection client = AlgorithmSelection.ClientDefault with { Ciphers = ["aes128-cbc"], Macs = ["hmac-sha1"] };
        AlgorithmSelection server = AlgorithmSelection.ServerDefault with { Ciphers = client.Ciphers, Macs = client.Macs };
        using var pair = new TransportPair(client, server);
        await pair.StartAsync();
        SendIgnore(pair, 100_000);
        await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
        Assert.Empty(pair.ToServer);
    }

    [Fact]
    public async Task A_stranger_who_makes_the_server_answer_and_does_not_read_is_cut_off_early()
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        pair.Server.EnterAuthentication();
        SshViolationException refusal = await Assert.ThrowsAsync<SshViolationException>(async () =>
        {
            while (true)
            {
                var ping = new Ping { Data = new byte[30_000] };
                pair.Client.Post(ref ping);
                pair.Take(pair.Client, pair.ToServer);
                await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
                Assert.InRange(pair.Server.Outbox.HeldBytes, 0, Outbox.MaxHeldBeforeLogin);
            }
        });
        Assert.Equal(Violation.TooMuchPending, refusal.Violation);
    }

    private static int SendIgnore(TransportPair pair, int dataLength)
    {
        var ignore = new Ignore { Data = new byte[dataLength] };
        pair.Client.Post(ref ignore);
        return pair.Take(pair.Client, pair.ToServer);
    }
}
