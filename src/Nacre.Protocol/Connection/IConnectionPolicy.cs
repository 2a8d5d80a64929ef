namespace Nacre.Protocol.Connection;

/// <summary>Decides what the peer of a connection may open and ask for; where client and server differ, they differ here.</summary>
/// <remarks>
/// Called by the reader, so it returns at once; what takes time goes on in the task. While an open waits, everything else goes on; while a
/// global request waits, later global requests do. An exception other than a violation of the peer's refuses what was asked.
/// </remarks>
internal interface IConnectionPolicy
{
    /// <summary>The peer asks for a channel.</summary>
    ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct);

    /// <summary>The peer sent a global request; the answer is sent when it asked for one.</summary>
    ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct);

    /// <summary>The answer to a global request is on its way; what is sent now comes behind it.</summary>
    void OnAnswered(IncomingRequest request)
    {
    }
}
