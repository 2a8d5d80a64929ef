using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>The sizes that one connection's channels keep to.</summary>
internal sealed record ConnectionSettings
{
    /// <summary>The settings in use unless somebody asks for others.</summary>
    public static ConnectionSettings Default { get; } = new();

    /// <summary>The receive window that a channel starts with, in bytes.</summary>
    public uint InitialWindow { get; init; } = 2 * 1024 * 1024;

    /// <summary>What a channel's receive window may grow to, in bytes.</summary>
    public uint MaximumWindow { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many bytes all receive windows of the connection may grow by together.</summary>
    public long GrowthBudget { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most data that a packet to us may carry; OpenSSH's value.</summary>
    public uint MaximumPacket { get; init; } = 32 * 1024;

    /// <summary>The same where the peer is of our kind: as each packet of a stream costs the same, half as many cost half.</summary>
    /// <remarks>
    /// Not so for others. OpenSSH takes the bytes of a packet for blocks of its cipher when it looks whether new keys are due, and would exchange keys
    /// for each packet of this size under a RekeyLimit of 1M.
    /// </remarks>
    public uint MaximumPacketAmongUs { get; init; } = 64 * 1024;

    /// <summary>The most data that we put into a packet, even when the peer allows more.</summary>
    public uint MaximumSentPacket { get; init; } = 64 * 1024;

    /// <summary>How many channels there may be at once, those counted that are being opened (H-08).</summary>
    public int MaximumChannels { get; init; } = 1024;

    /// <summary>How many bytes of packet buffers may wait for policies to answer the requests that they hold.</summary>
    public long PendingBudget { get; init; } = 4 * 1024 * 1024;

    /// <summary>True when consumers are woken once per <see cref="Multiplexer.FlushWakeups"/> rather than at each packet.</summary>
    public bool DefersWakeups { get; init; }

    /// <summary>Hears of channels that are opened, and of those that stand still; null where nobody wants to.</summary>
    public IStepObserver? Steps { get; init; }

    /// <summary>The largest packet that a pooled buffer holds together with the header of extended data.</summary>
    internal const uint LargestData = PacketPool.LargeCapacity - Messages.ChannelExtendedData.HeaderLength;
}
