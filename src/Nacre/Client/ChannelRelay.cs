using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Makes a channel of another process and one of the server's the same: data, requests and ends of each go to the other.</summary>
/// <param name="lender">Has what a session asks of it lent to the server; null for a channel that asks for nothing.</param>
internal sealed class ChannelRelay(ISessionLender? lender)
{
    private readonly TaskCompletionSource<Channel> _near = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Channel> _far = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _nearClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _farClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Serves the server's channel, whose requests wait until the other one is open.</summary>
    public IChannelService FarEnd => new End(_near.Task, _farClosed, onOpened: null, lender: null);

    /// <summary>The server's channel is open; returns what serves the one of the other process.</summary>
    public IChannelService Join(Channel far)
    {
        _far.SetResult(far);
        End? end = null;
        return end = new End(_far.Task, _nearClosed, near => _ = RunAsync(near, far, end!), lender);
    }

    private async Task RunAsync(Channel near, Channel far, End nearEnd)
    {
        _near.SetResult(near);
        Task toServer = PumpAsync(near.Input, far.Output);
        Task fromServer = Task.WhenAll(PumpAsync(far.Input, near.Output), PumpAsync(far.ErrorInput, near.ErrorOutput));
        _ = CloseFarAsync(toServer, far);
        await _farClosed.Task.ConfigureAwait(false);
        await fromServer.ConfigureAwait(false);

        // The server's last reply too is still to go to the one who asked.
        await nearEnd.Answered.ConfigureAwait(false);
        await near.DisposeAsync().ConfigureAwait(false);
    }

    // What one end sent before it closed is still to go to the other.
    private async Task CloseFarAsync(Task toServer, Channel far)
    {
        await _nearClosed.Task.ConfigureAwait(false);
        await toServer.ConfigureAwait(false);
        await far.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task PumpAsync(PipeReader from, PipeWriter to)
    {
        try
        {
            while (true)
            {
                ReadResult read = await from.ReadAsync().ConfigureAwait(false);
                bool isTaken = true;
                foreach (ReadOnlyMemory<byte> piece in read.Buffer) isTaken &= !(await to.WriteAsync(piece).ConfigureAwait(false)).IsCompleted;
                from.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || !isTaken) break;
            }
        }
        catch (Exception end) when (end is SshException or InvalidOperationException)
        {
            // One of the two is over, and the other is closed for it.
        }

        await to.CompleteAsync().ConfigureAwait(false);
        await from.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>One of the two channels: hands its requests to the other, and says when it is closed.</summary>
    private sealed class End(Task<Channel> other, TaskCompletionSource closed, Action<Channel>? onOpened, ISessionLender? lender) : IChannelService
    {
        private volatile TaskCompletionSource? _answering;

        /// <summary>Done when the answer to the request that came last is on its way.</summary>
        public Task Answered => _answering?.Task ?? Task.CompletedTask;

        public void OnOpened(Channel channel) => onOpened?.Invoke(channel);

        public async ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct)
        {
            if (request.WantsReply) _answering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Channel target = await other.WaitAsync(ct).ConfigureAwait(false);
            bool isDisplay = request.Name == X11Request.RecordName;
            bool isAgent = request.Name == AgentForwardingRequest.RecordName || request.Name == AgentRequest.RecordName;
            if (isDisplay || isAgent) return lender is not null && await lender.LendAsync(target, isDisplay, ct).ConfigureAwait(false);
            if (request.WantsReply) return await target.RequestAsync(request.Name, request.Fields, ct).ConfigureAwait(false);
            target.Notify(request.Name, request.Fields);
            return true;
        }

        public void OnAnswered(Channel channel, IncomingRequest request, bool isAccepted) => _answering?.TrySetResult();

        public void OnClosed(Channel channel, Exception? error)
        {
            _answering?.TrySetResult();
            closed.TrySetResult();
        }
    }
}
