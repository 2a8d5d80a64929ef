using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>Our requests on one channel and the peer's replies to them.</summary>
internal sealed class ChannelReplies(Channel channel) : ReplySequence
{
    /// <summary>Sends a request and waits for the reply; true for SUCCESS.</summary>
    public Task<bool> RequestAsync<T>(scoped ref T fields, CancellationToken ct)
        where T : INamedRecord<T>, allows ref struct => RequestAsync(T.RecordName, Message.WriteRecord(ref fields), ct);

    /// <summary>Sends a request of somebody else's, of which nobody here reads the fields.</summary>
    public Task<bool> RequestAsync(string name, ReadOnlySpan<byte> fields, CancellationToken ct)
    {
        var reply = new PendingReply();
        Send(PacketOf(name, fields, wantsReply: true), reply);
        return IsSuccessAsync(reply.Task.WaitAsync(ct));
    }

    /// <summary>Sends a request that wants no reply.</summary>
    public void Notify<T>(scoped ref T fields)
        where T : INamedRecord<T>, allows ref struct => Notify(T.RecordName, Message.WriteRecord(ref fields));

    /// <summary>Sends a request of somebody else's that wants no reply.</summary>
    public void Notify(string name, ReadOnlySpan<byte> fields) => Send(PacketOf(name, fields, wantsReply: false), null);

    protected override void Post(Packet packet) => channel.PostControl(packet);

    private static async Task<bool> IsSuccessAsync(Task<GlobalAnswer> reply) => (await reply.ConfigureAwait(false)).IsSuccess;

    private Packet PacketOf(string name, ReadOnlySpan<byte> fields, bool wantsReply)
    {
        var request = new ChannelRequest
        {
            RecipientChannel = channel.RemoteId,
            RequestType = Encoding.ASCII.GetBytes(name),
            WantReply = wantsReply,
            RequestFields = fields,
        };
        return Message.Write(channel.Transport.Pool, ref request);
    }
}
