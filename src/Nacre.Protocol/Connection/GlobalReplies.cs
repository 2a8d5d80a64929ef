using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>Our global requests and the peer's replies to them.</summary>
internal sealed class GlobalReplies(ITransport transport) : ReplySequence
{
    protected override void Post(Packet packet) => transport.Post(packet, isUrgent: true);
}
