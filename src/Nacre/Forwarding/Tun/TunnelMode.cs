namespace Nacre.Forwarding.Tun;

/// <summary>What travels through a tunnel between two network interfaces (PROTOCOL 2.3).</summary>
public enum TunnelMode
{
    /// <summary>IP packets (layer 3): tun interfaces.</summary>
    PointToPoint = 1,

    /// <summary>Ethernet frames (layer 2): tap interfaces, which can be part of a bridge.</summary>
    Ethernet = 2,
}
