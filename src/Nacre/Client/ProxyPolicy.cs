using Nacre.Protocol.Connection;

namespace Nacre.Client;

/// <summary>What another process may do over the connection of this one: each channel that it opens is opened at the server, and the two are one.</summary>
/// <remarks>
/// PROTOCOL.mux 9. Global requests fail: what a server opens belongs to forwards of the process that holds the connection, and those are asked
/// for by other means.
/// </remarks>
internal sealed class ProxyPolicy(Multiplexer server) : IConnectionPolicy
{
    public async ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct)
    {
        var relay = new ChannelRelay();
        try
        {
            Channel far = await server.OpenAsync(offer.Type, offer.Fields.ToArray(), relay.FarEnd, acceptsErrorData: true, ct).ConfigureAwait(false);
            return ChannelAnswer.Accept(relay.Join(far));
        }
        catch (ChannelOpenFailedException refused)
        {
            return ChannelAnswer.Refuse(refused.Reason, refused.Message);
        }
    }

    public ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(GlobalAnswer.Failure);
}
