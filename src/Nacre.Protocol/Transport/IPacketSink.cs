using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>The protocol above the transport that packets go to now: a service of RFC 4253 10, or the connection protocol.</summary>
internal interface IPacketSink
{
    /// <summary>
    /// Takes a packet that the phase table let through and owns it. Packets come one at a time, in order; the reader goes on when the task is done,
    /// so it completes at once unless it waits for a policy.
    /// </summary>
    ValueTask OnPacketAsync(Packet packet, CancellationToken ct);

    /// <summary>How many bytes of buffers the sink's own messages may make the outbox hold beyond its limit for replies.</summary>
    long HeldAllowance => 0;

    /// <summary>The connection is over; called once, last.</summary>
    /// <param name="error">Why, or null when it ended as agreed.</param>
    void OnClosed(Exception? error);
}
