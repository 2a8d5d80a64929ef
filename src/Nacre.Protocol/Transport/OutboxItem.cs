using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>A packet to send and, with a NEWKEYS, the keys to use after it.</summary>
internal readonly record struct OutboxItem(Packet Packet, OutboundKeys? NextKeys) : IDisposable
{
    public void Dispose()
    {
        Packet.Dispose();
        NextKeys?.Dispose();
    }
}
