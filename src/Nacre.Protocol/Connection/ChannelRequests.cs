using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>The peer's requests on one channel, answered by the channel's service.</summary>
internal sealed class ChannelRequests(Channel channel, bool isPaused) : RequestSequence(isPaused)
{
    protected override ValueTask<GlobalAnswer> AnswerAsync(IncomingRequest request)
    {
        if (channel.Service is not { } service) return ValueTask.FromResult(GlobalAnswer.Failure);
        ValueTask<bool> isAccepted = service.AnswerRequestAsync(channel, request, channel.Multiplexer.Ended);
        return isAccepted.IsCompletedSuccessfully ? ValueTask.FromResult(AnswerOf(isAccepted.Result)) : WaitAsync(isAccepted);
    }

    protected override void Reply(IncomingRequest request, GlobalAnswer answer)
    {
        if (request.WantsReply) channel.PostControl(answer.IsSuccess ? Success() : Failure());
        channel.Service?.OnAnswered(channel, request, answer.IsSuccess);
    }

    protected override void Fail(SshViolationException violation) => channel.Multiplexer.Fail(violation);

    private static async ValueTask<GlobalAnswer> WaitAsync(ValueTask<bool> isAccepted) => AnswerOf(await isAccepted.ConfigureAwait(false));

    private static GlobalAnswer AnswerOf(bool isAccepted) => isAccepted ? GlobalAnswer.Success() : GlobalAnswer.Failure;

    private Packet Success()
    {
        var success = new ChannelSuccess { RecipientChannel = channel.RemoteId };
        return Message.Write(channel.Transport.Pool, ref success);
    }

    private Packet Failure()
    {
        var failure = new ChannelFailure { RecipientChannel = channel.RemoteId };
        return Message.Write(channel.Transport.Pool, ref failure);
    }
}
