using System.Buffers;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Requests;

/// <summary>A request that waits for its reply; the session's reading loop alone tells it, once.</summary>
/// <remarks>What it is told it uses on the spot: the bytes are those of the received packets, and the loop goes on when the call is over.</remarks>
internal abstract class PendingRequest
{
    /// <summary>The id that the request has on the wire.</summary>
    public uint Id { get; set; }

    /// <summary>The bytes of the data that it carries: of a WRITE, when it is sent.</summary>
    public int DataBytes { get; set; }

    /// <summary>A reply that is no DATA, or a DATA that this request did not ask for, and then without its fields.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="fields">Its fields from the id on.</param>
    public abstract void OnReply(SftpMessageType type, ReadOnlySpan<byte> fields);

    /// <summary>A DATA.</summary>
    public virtual ValueTask OnDataAsync(ReadOnlySequence<byte> data)
    {
        OnReply(SftpMessageType.Data, default);
        return ValueTask.CompletedTask;
    }

    /// <summary>There will be no reply.</summary>
    public abstract void OnLost(Exception error);
}
