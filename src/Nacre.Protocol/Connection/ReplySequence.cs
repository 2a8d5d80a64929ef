using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// Posts our requests on one channel, or the global ones, and hands each reply to the request that it belongs to, by order alone.
/// </summary>
/// <remarks>
/// The order of posting must be that of waiting, though any thread may ask and no lock is held while posting: whoever comes while
/// another posts leaves the packet with it.
/// </remarks>
internal abstract class ReplySequence
{
    private readonly Lock _lock = new();
    private Queue<(Packet Packet, PendingReply? Reply)>? _outgoing;
    private Queue<PendingReply>? _pending;
    private bool _isPosting;
    private Exception? _end;

    /// <summary>
    /// Posts a request, in its turn; the reply, if one is wanted, is given to <paramref name="reply"/>. One that wants none is posted after the end too.
    /// </summary>
    public void Send(Packet packet, PendingReply? reply)
    {
        Exception? end;
        lock (_lock)
        {
            end = reply is null ? null : _end;
            if (end is null)
            {
                (_outgoing ??= new()).Enqueue((packet, reply));
                if (_isPosting) return;
                _isPosting = true;
            }
        }

        if (end is null)
        {
            while (TakeOutgoing(out Packet? next)) Post(next);
        }
        else
        {
            packet.Dispose();
            reply?.OnEnded(end);
        }
    }

    /// <summary>The reader has a reply; one that nobody asked for is let go .</summary>
    public void OnReply(bool isSuccess, ReadOnlySpan<byte> fields)
    {
        PendingReply? reply = null;
        lock (_lock) _pending?.TryDequeue(out reply);
        reply?.OnReply(isSuccess, fields);
    }

    /// <summary>No reply will come any more; all who wait are told why.</summary>
    public void End(Exception error)
    {
        lock (_lock)
        {
            if (_end is not null) return;
            _end = error;
        }

        while (true)
        {
            PendingReply? reply;
            lock (_lock)
            {
                if (_pending is null || !_pending.TryDequeue(out reply)) return;
            }

            reply.OnEnded(error);
        }
    }

    /// <summary>Gives the packet to the transport, or disposes of it.</summary>
    protected abstract void Post(Packet packet);

    private bool TakeOutgoing([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Packet? packet)
    {
        while (true)
        {
            PendingReply? unanswered = null;
            Exception? end;
            lock (_lock)
            {
                end = _end;
                if (!_outgoing!.TryDequeue(out (Packet Packet, PendingReply? Reply) next))
                {
                    _isPosting = false;
                    packet = null;
                    return false;
                }

                packet = next.Packet;
                if (end is not null) unanswered = next.Reply;
                else if (next.Reply is not null) (_pending ??= new()).Enqueue(next.Reply);
            }

            if (unanswered is null) return true;
            packet.Dispose();
            unanswered.OnEnded(end!);
        }
    }
}
