namespace Nacre.Protocol.Connection;

/// <summary>What a channel is for: answers the requests on it and learns when it begins and ends.</summary>
/// <remarks>Called by the reader, so nothing here blocks.</remarks>
internal interface IChannelService
{
    /// <summary>
    /// True where the bounds of the peer's messages mean something: each is one segment of the input then, and one for which there is no room is dropped.
    /// </summary>
    bool TakesDatagrams => false;

    /// <summary>The channel is open, and the peer was told so before anything that is sent on it now.</summary>
    void OnOpened(Channel channel);

    /// <summary>The peer sent a request. Requests of a channel come one at a time, the next when this one is answered.</summary>
    /// <returns>True for SUCCESS, false for FAILURE; neither is sent when the peer wants no reply.</returns>
    ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct);

    /// <summary>The answer to a request is on its way; what was asked may begin.</summary>
    void OnAnswered(Channel channel, IncomingRequest request, bool isAccepted)
    {
    }

    /// <summary>
    /// The peer closed the channel, or the connection ended; called once, even for a channel that never came to be open. Data that arrived before may still be read.
    /// </summary>
    void OnClosed(Channel channel, Exception? error);
}
