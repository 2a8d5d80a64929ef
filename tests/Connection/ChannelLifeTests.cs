using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

[Collection("Alone")]
public sealed class ChannelLifeTests
{
    private static readonly string[] OrdersOfEnds =
    [
        "ours peers", "peers ours",
        "ourEof ours peers", "ourEof peers ours", "peersEof ours peers", "peersEof peers ours",
        "ourEof peersEof ours peers", "ourEof peersEof peers ours", "peersEof ourEof ours peers", "peersEof ourEof peers ours",
        "ours peersEof peers", "peersEof ours ourEof peers", "ours ourEof peers", "peersEof peersEof peers ours",
    ];

    public static TheoryData<string> Orders => [.. OrdersOfEnds];

    [Theory]
    [MemberData(nameof(Orders))]
    public void M11_every_order_of_eof_and_close_sends_close_once_and_frees_the_number(string order)
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        int closes = 0, eofs = 0;
        bool hasSentAfterClose = false;
        foreach (string step in order.Split(' '))
        {
            switch (step)
            {
                case "ours": channel.Close(); break;
                case "ourEof": channel.Output.Complete(); break;
                case "peersEof": peer.SendEof(channel); break;
                case "peers": peer.SendClose(channel); break;
            }

            while (peer.Transport.TryTake(out Packet? packet))
            {
                hasSentAfterClose |= closes > 0;
                if (packet.Number == MessageNumber.ChannelClose) closes++;
                if (packet.Number == MessageNumber.ChannelEof) eofs++;
                packet.Dispose();
            }
        }

        Assert.Equal(1, closes);
        Assert.InRange(eofs, 0, 1);
        Assert.False(hasSentAfterClose);
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
        Assert.Equal(0, peer.Pool.Outstanding);
        Assert.True(channel.WaitForCloseAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public void M11_nothing_is_sent_on_a_channel_after_its_close()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        channel.Close();
        peer.ExpectOnly(MessageNumber.ChannelClose);

        peer.SendRequest(channel, "unknown", wantReply: true);
        peer.SendData(channel, new byte[32768]);
        var exit = new ExitStatusRequest { ExitStatus = 1 };
        channel.Notify(ref exit);
        channel.Output.Complete();
        channel.Close();
        peer.ExpectNothing();
    }

    [Fact]
    public async Task A_held_close_lets_the_last_word_be_said_before_it_is_answered()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        channel.HoldsClose = true;
        Assert.False(channel.HasEndedOutput);
        channel.Output.Complete();
        Assert.True(channel.HasEndedOutput);
        peer.ExpectOnly(MessageNumber.ChannelEof);
        Task closed = channel.WaitForCloseAsync(CancellationToken.None);
        peer.SendClose(channel);
        peer.ExpectNothing();
        Assert.Equal(1, peer.Multiplexer.ChannelCount);

        var exit = new ExitStatusRequest { ExitStatus = 7 };
        channel.Notify(ref exit);
        peer.ExpectOnly(MessageNumber.ChannelRequest);
        Assert.False(closed.IsCompleted);
        channel.Close();
        peer.ExpectOnly(MessageNumber.ChannelClose);
        await closed;
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Data_for_a_peer_that_closed_is_dropped_while_the_close_is_held()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        channel.HoldsClose = true;
        peer.SendClose(channel);
        FlushResult flushed = await channel.Output.WriteAsync(new byte[100]);
        Assert.True(flushed.IsCompleted);
        peer.ExpectNothing();
        peer.Multiplexer.OnClosed(null);
        Assert.True(channel.WaitForCloseAsync(CancellationToken.None).IsCompletedSuccessfully);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public async Task Data_that_came_before_the_close_is_delivered_before_the_end()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, "hello "u8);
        peer.SendData(channel, "world"u8);
        peer.SendClose(channel);
        peer.ExpectOnly(MessageNumber.ChannelClose);
        Assert.Equal(1, peer.Multiplexer.ChannelCount);

        using var all = new MemoryStream();
        await channel.Input.CopyToAsync(all);
        Assert.Equal("hello world"u8.ToArray(), all.ToArray());
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public void A_number_serves_again_only_after_both_closes()
    {
        var peer = new ScriptedPeer();
        Channel first = peer.OpenFromPeer();
        first.Close();
        peer.ExpectOnly(MessageNumber.ChannelClose);
        Assert.Equal(1u, peer.OpenFromPeer().LocalId);

        peer.SendClose(first);
        Assert.Equal(0u, peer.OpenFromPeer().LocalId);
    }

    [Fact]
    public void Messages_for_a_channel_that_never_was_are_a_violation()
    {
        var peer = new ScriptedPeer();
        peer.OpenFromPeer();
        foreach (uint id in (uint[])[1, 2, 1024, 0x7fffffff, 0x80000000, uint.MaxValue])
        {
            var data = new ChannelData { RecipientChannel = id, Data = "x"u8 };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref data));
            var error = new ChannelExtendedData { RecipientChannel = id, DataTypeCode = 1, Data = "x"u8 };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref error));
            var adjust = new ChannelWindowAdjust { RecipientChannel = id, BytesToAdd = 1 };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref adjust));
            var eof = new ChannelEof { RecipientChannel = id };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref eof));
            var close = new ChannelClose { RecipientChannel = id };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref close));
            var request = new ChannelRequest { RecipientChannel = id, RequestType = "shell"u8, WantReply = true };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref request));
            var success = new ChannelSuccess { RecipientChannel = id };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref success));
            var failure = new ChannelFailure { RecipientChannel = id };
            Assert.Equal(Violation.UnknownChannel, peer.SendWrong(ref failure));
        }

        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public void Messages_after_the_peers_close_are_a_violation()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, "unread"u8);
        peer.SendClose(channel);
        var data = new ChannelData { RecipientChannel = channel.LocalId, Data = "x"u8 };
        Assert.Equal(Violation.MessageAfterClose, peer.SendWrong(ref data));
        var close = new ChannelClose { RecipientChannel = channel.LocalId };
        Assert.Equal(Violation.MessageAfterClose, peer.SendWrong(ref close));

        channel.Input.Complete();
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
        Assert.Equal(Violation.MessageAfterClose, peer.SendWrong(ref close));
        Assert.Equal(Violation.MessageAfterClose, peer.SendWrong(ref data));
    }

    [Fact]
    public void A_window_adjustment_for_a_channel_that_is_gone_is_let_go()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        peer.SendClose(channel);
        peer.ExpectOnly(MessageNumber.ChannelClose);
        peer.SendAdjust(channel, 1000);
        peer.ExpectNothing();
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
    }

    [Fact]
    public void Data_after_eof_is_dropped_and_credited()
    {
        var peer = new ScriptedPeer(settings: new ConnectionSettings { InitialWindow = 4, MaximumWindow = 4 });
        Channel channel = peer.OpenFromPeer();
        peer.SendEof(channel);
        peer.SendData(channel, "abcd"u8);
        using (Packet packet = peer.Expect(MessageNumber.ChannelWindowAdjust))
        {
            Assert.Equal(4u, Message.Read<ChannelWindowAdjust>(packet.Payload).BytesToAdd);
        }

        Assert.True(channel.Input.TryRead(out ReadResult result));
        Assert.True(result.IsCompleted);
        Assert.True(result.Buffer.IsEmpty);
    }

    [Fact]
    public void An_answer_to_no_opening_is_a_violation()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        var confirmation = new ChannelOpenConfirmation { RecipientChannel = channel.LocalId, MaximumPacketSize = 1 };
        Assert.Equal(Violation.UnexpectedReply, peer.SendWrong(ref confirmation));
        var failure = new ChannelOpenFailure { RecipientChannel = 9 };
        Assert.Equal(Violation.UnexpectedReply, peer.SendWrong(ref failure));
    }

    [Fact]
    public async Task A_refusal_fails_the_opening_with_its_reason_and_its_escaped_text()
    {
        var peer = new ScriptedPeer();
        var fields = default(SessionOpen);
        Task<Channel> opening = peer.Multiplexer.OpenAsync(ref fields, null, false, CancellationToken.None);
        peer.Expect(MessageNumber.ChannelOpen).Dispose();
        var failure = new ChannelOpenFailure { RecipientChannel = 0, ReasonCode = 1, Description = "no \u001b[31m"u8 };
        peer.Send(ref failure);
        ChannelOpenFailedException error = await Assert.ThrowsAsync<ChannelOpenFailedException>(() => opening);
        Assert.Equal(OpenFailureReason.AdministrativelyProhibited, error.Reason);
        Assert.Equal("open failed: administratively prohibited: no \\033[31m", error.Message);
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
    }

    [Fact]
    public async Task A_peer_that_allows_packets_of_no_size_gets_no_channel()
    {
        var peer = new ScriptedPeer();
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 0 };
        peer.Send(ref open);
        peer.ExpectOnly(MessageNumber.ChannelOpenFailure);

        var fields = default(SessionOpen);
        Task<Channel> opening = peer.Multiplexer.OpenAsync(ref fields, null, false, CancellationToken.None);
        peer.Expect(MessageNumber.ChannelOpen).Dispose();
        var confirmation = new ChannelOpenConfirmation { RecipientChannel = 0, SenderChannel = 5, InitialWindowSize = 10, MaximumPacketSize = 0 };
        peer.Send(ref confirmation);
        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => opening);
        peer.ExpectOnly(MessageNumber.ChannelClose);
        var close = new ChannelClose { RecipientChannel = 0 };
        peer.Send(ref close);
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
    }

    [Fact]
    public void A65_there_are_no_more_channels_than_the_cap_across_all_ways_to_open_one()
    {
        var waiting = new TaskCompletionSource<ChannelAnswer>();
        var peer = new ScriptedPeer(settings: new ConnectionSettings { MaximumChannels = 3 });
        peer.OpenFromPeer();
        peer.OpenFromHere();
        peer.Policy.OnOffer = _ => new ValueTask<ChannelAnswer>(waiting.Task);
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref open);
        peer.ExpectNothing();
        Assert.Equal(3, peer.Multiplexer.ChannelCount);

        peer.Send(ref open);
        using (Packet packet = peer.Expect(MessageNumber.ChannelOpenFailure))
        {
            Assert.Equal((uint)OpenFailureReason.ResourceShortage, Message.Read<ChannelOpenFailure>(packet.Payload).ReasonCode);
        }

        var fields = default(SessionOpen);
        Task<Channel> own = peer.Multiplexer.OpenAsync(ref fields, null, false, CancellationToken.None);
        Assert.IsType<ChannelOpenFailedException>(own.Exception?.InnerException);
        waiting.SetResult(ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, "Connection refused"));
        peer.ExpectOnly(MessageNumber.ChannelOpenFailure);
        Assert.Equal(2, peer.Multiplexer.ChannelCount);
    }

    [Fact]
    public void A65_a_closed_channel_with_unread_data_still_counts()
    {
        var peer = new ScriptedPeer(settings: new ConnectionSettings { MaximumChannels = 2 });
        Channel first = peer.OpenFromPeer();
        Channel second = peer.OpenFromPeer();
        foreach (Channel channel in (Channel[])[first, second])
        {
            peer.SendData(channel, new byte[1000]);
            peer.SendClose(channel);
            peer.ExpectOnly(MessageNumber.ChannelClose);
        }

        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref open);
        peer.ExpectOnly(MessageNumber.ChannelOpenFailure);
        first.Input.Complete();
        peer.Send(ref open);
        peer.ExpectOnly(MessageNumber.ChannelOpenConfirmation);
    }

    [Fact]
    public async Task Cancelling_an_opening_closes_the_channel_when_it_comes_after_all()
    {
        var peer = new ScriptedPeer();
        using var cancel = new CancellationTokenSource();
        var fields = default(SessionOpen);
        Task<Channel> opening = peer.Multiplexer.OpenAsync(ref fields, null, false, cancel.Token);
        peer.Expect(MessageNumber.ChannelOpen).Dispose();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        var confirmation = new ChannelOpenConfirmation { RecipientChannel = 0, SenderChannel = 5, InitialWindowSize = 10, MaximumPacketSize = 10 };
        peer.Send(ref confirmation);
        peer.ExpectOnly(MessageNumber.ChannelClose);
        var close = new ChannelClose { RecipientChannel = 0 };
        peer.Send(ref close);
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
        Assert.NotNull(peer.OpenFromHere());
    }

    [Fact]
    public async Task The_end_of_the_connection_fails_everything_that_waits_once()
    {
        var service = new TestService();
        var peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        Channel channel = peer.OpenFromPeer(window: 0);
        peer.SendData(channel, "rest"u8);
        var shell = default(ShellRequest);
        Task<bool> request = channel.RequestAsync(ref shell, CancellationToken.None);
        var keepAlive = default(KeepAliveRequest);
        Task<GlobalAnswer> global = peer.Multiplexer.RequestAsync(ref keepAlive, CancellationToken.None);
        var fields = default(SessionOpen);
        Task<Channel> opening = peer.Multiplexer.OpenAsync(ref fields, null, false, CancellationToken.None);
        Task<FlushResult> write = channel.Output.WriteAsync(new byte[10]).AsTask();
        Task closed = channel.WaitForCloseAsync(CancellationToken.None);

        var error = new SshException("The line was cut.");
        peer.Multiplexer.OnClosed(error);
        peer.Multiplexer.OnClosed(null);

        Assert.Same(error, await Assert.ThrowsAsync<SshException>(() => request));
        Assert.Same(error, await Assert.ThrowsAsync<SshException>(() => global));
        Assert.Same(error, await Assert.ThrowsAsync<SshException>(() => opening));
        Assert.Same(error, await Assert.ThrowsAsync<SshException>(() => write));
        await closed;
        Assert.Equal(1, service.ClosedCount);
        Assert.Same(error, service.ClosedError);
        Assert.True(peer.Multiplexer.Ended.IsCancellationRequested);

        ReadResult rest = await channel.Input.ReadAsync();
        Assert.Equal(4, rest.Buffer.Length);
        Assert.False(rest.IsCompleted);
        channel.Input.AdvanceTo(rest.Buffer.End);
        Assert.Same(error, await Assert.ThrowsAsync<SshException>(() => channel.Input.ReadAsync().AsTask()));
        Assert.Same(error, await Assert.ThrowsAsync<SshException>(() => OpenSessionAsync(peer)));
    }

    [Fact]
    public void A_service_whose_opening_ends_after_the_connection_is_told()
    {
        var waiting = new TaskCompletionSource<ChannelAnswer>();
        var peer = new ScriptedPeer();
        peer.Policy.OnOffer = _ => new ValueTask<ChannelAnswer>(waiting.Task);
        var open = new ChannelOpen { ChannelType = "direct-tcpip"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref open);
        peer.Multiplexer.OnClosed(null);
        var service = new TestService();
        waiting.SetResult(ChannelAnswer.Accept(service));
        Assert.Equal(1, service.ClosedCount);
    }

    [Fact]
    public void A65_opens_refusals_and_closes_keep_memory_flat() => OpenRefuseAndCloseOften(5000);

    [Fact]
    [Trait("Category", "Slow")]
    public void A65_a_hundred_thousand_opens_refusals_and_closes_keep_memory_flat() => OpenRefuseAndCloseOften(100_000);

    private static void OpenRefuseAndCloseOften(int times)
    {
        var peer = new ScriptedPeer();
        for (int i = 0; i < 1000; i++) OpenRefuseAndClose(peer);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < times; i++) OpenRefuseAndClose(peer);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 4 << 20);
        Assert.Equal(0, peer.Multiplexer.ChannelCount);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    private static Task<Channel> OpenSessionAsync(ScriptedPeer peer)
    {
        var fields = default(SessionOpen);
        return peer.Multiplexer.OpenAsync(ref fields, null, false, CancellationToken.None);
    }

    private static void OpenRefuseAndClose(ScriptedPeer peer)
    {
        var refused = new ChannelOpen { ChannelType = "nonsense"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref refused);
        peer.Expect(MessageNumber.ChannelOpenFailure).Dispose();
        Channel channel = peer.OpenFromPeer();
        peer.SendData(channel, "data"u8);
        peer.SendClose(channel);
        peer.Expect(MessageNumber.ChannelClose).Dispose();
        channel.Input.Complete();
        peer.Policy.Opened.Clear();
    }
}
