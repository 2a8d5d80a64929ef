using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

public sealed class RequestTests
{
    [Fact]
    public void M12_a_request_that_wants_a_reply_gets_one_and_another_gets_none()
    {
        var service = new TestService { OnRequest = request => ValueTask.FromResult(request.Name == "good") };
        var peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        Channel channel = peer.OpenFromPeer();
        peer.SendRequest(channel, "good", wantReply: true);
        peer.ExpectOnly(MessageNumber.ChannelSuccess);
        peer.SendRequest(channel, "bad", wantReply: true);
        peer.ExpectOnly(MessageNumber.ChannelFailure);
        peer.SendRequest(channel, "good", wantReply: false);
        peer.SendRequest(channel, "bad", wantReply: false);
        peer.ExpectNothing();
    }

    [Theory]
    [InlineData("Shell")]
    [InlineData("shell\0")]
    [InlineData("shel")]
    [InlineData("shell ")]
    [InlineData("")]
    public void Request_names_are_matched_exactly(string name)
    {
        string? seen = null;
        var service = new TestService
        {
            OnRequest = request =>
            {
                seen = request.Name;
                return ValueTask.FromResult(request.Name == ShellRequest.RecordName);
            },
        };
        var peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        peer.SendRequest(peer.OpenFromPeer(), name, wantReply: true);
        peer.ExpectOnly(MessageNumber.ChannelFailure);
        Assert.Equal(name, seen);
    }

    [Fact]
    public void A_name_longer_than_names_may_be_matches_nothing()
    {
        var service = new TestService();
        var peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        Channel channel = peer.OpenFromPeer();
        peer.SendRequest(channel, new string('x', 64), wantReply: true);
        peer.SendRequest(channel, new string('x', 65), wantReply: true);
        peer.ExpectOnly(MessageNumber.ChannelFailure, MessageNumber.ChannelFailure);
        Assert.Equal([new string('x', 64), ""], service.Requests);
    }

    [Fact]
    public void M12_replies_keep_the_order_of_the_requests_when_the_policy_takes_its_time()
    {
        var answers = new Dictionary<string, TaskCompletionSource<bool>>();
        var service = new TestService
        {
            OnRequest = request =>
            {
                var answer = new TaskCompletionSource<bool>();
                answers.Add(request.Name, answer);
                return request.Name == "quick" ? ValueTask.FromResult(true) : new ValueTask<bool>(answer.Task);
            },
        };
        var peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        Channel slow = peer.OpenFromPeer(40);
        Channel other = peer.OpenFromPeer(41);
        peer.SendRequest(slow, "first", wantReply: true);
        peer.SendRequest(slow, "quick", wantReply: true);
        peer.SendRequest(slow, "third", wantReply: true);
        peer.ExpectNothing();
        Assert.Equal(["first"], service.Requests);

        peer.SendData(slow, "data flows meanwhile"u8);
        Assert.True(slow.Input.TryRead(out _));
        var success = new ChannelRequest { RecipientChannel = other.LocalId, RequestType = "quick2"u8, WantReply = true };
        peer.Send(ref success);
        answers["quick2"].SetResult(true);
        using (Packet packet = peer.Expect(MessageNumber.ChannelSuccess))
        {
            Assert.Equal(41u, Message.Read<ChannelSuccess>(packet.Payload).RecipientChannel);
        }

        answers["first"].SetResult(false);
        peer.ExpectOnly(MessageNumber.ChannelFailure, MessageNumber.ChannelSuccess);
        answers["third"].SetResult(true);
        peer.ExpectOnly(MessageNumber.ChannelSuccess);
    }

    [Fact]
    public void A_policy_that_fails_refuses_the_request_and_nothing_else()
    {
        var service = new TestService { OnRequest = _ => throw new InvalidOperationException("our fault") };
        var policy = new TestPolicy { CreateService = () => service };
        var peer = new ScriptedPeer(policy: policy);
        Channel channel = peer.OpenFromPeer();
        peer.SendRequest(channel, "shell", wantReply: true);
        peer.ExpectOnly(MessageNumber.ChannelFailure);

        var later = new TaskCompletionSource<bool>();
        service.OnRequest = _ => new ValueTask<bool>(later.Task);
        peer.SendRequest(channel, "exec", wantReply: true);
        later.SetException(new IOException("no such file"));
        peer.ExpectOnly(MessageNumber.ChannelFailure);

        policy.OnOffer = _ => throw new InvalidOperationException("our fault");
        var open = new ChannelOpen { ChannelType = "direct-tcpip"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref open);
        peer.ExpectOnly(MessageNumber.ChannelOpenFailure);
    }

    [Fact]
    public void Malformed_fields_of_a_request_are_a_violation_at_once_or_a_disconnect_later()
    {
        var service = new TestService { OnRequest = request => ValueTask.FromResult(request.Read<ExitStatusRequest>().ExitStatus == 0) };
        var peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        Channel channel = peer.OpenFromPeer();
        var truncated = new ChannelRequest { RecipientChannel = channel.LocalId, RequestType = "exit-status"u8, RequestFields = [0, 0, 1] };
        Assert.Equal(Violation.MessageTruncated, peer.SendWrong(ref truncated));

        var later = new TaskCompletionSource();
        service.OnRequest = async request =>
        {
            await later.Task;
            return request.Read<ExitStatusRequest>().ExitStatus == 0;
        };
        peer = new ScriptedPeer(policy: new TestPolicy { CreateService = () => service });
        channel = peer.OpenFromPeer();
        peer.Send(ref truncated);
        later.SetResult();
        Assert.Contains("ExitStatus", peer.Transport.DisconnectDescription);
        Assert.Equal(peer.Transport.DisconnectDescription, peer.Multiplexer.Failure?.Message);
    }

    [Fact]
    public void Requests_that_wait_for_an_answer_are_bounded()
    {
        var never = new TaskCompletionSource<bool>();
        var service = new TestService { OnRequest = _ => new ValueTask<bool>(never.Task) };
        var peer = new ScriptedPeer(
            settings: new ConnectionSettings { PendingBudget = 10 * PacketPool.SmallCapacity },
            policy: new TestPolicy { CreateService = () => service });
        Channel channel = peer.OpenFromPeer();
        for (int i = 0; i < 10; i++) peer.SendRequest(channel, "shell", wantReply: true);
        var request = new ChannelRequest { RecipientChannel = channel.LocalId, RequestType = "shell"u8 };
        Assert.Equal(Violation.TooMuchPending, peer.SendWrong(ref request));

        // Opens that do not fit are refused: there is a reply that says so.
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref open);
        peer.ExpectOnly(MessageNumber.ChannelOpenFailure);
    }

    [Fact]
    public async Task Replies_go_to_the_requests_in_their_order_and_cancelling_one_shifts_nothing()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromHere();
        using var cancel = new CancellationTokenSource();
        var exec = new ExecRequest { Command = "true"u8 };
        Task<bool> first = channel.RequestAsync(ref exec, CancellationToken.None);
        Task<bool> second = channel.RequestAsync(ref exec, cancel.Token);
        Task<bool> third = channel.RequestAsync(ref exec, CancellationToken.None);
        peer.ExpectOnly(MessageNumber.ChannelRequest, MessageNumber.ChannelRequest, MessageNumber.ChannelRequest);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        var success = new ChannelSuccess { RecipientChannel = channel.LocalId };
        var failure = new ChannelFailure { RecipientChannel = channel.LocalId };
        peer.Send(ref failure);
        peer.Send(ref failure);
        peer.Send(ref success);
        Assert.False(await first);
        Assert.True(await third);
    }

    [Fact]
    public async Task Requests_of_many_threads_get_their_own_replies()
    {
        await using var link = new Link();
        link.ServerPolicy.CreateService = () => new TestService
        {
            OnRequest = async request =>
            {
                uint status = request.Read<ExitStatusRequest>().ExitStatus;
                if (status % 3 == 0) await Task.Yield();
                return status % 2 == 0;
            },
        };
        link.Start();
        (Channel client, _) = await link.OpenAsync();
        await Parallel.ForAsync(0, 2000, async (i, ct) =>
        {
            var request = new ExitStatusRequest { ExitStatus = (uint)i };
            Assert.Equal(i % 2 == 0, await client.RequestAsync(ref request, ct));
        });
    }

    [Fact]
    public async Task A68_ten_thousand_replies_that_nobody_asked_for_leave_nothing_behind()
    {
        var peer = new ScriptedPeer();
        Channel channel = peer.OpenFromPeer();
        for (int i = 0; i < 10_000; i++)
        {
            var success = new ChannelSuccess { RecipientChannel = channel.LocalId };
            peer.Send(ref success);
            var failure = new ChannelFailure { RecipientChannel = channel.LocalId };
            peer.Send(ref failure);
            var globalSuccess = new RequestSuccess { ResponseFields = "rest"u8 };
            peer.Send(ref globalSuccess);
            var globalFailure = default(RequestFailure);
            peer.Send(ref globalFailure);
        }

        peer.ExpectNothing();
        Assert.Equal(0, peer.Pool.Outstanding);
        Task keepAlive = peer.Multiplexer.SendKeepAliveAsync(CancellationToken.None);
        peer.ExpectOnly(MessageNumber.GlobalRequest);
        Assert.False(keepAlive.IsCompleted);
        var reply = default(RequestFailure);
        peer.Send(ref reply);
        await keepAlive.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Global_requests_are_answered_in_order_and_unknown_ones_with_failure()
    {
        var slow = new TaskCompletionSource<GlobalAnswer>();
        var peer = new ScriptedPeer();
        peer.Policy.OnGlobal = request => request.Name switch
        {
            "slow" => new ValueTask<GlobalAnswer>(slow.Task),
            "port" => ValueTask.FromResult(GlobalAnswer.Success(new byte[] { 0, 0, 4, 1 })),
            _ => ValueTask.FromResult(GlobalAnswer.Failure),
        };
        foreach (string name in (string[])["slow", "port", "unknown"])
        {
            var request = new GlobalRequest { RequestName = System.Text.Encoding.ASCII.GetBytes(name), WantReply = true };
            peer.Send(ref request);
        }

        var silent = new GlobalRequest { RequestName = "unknown"u8 };
        peer.Send(ref silent);
        peer.ExpectNothing();
        slow.SetResult(GlobalAnswer.Success());
        peer.ExpectOnly(MessageNumber.RequestSuccess, MessageNumber.RequestSuccess, MessageNumber.RequestFailure);
        Assert.Equal(0, peer.Pool.Outstanding);
    }

    [Fact]
    public void Requests_reach_a_service_only_after_it_knows_the_channel()
    {
        var opening = new TaskCompletionSource<ChannelAnswer>();
        List<string> order = [];
        var service = new TestService
        {
            OnRequest = request =>
            {
                order.Add(request.Name);
                return ValueTask.FromResult(true);
            },
        };
        var peer = new ScriptedPeer();
        peer.Policy.OnOffer = _ => new ValueTask<ChannelAnswer>(opening.Task);
        service.Opened += channel =>
        {
            // The peer may be this quick while the service still begins on another thread.
            peer.SendRequest(channel, "shell", wantReply: true);
            order.Add("opened");
        };
        var open = new ChannelOpen { ChannelType = "session"u8, SenderChannel = 1, InitialWindowSize = 100, MaximumPacketSize = 100 };
        peer.Send(ref open);
        opening.SetResult(ChannelAnswer.Accept(service));
        Assert.Equal(["opened", "shell"], order);
        peer.ExpectOnly(MessageNumber.ChannelOpenConfirmation, MessageNumber.ChannelSuccess);
    }
}
