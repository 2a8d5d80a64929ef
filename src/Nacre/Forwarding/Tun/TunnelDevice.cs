using Nacre.Unix;

namespace Nacre.Forwarding.Tun;

/// <summary>A network interface of this machine that is made for a tunnel and goes with it; addresses and routes are given to it as to any other.</summary>
public sealed class TunnelDevice : IAsyncDisposable
{
    private TunnelDevice(Stream packets, TunnelMode mode, string name) => (Packets, Mode, Name) = (packets, mode, name);

    /// <summary>Its name, such as tun0.</summary>
    public string Name { get; }

    /// <summary>What travels through it.</summary>
    public TunnelMode Mode { get; }

    /// <summary>Each read is one packet or frame, and each write.</summary>
    internal Stream Packets { get; }

    /// <summary>Makes an interface, which takes root or the capability CAP_NET_ADMIN, or takes over a persistent one.</summary>
    /// <param name="mode">What travels through it.</param>
    /// <param name="unit">The number in its name; null for the next that is free.</param>
    /// <returns>The interface.</returns>
    /// <exception cref="IOException">It could not be made.</exception>
    public static TunnelDevice Open(TunnelMode mode, int? unit = null)
    {
        Stream packets = TunDevice.Open(mode == TunnelMode.Ethernet, unit, out string name);
        return new TunnelDevice(packets, mode, name);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Packets.DisposeAsync();
}
