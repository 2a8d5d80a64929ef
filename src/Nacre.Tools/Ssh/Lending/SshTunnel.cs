using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh.Lending;

/// <summary>Makes the tunnel between network interfaces that Tunnel and TunnelDevice ask for.</summary>
internal static class SshTunnel
{
    /// <summary>Makes it; null when none is asked for, or when it failed, which has then been said.</summary>
    public static async Task<TunnelForward?> StartAsync(SshClient client, ClientConfig config, ErrorTrace trace)
    {
        if (config.Tunnel == TunnelChoice.No) return null;
        if (!client.IsHostVerified) return Fail("Tunnel forwarding is disabled to avoid man-in-the-middle attacks.");
        TunnelMode mode = config.Tunnel == TunnelChoice.Ethernet ? TunnelMode.Ethernet : TunnelMode.PointToPoint;
        trace.Write(1, $"Requesting tun unit {config.TunnelDevice.Local?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"} in mode {(int)mode}");
        TunnelDevice device;
        try
        {
            device = TunnelDevice.Open(mode, config.TunnelDevice.Local);
        }
        catch (IOException error)
        {
            trace.Write(1, error.Message);
            trace.Fail("Tunnel device open failed.");
            return Fail("Could not request tunnel forwarding.");
        }

        try
        {
            TunnelForward tunnel = await client.StartTunnelAsync(device, config.TunnelDevice.Remote, default).ConfigureAwait(false);
            trace.Write(1, $"tunnel forward established, interface {device.Name}");
            return tunnel;
        }
        catch (SshException error)
        {
            trace.Fail(error is ChannelOpenFailedException refused ? refused.Line : error.Message);
            return Fail("Tunnel forwarding failed");
        }

        TunnelForward? Fail(string message)
        {
            trace.Fail(message);
            return null;
        }
    }
}
