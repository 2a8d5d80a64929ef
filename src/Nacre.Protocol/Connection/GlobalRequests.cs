using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>The peer's global requests, answered by the policy of the connection.</summary>
internal sealed class GlobalRequests(Multiplexer multiplexer, IConnectionPolicy policy) : RequestSequence(isPaused: false)
{
    protected override ValueTask<GlobalAnswer> AnswerAsync(IncomingRequest request) => policy.AnswerRequestAsync(request, multiplexer.Ended);

    protected override void Reply(IncomingRequest request, GlobalAnswer answer)
    {
        if (request.WantsReply && !answer.IsSilent) multiplexer.Transport.Post(answer.IsSuccess ? Success(answer.Fields) : Failure(), isUrgent: true);
        policy.OnAnswered(request);
    }

    protected override void Fail(SshViolationException violation) => multiplexer.Fail(violation);

    private Packet Success(ReadOnlyMemory<byte> fields)
    {
        var success = new RequestSuccess { ResponseFields = fields.Span };
        return Message.Write(multiplexer.Transport.Pool, ref success);
    }

    private Packet Failure()
    {
        var failure = default(RequestFailure);
        return Message.Write(multiplexer.Transport.Pool, ref failure);
    }
}
