using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>The way to a host by ProxyJump: logs in to the last of the machines, by way of those before it, and has that one connect further.</summary>
/// <remarks>Each machine is configured by the same files as any other, not by the flags of the command line, as with OpenSSH.</remarks>
internal static class JumpRoute
{
    /// <summary>Connects to where the configuration leads; null when that failed, which has then been said.</summary>
    /// <param name="config">Of the host, with a ProxyJump.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="hops">The machines behind this one.</param>
    public static async Task<Stream?> ConnectAsync(ClientConfig config, ErrorTrace trace, int hops)
    {
        JumpStep step;
        try
        {
            step = JumpStep.To(config, hops);
        }
        catch (SshConfigException loop)
        {
            trace.Fail(loop.Message);
            return null;
        }

        CommandLineOptions options = step.ToLines();
        options.Set(ClientKeywords.ClearAllForwardings, true);
        if (ClientSetup.Load(step.Machine.Host, options, config.ConfigFile, trace) is not { } jump) return null;
        trace.Write(1, $"Connecting to {config.Hostname} port {config.Port} by way of {jump.Hostname} port {jump.Port}.");
        return await ClientSetup.ConnectAsync(jump, trace, TimeProvider.System, hops + 1).ConfigureAwait(false) is { } client ? await GoOnAsync(client, config, trace).ConfigureAwait(false) : null;
    }

    private static async Task<Stream?> GoOnAsync(SshClient client, ClientConfig config, ErrorTrace trace)
    {
        try
        {
            Channel channel = await client.OpenConnectionAsync(new TcpEndpoint(config.Hostname, config.Port), default).ConfigureAwait(false);
            return new ChannelStream(channel, owned: client);
        }
        catch (SshException error)
        {
            trace.Fail($"channel 0: {error.Message}\nstdio forwarding failed");
            await client.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }
}
