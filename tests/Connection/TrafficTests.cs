using System.Diagnostics;
using System.IO.Pipelines;
using Nacre.Protocol.Connection;

namespace Nacre.Tests.Connection;

public sealed class TrafficTests
{
    [Theory]
    [InlineData(1u, 1u, 20_000)]
    [InlineData(7u, 3u, 70_000)]
    [InlineData(100_000u, 1u, 100_000)]
    [InlineData(65_537u, 32_767u, 20_000_000)]
    [InlineData(2_097_152u, 999u, 10_000_000)]
    public Task A66_bytes_arrive_intact_through_narrow_windows_and_odd_packets(uint window, uint maximumPacket, int length) =>
        TransferAsync(window, maximumPacket, length);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1u, 1u, 1_000_000)]
    [InlineData(2_097_152u, 32_768u, 104_857_600)]
    [InlineData(uint.MaxValue, 32_768u, 104_857_600)]
    [InlineData(40_000u, 17u, 104_857_600)]
    public Task A66_a_hundred_mebibytes_arrive_intact_in_bounded_time(uint window, uint maximumPacket, int length) =>
        TransferAsync(window, maximumPacket, length);

    [Fact]
    public async Task Many_channels_carry_their_bytes_both_ways_at_once()
    {
        await using var link = new Link();
        link.ClientTransport.Budget = link.ServerTransport.Budget = 256 * 1024;
        link.Start();
        var pairs = new List<(Channel Client, Channel Server)>();
        for (int i = 0; i < 20; i++) pairs.Add(await link.OpenAsync());
        await Task.WhenAll(pairs.SelectMany((pair, i) => (Task[])
        [
            WriteAsync(pair.Client.Output, 1_000_000 + i),
            WriteAsync(pair.Server.Output, 1_000_000 + (2 * i)),
            CheckAsync(pair.Server.Input, 1_000_000 + i),
            CheckAsync(pair.Client.Input, 1_000_000 + (2 * i)),
        ])).WaitAsync(TimeSpan.FromSeconds(60));
        foreach ((Channel client, Channel server) in pairs)
        {
            client.Close();
            await server.WaitForCloseAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
            await client.WaitForCloseAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        }

        await link.SettleAsync();
        Assert.Equal((0, 0, 0), (link.Client.ChannelCount, link.Server.ChannelCount, link.Pool.Outstanding));
    }

    [Fact]
    public async Task One_stalled_consumer_does_not_slow_the_others()
    {
        await using var link = new Link();
        link.ClientTransport.Budget = 64 * 1024;
        link.Start();
        (Channel stalled, _) = await link.OpenAsync();
        (Channel client, Channel server) = await link.OpenAsync();
        Task stuck = stalled.Output.WriteAsync(new byte[3 << 20]).AsTask();
        Task write = WriteAsync(client.Output, 20_000_000);
        await CheckAsync(server.Input, 20_000_000).WaitAsync(TimeSpan.FromSeconds(30));
        await write;
        Assert.False(stuck.IsCompleted);
        await stalled.DisposeAsync();
        await stuck;
    }

    [Fact]
    public async Task Channels_opened_and_closed_by_many_tasks_leave_nothing_behind()
    {
        await using var link = new Link();
        link.ServerPolicy.CreateService = () =>
        {
            var service = new TestService();
            service.Opened += channel => _ = EchoAsync(channel);
            return service;
        };
        link.Start();
        await Parallel.ForAsync(0, 500, async (i, ct) =>
        {
            var fields = default(Nacre.Protocol.Messages.SessionOpen);
            await using Channel channel = await link.Client.OpenAsync(ref fields, null, false, ct);
            Task<long> back = Link.ReadToEndAsync(channel.Input);
            await channel.Output.WriteAsync(new byte[i * 100], ct);
            await channel.Output.CompleteAsync();
            Assert.Equal(i * 100, await back);
            channel.Close();
            await channel.WaitForCloseAsync(ct);
        }).WaitAsync(TimeSpan.FromSeconds(60));
        await link.SettleAsync();
        Assert.Equal((0, 0, 0), (link.Client.ChannelCount, link.Server.ChannelCount, link.Pool.Outstanding));
    }

    private static async Task EchoAsync(Channel channel)
    {
        await channel.Input.CopyToAsync(channel.Output);
        await channel.Output.CompleteAsync();
        await channel.DisposeAsync();
    }

    private static async Task TransferAsync(uint window, uint maximumPacket, int length)
    {
        var narrow = new ConnectionSettings { InitialWindow = window, MaximumWindow = window, MaximumPacket = maximumPacket };
        await using var link = new Link(server: narrow);
        link.Start();
        (Channel client, Channel server) = await link.OpenAsync();
        var clock = Stopwatch.StartNew();
        Task write = WriteAsync(client.Output, length);
        await CheckAsync(server.Input, length).WaitAsync(TimeSpan.FromSeconds(60));
        await write;
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
    }

    private static async Task WriteAsync(PipeWriter output, int length)
    {
        byte[] block = new byte[100_003];
        for (int i = 0; i < block.Length; i++) block[i] = (byte)(i * 31 % 251);
        for (int sent = 0; sent < length; sent += block.Length)
        {
            await output.WriteAsync(block.AsMemory(0, Math.Min(block.Length, length - sent)));
        }

        await output.CompleteAsync();
    }

    private static async Task CheckAsync(PipeReader input, int length)
    {
        byte[] block = new byte[100_003];
        for (int i = 0; i < block.Length; i++) block[i] = (byte)(i * 31 % 251);
        long total = await Link.ReadToEndAsync(input, (piece, at) =>
        {
            ReadOnlySpan<byte> span = piece.Span;
            while (!span.IsEmpty)
            {
                int place = (int)(at % block.Length);
                int part = Math.Min(span.Length, block.Length - place);
                if (!span[..part].SequenceEqual(block.AsSpan(place, part))) throw new InvalidOperationException($"Wrong bytes near {at}.");
                span = span[part..];
                at += part;
            }
        });
        Assert.Equal(length, total);
    }
}
