using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>Our requests on one channel and the peer's replies to them.</summary>
internal sealed class ChannelReplies(Channel channel) : ReplySequence
{
    protected override void Post(Packet packet) => channel.PostControl(packet);
}
