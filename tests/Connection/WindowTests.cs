using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

public sealed class WindowTests
{
    private static readonly ConnectionSettings Tiny = new() { InitialWindow = 100, MaximumWindow = 100, MaximumPacket = 60 };

    [Fact]
    public void Windows_go_on_past_four_gibibytes_A67()
    {
        const long most = 5L << 30;
        var sending = new SendWindow();
        long granted = 0, sent = 0;
        while (sent < most)
        {
            uint more = uint.MaxValue - sending.Available;
            Assert.True(sending.TryAdd(more));
            granted += more;
            sent += sending.Take(int.MaxValue);
            Assert.Equal(granted - sent, sending.Available);
        }

        const uint window = 2 * 1024 * 1024, part = 32 * 1024;
        var receiving = new ReceiveWindow(window, window, new WindowGrowth(0));
        long open = window;
        for (long received = 0; received < most; received += part)
        {
            Assert.True(receiving.TryTake(part));
            open += (long)receiving.Return(part, unread: 0) - part;
            Assert.InRange(open, part, window);
        }
    }

    [Fact]
    public void Data_up_to_the_window_is_taken_and_one_byte_more_is_a_violation()
    {
        var peer = new ScriptedPeer(settings: Tiny);
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, new byte[60]);
        peer.SendData(channel, new byte[40]);
        var more = new ChannelData { RecipientChannel = channel.LocalId, Data = "x"u8 };
        Assert.Equal(Violation.WindowExceeded, peer.SendWrong(ref more));
        var error = new ChannelExtendedData { RecipientChannel = channel.LocalId, DataTypeCode = 1, Data = "x"u8 };
        Assert.Equal(Violation.WindowExceeded, peer.SendWrong(ref error));
        peer.ExpectNothing();
    }

    [Fact]
    public void A_packet_of_the_maximum_is_taken_and_one_byte_more_is_a_violation()
    {
        var peer = new ScriptedPeer(settings: Tiny);
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, new byte[60]);
        channel.Input.Complete();
        peer.Expect(MessageNumber.ChannelWindowAdjust).Dispose();
        var more = new ChannelData { RecipientChannel = channel.LocalId, Data = new byte[61] };
        Assert.Equal(Violation.WindowExceeded, peer.SendWrong(ref more));
    }

    [Fact]
    public void A_widened_window_takes_its_most_at_once_and_one_byte_more_is_a_violation()
    {
        var peer = new ScriptedPeer(settings: Tiny with { MaximumWindow = 250, GrowthBudget = 150 });
        Channel channel = peer.OpenFromPeer();
        channel.WidenWindow();
        Packet adjust = peer.Expect(MessageNumber.ChannelWindowAdjust);
        Assert.Equal(150u, Message.Read<ChannelWindowAdjust>(adjust.Payload).BytesToAdd);
        adjust.Dispose();
        channel.WidenWindow();
        peer.ExpectNothing();
        for (int sent = 0; sent < 250; sent += 50) peer.SendData(channel, new byte[50]);
        var more = new ChannelData { RecipientChannel = channel.LocalId, Data = "x"u8 };
        Assert.Equal(Violation.WindowExceeded, peer.SendWrong(ref more));
    }

    [Fact]
    public void A_window_is_widened_only_as_far_as_all_windows_together_may_grow()
    {
        var peer = new ScriptedPeer(settings: Tiny with { MaximumWindow = 250, GrowthBudget = 149 });
        Channel channel = peer.OpenFromPeer();
        channel.WidenWindow();
        peer.ExpectNothing();
        Assert.Equal(100u, channel.ReceiveWindowSize);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_data_message_whose_length_lies_is_a_violation(int surplus)
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        Packet packet = peer.Pool.Rent(64);
        packet.SetPayload(9 + 4);
        packet.Payload.Clear();
        packet.Payload[0] = (byte)MessageNumber.ChannelData;
        packet.Payload[8] = (byte)(surplus == 0 ? 5 : 4 - surplus);
        Assert.Equal(0u, channel.LocalId);
        Violation violation = Assert.Throws<SshViolationException>(() => peer.Send(packet)).Violation;
        Assert.Equal(surplus == 0 ? Violation.MessageTruncated : Violation.TrailingBytes, violation);
        Packet cut = peer.Pool.Rent(64);
        cut.SetPayload(5);
        cut.Payload.Clear();
        cut.Payload[0] = (byte)MessageNumber.ChannelData;
        Assert.Equal(Violation.MessageTruncated, Assert.Throws<SshViolationException>(() => peer.Send(cut)).Violation);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public void A66_an_adjustment_may_fill_the_window_to_the_last_byte_and_not_past_it()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: 10);
        peer.SendAdjust(channel, uint.MaxValue - 10);
        Assert.Equal(uint.MaxValue, channel.SendWindow.Available);
        peer.SendAdjust(channel, 0);
        var one = new ChannelWindowAdjust { RecipientChannel = channel.LocalId, BytesToAdd = 1 };
        Assert.Equal(Violation.WindowOverflow, peer.SendWrong(ref one));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_10.0", 32768)]
    [InlineData("SSH-2.0-Nacreous_1.0", 32768)]
    [InlineData("SSH-2.0-Nacre_0.1", 65536)]
    [InlineData("SSH-2.0-Nacre_1.0 of somebody", 65536)]
    public void A_peer_of_our_kind_may_send_packets_of_twice_the_size_and_is_told_so(string identification, int most)
    {
        var peer = new ScriptedPeer(identification: identification);
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 40, InitialWindowSize = 1, MaximumPacketSize = 1 };
        peer.Send(ref open);
        using (Packet packet = peer.Expect(MessageNumber.ChannelOpenConfirmation))
        {
            Assert.Equal((uint)most, Message.Read<ChannelOpenConfirmation>(packet.Payload).MaximumPacketSize);
        }

        _ = peer.Multiplexer.OpenAsync("session", [], null, acceptsErrorData: false, CancellationToken.None);
        using (Packet packet = peer.Expect(MessageNumber.ChannelOpen))
        {
            Assert.Equal((uint)most, Message.Read<ChannelOpen>(packet.Payload).MaximumPacketSize);
        }

        Channel channel = peer.Policy.Opened[^1];
        peer.SendData(channel, new byte[most]);
        var more = new ChannelData { RecipientChannel = channel.LocalId, Data = new byte[most + 1] };
        Assert.Equal(Violation.WindowExceeded, peer.SendWrong(ref more));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(100u)]
    [InlineData(32768u)]
    public async Task M22_never_more_is_sent_than_was_granted(uint window)
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer(window: window, maximumPacket: 50);
        ValueTask<FlushResult> write = channel.Output.WriteAsync(new byte[window + 7]);
        Assert.False(write.IsCompleted);
        Assert.Equal(window, Drain(peer, 50));
        peer.SendAdjust(channel, 3);
        await WaitUntilAsync(() => channel.SendWindow.Available == 0);
        uint second = 0;
        await WaitUntilAsync(() => (second += Drain(peer, 50)) == 3);
        peer.SendAdjust(channel, 100);
        FlushResult result = await write;
        Assert.False(result.IsCompleted);
        Assert.Equal(4u, Drain(peer, 50));
    }

    [Fact]
    public void Extended_data_shares_the_window_and_its_credit_returns_when_nobody_wants_it()
    {
        var peer = new ScriptedPeer(settings: Tiny);
        Channel channel = peer.OpenFromPeer();
        for (int i = 0; i < 50; i++)
        {
            peer.SendError(channel, type: 1, new byte[30]);
            peer.SendError(channel, type: 77, new byte[30]);
        }

        uint granted = 0;
        while (peer.Transport.TryTake(out Packet? packet))
        {
            using (packet) granted += Message.Read<ChannelWindowAdjust>(packet.Payload).BytesToAdd;
        }

        Assert.InRange(granted, 2901u, 3000u);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Error_data_is_read_apart_from_data()
    {
        await using var link = new Link();
        (Channel client, Channel server) = await link.OpenAsync(acceptsErrorData: true);
        await server.Output.WriteAsync("out"u8.ToArray());
        await server.ErrorOutput.WriteAsync("err"u8.ToArray());
        server.Output.Complete();
        link.Deliver();
        Assert.True(client.Input.TryRead(out ReadResult output));
        Assert.False(output.IsCompleted, "EOF waits for the error data.");
        client.Input.AdvanceTo(output.Buffer.End);
        server.ErrorOutput.Complete();
        link.Deliver();
        Assert.True(client.ErrorInput.TryRead(out ReadResult error));
        Assert.Equal("err"u8.ToArray(), System.Buffers.BuffersExtensions.ToArray(error.Buffer));
        Assert.True(error.IsCompleted);
        Assert.True(client.Input.TryRead(out output));
        Assert.True(output.IsCompleted);
    }

    [Fact]
    public void A_prompt_consumer_makes_the_window_grow_to_its_maximum_and_a_slow_one_does_not()
    {
        var settings = new ConnectionSettings { InitialWindow = 64 * 1024, MaximumWindow = 512 * 1024, GrowthBudget = 1 << 30 };
        foreach (bool isPrompt in (bool[])[true, false])
        {
            var peer = new ScriptedPeer(settings: settings);
            Channel channel = peer.OpenFromPeer();
            uint window = settings.InitialWindow;
            for (int i = 0; i < 200; i++)
            {
                while (window >= 16 * 1024 && (!isPrompt || channel.Input is ChannelInput { Unread: 0 }))
                {
                    peer.SendData(channel, new byte[16 * 1024]);
                    window -= 16 * 1024;
                }

                Assert.True(channel.Input.TryRead(out ReadResult result));
                channel.Input.AdvanceTo(result.Buffer.GetPosition(16 * 1024));
                while (peer.Transport.TryTake(out Packet? packet))
                {
                    using (packet) window += Message.Read<ChannelWindowAdjust>(packet.Payload).BytesToAdd;
                }
            }

            Assert.Equal(isPrompt ? settings.MaximumWindow : settings.InitialWindow, channel.ReceiveWindowSize);
        }
    }

    [Fact]
    public void The_growth_of_all_windows_together_is_capped_and_closing_gives_it_back()
    {
        var growth = new WindowGrowth(300);
        var first = new ReceiveWindow(100, 1000, growth);
        var second = new ReceiveWindow(100, 1000, growth);
        for (int i = 0; i < 100; i++)
        {
            Use(first);
            Use(second);
        }

        Assert.Equal(400u, first.Size + second.Size);
        first.End();
        for (int i = 0; i < 100; i++) Use(second);
        Assert.Equal(400u, second.Size);

        static void Use(ReceiveWindow window)
        {
            Assert.True(window.TryTake(50));
            window.Return(50, unread: 0);
        }
    }

    [Fact]
    public void A_fast_flow_costs_few_adjustments_and_none_of_them_is_zero()
    {
        var peer = new ScriptedPeer(settings: new ConnectionSettings { MaximumWindow = 2 << 20 });
        Channel channel = peer.OpenFromPeer();
        int adjustments = 0;
        byte[] data = new byte[32768];
        for (int i = 0; i < 1024; i++)
        {
            peer.SendData(channel, data);
            Assert.True(channel.Input.TryRead(out ReadResult result));
            channel.Input.AdvanceTo(result.Buffer.End);
            while (peer.Transport.TryTake(out Packet? packet))
            {
                using (packet) Assert.NotEqual(0u, Message.Read<ChannelWindowAdjust>(packet.Payload).BytesToAdd);
                adjustments++;
            }
        }

        Assert.Equal(64, adjustments);
    }

    [Fact]
    public void Data_of_no_length_takes_nothing_and_wakes_nobody()
    {
        var peer = new ScriptedPeer(settings: Tiny);
        Channel channel = peer.OpenFromPeer();
        for (int i = 0; i < 1000; i++) peer.SendData(channel, default);
        Assert.False(channel.Input.TryRead(out _));
        Assert.Equal(0, peer.Pool.Outstanding);
        peer.ExpectNothing();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1015)]
    [InlineData(1016)]
    [InlineData(1100)]
    [InlineData(5000)]
    [InlineData(16384)]
    [InlineData(32768)]
    [InlineData(37_000)]
    [InlineData(65536)]
    public void A61_unread_data_costs_about_as_much_memory_as_the_window_whatever_the_packets(int size)
    {
        var peer = new ScriptedPeer(settings: new ConnectionSettings { MaximumPacket = 64 * 1024 });
        Channel channel = peer.OpenFromPeer();
        byte[] data = new byte[size];
        uint window = ConnectionSettings.Default.InitialWindow;
        for (int i = 0; i < size; i++) data[i] = (byte)(i * 31 % 251);
        for (uint sent = 0; sent + size <= window; sent += (uint)size) peer.SendData(channel, data);
        var input = (ChannelInput)channel.Input;
        Assert.InRange(input.Cost, input.Unread, (input.Unread * 13 / 10) + (512 * 1024));

        Assert.True(channel.Input.TryRead(out ReadResult result));
        Assert.Equal(window / (uint)size * (uint)size, result.Buffer.Length);
        long place = 0;
        foreach (ReadOnlyMemory<byte> piece in result.Buffer)
        {
            foreach (byte b in piece.Span)
            {
                if (data[place++ % size] != b) Assert.Fail($"A wrong byte at {place - 1}.");
            }
        }

        channel.Input.AdvanceTo(result.Buffer.End);
        Assert.Equal(0, input.Cost);
    }

    [Fact]
    public void A61_alternating_sizes_do_not_outwit_the_memory_bound()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        long left = ConnectionSettings.Default.InitialWindow;
        for (int i = 0; left >= 32768; i++)
        {
            int size = i % 2 == 0 ? 1100 : 32768;
            peer.SendData(channel, new byte[size]);
            left -= size;
        }

        var input = (ChannelInput)channel.Input;
        Assert.InRange(input.Cost, input.Unread, (input.Unread * 13 / 10) + (512 * 1024));
    }

    private static uint Drain(ScriptedPeer peer, int maximum)
    {
        uint total = 0;
        while (peer.Transport.TryTake(out Packet? packet))
        {
            using (packet)
            {
                int length = Message.Read<ChannelData>(packet.Payload).Data.Length;
                Assert.InRange(length, 1, maximum);
                total += (uint)length;
            }
        }

        return total;
    }

    private static async Task WaitUntilAsync(Func<bool> isTrue)
    {
        for (int i = 0; i < 1_000_000 && !isTrue(); i++) await Task.Yield();
    }
}
