using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Connection;

namespace Nacre.Forwarding.Tun;

/// <summary>Carries packets between a channel and a network interface, one in each message, until either ends.</summary>
/// <remarks>
/// PROTOCOL 2.3: before an IP packet stands the number of its address family, as OpenBSD has them; a frame stands alone. What cannot go on at once
/// is dropped, as networks do: a packet for which the peer's window has no room, one that the interface does not take, or one that is none.
/// </remarks>
internal static class TunnelRelay
{
    private const int FamilyLength = 4;
    private const uint Inet = 2;
    private const uint Inet6 = 24;

    /// <summary>Relays, then closes both; it never fails.</summary>
    public static async Task RunAsync(Channel channel, Stream device, TunnelMode mode)
    {
        Task toDevice = ToDeviceAsync(channel, device, mode);
        Task toChannel = ToChannelAsync(channel, device, mode);
        await Task.WhenAny(toDevice, toChannel).ConfigureAwait(false);
        await device.DisposeAsync().ConfigureAwait(false);
        await channel.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(toDevice, toChannel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task ToChannelAsync(Channel channel, Stream device, TunnelMode mode)
    {
        PipeWriter output = channel.Output;
        int header = mode == TunnelMode.PointToPoint ? FamilyLength : 0;
        while (true)
        {
            Memory<byte> room = output.GetMemory();
            int length = await device.ReadAsync(room[header..]).ConfigureAwait(false);
            if (length == 0) return;
            if (header > 0 && !TryWriteFamily(room.Span, length)) continue;
            if (channel.SendWindow.Available < (uint)(header + length)) continue;
            output.Advance(header + length);
            if ((await output.FlushAsync().ConfigureAwait(false)).IsCompleted) return;
        }
    }

    private static async Task ToDeviceAsync(Channel channel, Stream device, TunnelMode mode)
    {
        PipeReader input = channel.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync().ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> message in read.Buffer)
            {
                ReadOnlyMemory<byte> packet = mode == TunnelMode.Ethernet ? message : PacketOf(message);
                if (!packet.IsEmpty) await WriteAsync(device, packet).ConfigureAwait(false);
            }

            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private static async ValueTask WriteAsync(Stream device, ReadOnlyMemory<byte> packet)
    {
        try
        {
            await device.WriteAsync(packet).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The interface is down, or the packet is none that it knows. One that has gone is told by the reading side.
        }
    }

    private static bool TryWriteFamily(Span<byte> message, int length)
    {
        uint family = FamilyOf(message.Slice(FamilyLength, length));
        BinaryPrimitives.WriteUInt32BigEndian(message, family);
        return family != 0;
    }

    // A packet whose family is not the one that stands before it is not for us to guess about.
    private static ReadOnlyMemory<byte> PacketOf(ReadOnlyMemory<byte> message)
    {
        if (message.Length <= FamilyLength) return default;
        ReadOnlyMemory<byte> packet = message[FamilyLength..];
        return BinaryPrimitives.ReadUInt32BigEndian(message.Span) == FamilyOf(packet.Span) ? packet : default;
    }

    private static uint FamilyOf(ReadOnlySpan<byte> packet) => (packet[0] >> 4) switch
    {
        4 => Inet,
        6 => Inet6,
        _ => 0,
    };
}
