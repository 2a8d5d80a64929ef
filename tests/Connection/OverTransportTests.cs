using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Connection;

/// <summary>Multiplexers over real transports, moved by hand.</summary>
public sealed class OverTransportTests
{
    public static TheoryData<string> Floods => ["global requests", "channel requests", "refused opens", "discarded data", "pings", "unknown messages"];

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A60_a_peer_that_asks_and_never_reads_is_cut_off_before_it_costs_much(string flood)
    {
        using var pair = new TransportPair();
        (Multiplexer client, _, _) = await ConnectAsync(pair);
        Task<Channel> opening = OpenSessionAsync(client);
        await pair.RunAsync();
        Channel channel = await opening;

        // From now on nobody takes what the server has to send.
        SshViolationException? violation = null;
        long highest = 0;
        for (int round = 0; round < 10_000 && violation is null; round++)
        {
            for (int i = 0; i < 100; i++) Post(pair.Client, flood, channel);
            pair.Take(pair.Client, pair.ToServer);
            try
            {
                await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
            }
            catch (SshViolationException error)
            {
                violation = error;
            }

            highest = Math.Max(highest, pair.Server.Outbox.HeldBytes);
        }

        Assert.Equal(Violation.TooMuchPending, violation?.Violation);
        Assert.InRange(highest, 0, Outbox.MaxHeld + PacketPool.MediumCapacity);
    }

    [Fact]
    public async Task Many_channels_that_all_end_at_once_are_no_flood_A60()
    {
        const int count = 6000;
        using var pair = new TransportPair();
        (Multiplexer client, Multiplexer server, _) = await ConnectAsync(pair, ConnectionSettings.Default with { MaximumChannels = count });
        Task<Channel>[] opening = [.. Enumerable.Range(0, count).Select(_ => OpenSessionAsync(client))];
        await pair.RunAsync();
        foreach (Channel channel in await Task.WhenAll(opening)) channel.Close();

        // The server has a CLOSE to say on each of them, and nobody takes any.
        pair.Take(pair.Client, pair.ToServer);
        await TransportPair.DeliverAsync(pair.Server, pair.ToServer);
        Assert.InRange(pair.Server.Outbox.HeldBytes, Outbox.MaxHeld + 1, Outbox.MaxHeld + server.HeldAllowance);

        await pair.RunAsync();
        Assert.Equal((0, 0), (client.ChannelCount, server.ChannelCount));
    }

    [Fact]
    public async Task Rekeying_during_a_transfer_in_both_directions_keeps_the_bytes_and_their_ends_in_order()
    {
        const int Length = 3_000_000;
        using var pair = new TransportPair(rekey: new RekeyPolicy(200_000, 1 << 20, 0));
        (Multiplexer client, Multiplexer server, TestPolicy policy) = await ConnectAsync(pair);
        Task<Channel> opening = OpenSessionAsync(client);
        await pair.RunAsync();
        Channel ours = await opening;
        Channel theirs = policy.Opened[^1];
        Task all = Task.WhenAll(WriteAsync(ours, Length), WriteAsync(theirs, Length), ReadAsync(ours, Length), ReadAsync(theirs, Length));
        while (!all.IsCompleted)
        {
            await pair.RunAsync();
            await Task.Yield();
        }

        await all;
        ours.Close();
        await pair.RunAsync();
        Assert.Equal(0, client.ChannelCount);
        Assert.Equal(0, server.ChannelCount);
    }

    private static async Task<(Multiplexer Client, Multiplexer Server, TestPolicy ServerPolicy)> ConnectAsync(TransportPair pair, ConnectionSettings? settings = null)
    {
        await pair.StartAsync();
        pair.Authenticate();
        var policy = new TestPolicy();
        var client = new Multiplexer(pair.Client, new TestPolicy(), settings ?? ConnectionSettings.Default);
        var server = new Multiplexer(pair.Server, policy, settings ?? ConnectionSettings.Default);
        pair.Client.EnterConnection(client);
        pair.Server.EnterConnection(server);
        return (client, server, policy);
    }

    private static Task<Channel> OpenSessionAsync(Multiplexer client)
    {
        var fields = default(SessionOpen);
        return client.OpenAsync(ref fields, null, false, CancellationToken.None);
    }

    private static void Post(SecureTransport transport, string flood, Channel channel)
    {
        switch (flood)
        {
            case "global requests":
                var global = new GlobalRequest { RequestName = "keepalive@openssh.com"u8, WantReply = true };
                transport.Post(ref global);
                break;
            case "channel requests":
                var request = new ChannelRequest { RecipientChannel = channel.RemoteId, RequestType = "nonsense"u8, WantReply = true };
                transport.Post(ref request);
                break;
            case "refused opens":
                var open = new ChannelOpen { ChannelType = "nonsense"u8, SenderChannel = 9, InitialWindowSize = 1, MaximumPacketSize = 1 };
                transport.Post(ref open);
                break;
            case "discarded data":
                var data = new ChannelExtendedData { RecipientChannel = channel.RemoteId, DataTypeCode = 7, Data = new byte[32768] };
                transport.Post(ref data);
                goto case "global requests";
            case "pings":
                Packet ping = transport.Pool.Rent(6);
                ping.SetPayload(6);
                ping.Payload.Clear();
                ping.Payload[0] = (byte)MessageNumber.Ping;
                ping.Payload[4] = 1;
                transport.Post(ping);
                break;
            default:
                Packet unknown = transport.Pool.Rent(1);
                unknown.SetPayload(1);
                unknown.Payload[0] = 199;
                transport.Post(unknown);
                break;
        }
    }

    private static async Task WriteAsync(Channel channel, int length)
    {
        byte[] block = new byte[10_007];
        for (int i = 0; i < block.Length; i++) block[i] = (byte)(i % 251);
        for (int sent = 0; sent < length; sent += block.Length) await channel.Output.WriteAsync(block.AsMemory(0, Math.Min(block.Length, length - sent)));
        await channel.Output.CompleteAsync();
    }

    private static async Task ReadAsync(Channel channel, int length)
    {
        long total = await Link.ReadToEndAsync(channel.Input, (piece, at) =>
        {
            foreach (byte b in piece.Span)
            {
                if (b != at++ % 10_007 % 251) throw new InvalidOperationException($"A wrong byte at {at - 1}.");
            }
        });
        Assert.Equal(length, total);
    }
}
