using System.Buffers;
using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

public sealed class PipeTests
{
    [Fact]
    public async Task A_consumer_gets_what_it_left_together_with_what_came_since()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, "abc"u8);
        ReadResult result = await channel.Input.ReadAsync();
        channel.Input.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.End);
        ValueTask<ReadResult> pending = channel.Input.ReadAsync();
        Assert.False(pending.IsCompleted);
        peer.SendData(channel, "def"u8);
        result = await pending;
        Assert.Equal("bcdef"u8.ToArray(), result.Buffer.ToArray());
        channel.Input.AdvanceTo(result.Buffer.Start);
        Assert.True(channel.Input.TryRead(out result), "What was not examined is readable at once.");
        channel.Input.AdvanceTo(result.Buffer.End);
        Assert.False(channel.Input.TryRead(out _));
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task A_packet_of_data_reaches_the_consumer_without_a_copy()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        var data = new ChannelData { RecipientChannel = channel.LocalId, Data = new byte[30000] };
        Packet packet = Message.Write(peer.Pool, ref data);
        Memory<byte> sent = packet.PayloadMemory[9..];
        peer.Send(packet);
        ReadResult result = await channel.Input.ReadAsync();
        Assert.True(result.Buffer.IsSingleSegment);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(result.Buffer.First, out ArraySegment<byte> got));
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(sent, out ArraySegment<byte> was));
        Assert.Same(was.Array, got.Array);
        Assert.Equal(was.Offset, got.Offset);
        channel.Input.AdvanceTo(result.Buffer.End);
    }

    [Fact]
    public async Task A_packet_that_a_producer_filled_is_posted_without_a_copy()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        Memory<byte> memory = channel.Output.GetMemory();
        Assert.Equal(32768, memory.Length);
        memory.Span.Fill(7);
        channel.Output.Advance(memory.Length);
        await channel.Output.FlushAsync();
        using Packet packet = peer.Expect(MessageNumber.ChannelData);
        Assert.Equal(9 + 32768, packet.Length);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray((ReadOnlyMemory<byte>)memory, out ArraySegment<byte> was));
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray((ReadOnlyMemory<byte>)packet.PayloadMemory, out ArraySegment<byte> got));
        Assert.Same(was.Array, got.Array);
        ChannelData data = Message.Read<ChannelData>(packet.Payload);
        Assert.Equal(40u, data.RecipientChannel);
        Assert.Equal(-1, data.Data.IndexOfAnyExcept((byte)7));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32767)]
    [InlineData(32768)]
    [InlineData(32769)]
    [InlineData(65536)]
    [InlineData(98303)]
    [InlineData(98304)]
    public async Task Room_in_several_packets_is_filled_in_one_go_and_what_is_left_goes_back(int length)
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        var output = (ChannelOutput)channel.Output;
        var rooms = new List<ArraySegment<byte>>();
        Assert.Equal(3 * 32768, output.GetRooms(rooms, 3));
        Assert.Equal(3, rooms.Count);
        for (int i = 0; i < length; i++) rooms[i / 32768].AsSpan()[i % 32768] = (byte)(i % 251);
        output.Advance(length);
        Assert.Equal(length, output.UnflushedBytes);
        await output.FlushAsync();
        for (int seen = 0; seen < length;)
        {
            using Packet packet = peer.Expect(MessageNumber.ChannelData);
            ReadOnlySpan<byte> data = Message.Read<ChannelData>(packet.Payload).Data;
            Assert.Equal(Math.Min(32768, length - seen), data.Length);
            for (int i = 0; i < data.Length; i++) Assert.Equal((byte)((seen + i) % 251), data[i]);
            seen += data.Length;
        }

        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public void Room_that_is_handed_out_again_or_never_used_is_held_once_and_goes_back_at_the_end()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        var output = (ChannelOutput)channel.Output;
        var rooms = new List<ArraySegment<byte>>();
        for (int i = 0; i < 3; i++) output.GetRooms(rooms, 4);
        Assert.Equal(4, peer.Pool.Outstanding);
        output.Complete(new IOException());
        peer.Expect(MessageNumber.ChannelClose).Dispose();
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Cancelling_a_read_leaves_the_channel_usable()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        for (int i = 0; i < 3; i++)
        {
            using var cancel = new CancellationTokenSource();
            ValueTask<ReadResult> pending = channel.Input.ReadAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending.AsTask());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.Input.ReadAsync(cancel.Token).AsTask());
        }

        ValueTask<ReadResult> read = channel.Input.ReadAsync();
        channel.Input.CancelPendingRead();
        ReadResult canceled = await read;
        Assert.True(canceled.IsCanceled);
        channel.Input.AdvanceTo(canceled.Buffer.End);

        peer.SendData(channel, "still here"u8);
        ReadResult result = await channel.Input.ReadAsync();
        Assert.False(result.IsCanceled);
        Assert.Equal("still here"u8.ToArray(), result.Buffer.ToArray());
    }

    [Fact]
    public async Task Cancelling_a_flush_keeps_its_bytes_for_the_next_one()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: 2);
        channel.Output.Write("abcdef"u8);
        using var cancel = new CancellationTokenSource();
        ValueTask<FlushResult> flush = channel.Output.FlushAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.AsTask());
        Assert.Equal(4, channel.Output.UnflushedBytes);

        flush = channel.Output.FlushAsync();
        channel.Output.CancelPendingFlush();
        Assert.True((await flush).IsCanceled);

        peer.SendAdjust(channel, 100);
        channel.Output.Write("gh"u8);
        await channel.Output.FlushAsync();
        Assert.Equal(0, channel.Output.UnflushedBytes);
        using var sent = new MemoryStream();
        while (peer.Transport.TryTake(out Packet? packet))
        {
            using (packet) sent.Write(Message.Read<ChannelData>(packet.Payload).Data);
        }

        Assert.Equal("abcdefgh"u8.ToArray(), sent.ToArray());
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task A_flush_waits_for_room_in_the_outbox_and_can_be_cancelled_there()
    {
        var peer = new ScriptedPeer();
        peer.Transport.Budget = 10;
        Channel channel = peer.OpenFromPeer();
        AssertDoneAtOnce(channel.Output.WriteAsync(new byte[100]));
        using var cancel = new CancellationTokenSource();
        ValueTask<FlushResult> blocked = channel.Output.WriteAsync("later"u8.ToArray(), cancel.Token);
        Assert.False(blocked.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked.AsTask());
        blocked = channel.Output.FlushAsync();
        peer.Expect(MessageNumber.ChannelData).Dispose();
        await blocked;
        using Packet packet = peer.Expect(MessageNumber.ChannelData);
        Assert.Equal("later"u8.ToArray(), Message.Read<ChannelData>(packet.Payload).Data.ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 40_000)]
    [InlineData(32768, 40_000)]
    [InlineData(1_000_000, 1_000_000)]
    public async Task Memory_of_any_size_can_be_asked_for_and_is_sent_in_packets_that_the_peer_allows(int sizeHint, int written)
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(maximumPacket: 1000, window: 2_000_000);
        channel.Output.Write("before"u8);
        Memory<byte> memory = channel.Output.GetMemory(sizeHint);
        Assert.True(memory.Length >= sizeHint);
        int part = Math.Min(written, memory.Length);
        for (int i = 0; i < part; i++) memory.Span[i] = (byte)i;
        channel.Output.Advance(part);
        await channel.Output.FlushAsync();
        using var sent = new MemoryStream();
        while (peer.Transport.TryTake(out Packet? packet))
        {
            using (packet)
            {
                ChannelData data = Message.Read<ChannelData>(packet.Payload);
                Assert.InRange(data.Data.Length, 1, 1000);
                sent.Write(data.Data);
            }
        }

        byte[] expected = [.. "before"u8, .. Enumerable.Range(0, part).Select(i => (byte)i)];
        Assert.Equal(expected, sent.ToArray());
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public void Small_writes_are_queued_in_small_buffers()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        channel.Output.GetSpan()[0] = 1;
        channel.Output.Advance(1);
        AssertDoneAtOnce(channel.Output.FlushAsync());
        using Packet packet = peer.Expect(MessageNumber.ChannelData);
        Assert.Equal(PacketPool.SmallCapacity, packet.Capacity);
        Assert.Equal(1, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Completing_the_output_sends_the_rest_when_the_window_opens_and_then_eof()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: 0);
        channel.Output.Write("rest"u8);
        channel.Output.Complete();
        peer.ExpectNothing();
        peer.Transport.IsSignaling = true;
        peer.SendAdjust(channel, 10);
        await peer.Transport.WaitForPacketAsync(CancellationToken.None);
        await peer.Transport.WaitForPacketAsync(CancellationToken.None);
        peer.ExpectOnly(MessageNumber.ChannelData, MessageNumber.ChannelEof);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completing_all_output_ends_in_one_eof_whether_or_not_there_was_error_data(bool hasErrorData)
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        channel.Output.Write("out"u8);
        if (hasErrorData) channel.ErrorOutput.Write("err"u8);
        await channel.CompleteOutputAsync();
        if (hasErrorData) peer.Expect(MessageNumber.ChannelExtendedData).Dispose();
        peer.ExpectOnly(MessageNumber.ChannelData, MessageNumber.ChannelEof);
        Assert.Throws<InvalidOperationException>(() => channel.Output.GetMemory());
    }

    [Fact]
    public async Task Completing_the_output_with_an_error_closes_the_channel_instead_of_ending_the_data()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: 0);
        channel.Output.Write("cut short"u8);
        await channel.Output.CompleteAsync(new IOException("disk"));
        peer.ExpectOnly(MessageNumber.ChannelClose);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Writing_to_a_channel_that_the_peer_closed_says_so()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: 0);
        Task<FlushResult> waiting = channel.Output.WriteAsync("x"u8.ToArray()).AsTask();
        peer.SendClose(channel);
        Assert.True((await waiting).IsCompleted);
        peer.ExpectOnly(MessageNumber.ChannelClose);
        Assert.True((await channel.Output.WriteAsync("y"u8.ToArray())).IsCompleted);
        peer.ExpectNothing();
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Disposing_while_a_flush_and_a_read_wait_ends_both()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: 0);
        Task<FlushResult> flush = channel.Output.WriteAsync("x"u8.ToArray()).AsTask();
        Task<ReadResult> read = channel.Input.ReadAsync().AsTask();
        await channel.DisposeAsync();
        Assert.True((await flush).IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
        peer.ExpectOnly(MessageNumber.ChannelClose);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Disposing_takes_nothing_from_under_a_consumer_or_a_producer_at_work()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, "being read"u8);
        ReadResult read = await channel.Input.ReadAsync();
        Memory<byte> memory = channel.Output.GetMemory();
        await channel.DisposeAsync();
        peer.ExpectOnly(MessageNumber.ChannelClose);
        Assert.Equal(2, peer.Pool.Outstanding);

        using Packet first = peer.Pool.Rent(1000), second = peer.Pool.Rent(36_000);
        first.PayloadRoom.Span.Fill(1);
        memory.Span.Fill(2);
        Assert.Equal("being read"u8.ToArray(), read.Buffer.ToArray());
        Assert.Equal(-1, first.PayloadRoom.Span.IndexOfAnyExcept((byte)1));
        channel.Output.Advance(100);
        Assert.True((await channel.Output.FlushAsync()).IsCompleted);
        channel.Input.AdvanceTo(read.Buffer.End);
        Assert.Equal(2, peer.Pool.Outstanding);
        Assert.Throws<InvalidOperationException>(() => channel.Output.GetMemory());
        Assert.Throws<ObjectDisposedException>(() => channel.Input.TryRead(out _));
        peer.SendClose(channel);
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
    }

    [Fact]
    public void An_input_that_nobody_wants_any_more_credits_what_comes()
    {
        var peer = new ScriptedPeer(settings: new ConnectionSettings { InitialWindow = 100, MaximumWindow = 100 });
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, new byte[90]);
        channel.Input.Complete();
        peer.ExpectOnly(MessageNumber.ChannelWindowAdjust);
        peer.SendData(channel, new byte[100]);
        peer.ExpectOnly(MessageNumber.ChannelWindowAdjust);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Deferred_wakeups_come_with_the_flush()
    {
        var peer = new ScriptedPeer(settings: new ConnectionSettings { DefersWakeups = true });
        Channel channel = peer.OpenFromPeer();
        ValueTask<ReadResult> read = channel.Input.ReadAsync();
        var data = new ChannelData { RecipientChannel = channel.LocalId, Data = "ab"u8 };
        _ = peer.Multiplexer.OnPacketAsync(Message.Write(peer.Pool, ref data), CancellationToken.None).AsTask();
        _ = peer.Multiplexer.OnPacketAsync(Message.Write(peer.Pool, ref data), CancellationToken.None).AsTask();
        Assert.False(read.IsCompleted);
        peer.Multiplexer.FlushWakeups();
        ReadResult result = await read;
        Assert.Equal(4, result.Buffer.Length);
    }

    [Fact]
    public void An_urgent_channel_sends_its_data_first_and_cannot_change_that_later()
    {
        var peer = new ScriptedPeer();
        Channel bulk = peer.OpenFromPeer(40);
        Channel urgent = peer.OpenFromPeer(41);
        urgent.IsUrgent = true;
        AssertDoneAtOnce(bulk.Output.WriteAsync("bulk"u8.ToArray()));
        AssertDoneAtOnce(urgent.Output.WriteAsync("key"u8.ToArray()));
        using Packet packet = peer.Expect(MessageNumber.ChannelData);
        Assert.Equal(41u, Message.Read<ChannelData>(packet.Payload).RecipientChannel);
        Assert.Throws<InvalidOperationException>(() => bulk.IsUrgent = true);
    }

    private static void AssertDoneAtOnce(ValueTask<FlushResult> flush) => Assert.True(flush.IsCompletedSuccessfully);
}
