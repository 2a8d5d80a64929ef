using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>Our requests on one channel and the peer's replies to them.</summary>
internal sealed class ChannelReplies(Channel channel) : ReplySequence
{
    /// <summary>Sends a request and waits for the reply; true for SUCCESS.</summary>
    public Task<bool> RequestAsync<T>(scoped ref T fields, CancellationToken ct)
        where T : INamedRecord<T>, allows ref struct
    {
        var reply = new PendingReply();
        Send(PacketOf(ref fields, wantsReply: true), reply);
        return IsSuccessAsync(reply.Task.WaitAsync(ct));
    }

    /// <summary>Sends a request that wants no reply.</summary>
    public void Notify<T>(scoped ref T fields)
        where T : INamedRecord<T>, allows ref struct => Send(PacketOf(ref fields, wantsReply: false), null);

    protected override void Post(Packet packet) => channel.PostControl(packet);

    private static async Task<bool> IsSuccessAsync(Task<GlobalAnswer> reply) => (await reply.ConfigureAwait(false)).IsSuccess;

    private Packet PacketOf<T>(scoped ref T fields, bool wantsReply)
        where T : INamedRecord<T>, allows ref struct
    {
        var request = new ChannelRequest
        {
            RecipientChannel = channel.RemoteId,
            RequestType = Encoding.ASCII.GetBytes(T.RecordName),
            WantReply = wantsReply,
            RequestFields = Message.WriteRecord(ref fields),
        };
        return Message.Write(channel.Transport.Pool, ref request);
    }
}
