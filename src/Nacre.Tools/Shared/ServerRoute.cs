using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Forwarding;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>The way to a server: a TCP connection, a channel of a jump host, or what a proxy command has made.</summary>
/// <param name="Stream">The connection.</param>
/// <param name="Address">The server's address, where this machine connected to it.</param>
/// <param name="ExchangeTimeout">What ConnectTimeout leaves for the exchange of identifications and keys; zero for no limit.</param>
internal sealed record ServerRoute(Stream Stream, string? Address, TimeSpan ExchangeTimeout)
{
    /// <summary>The least that the exchange is given, however long the connection took.</summary>
    private static readonly TimeSpan LeastExchange = TimeSpan.FromMilliseconds(1);

    /// <summary>Takes the way that the configuration says; null when that failed, which has then been said.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="steps">Hears of each step; null where nobody wants to.</param>
    /// <param name="hops">How many machines are reached by way of this one.</param>
    /// <exception cref="SocketException">No address could be connected to.</exception>
    public static async Task<ServerRoute?> ReachAsync(ClientConfig config, ErrorTrace trace, IStepObserver? steps, int hops)
    {
        TimeSpan limit = config.ConnectTimeout ?? TimeSpan.Zero;
        if (config.ProxyJump is null && config.ProxyCommand is null) return await DialAsync(config, limit, trace, steps).ConfigureAwait(false);
        Stream? stream = await (config.ProxyJump is not null ? JumpRoute.ConnectAsync(config, trace, hops) : StartProxyAsync(config, trace)).ConfigureAwait(false);
        if (stream is null) return null;
        steps?.OnStep(config.ProxyJump is not null ? "the way by the jump host open" : "proxy command started");
        return new ServerRoute(stream, Address: null, limit);
    }

    private static async Task<Stream?> StartProxyAsync(ClientConfig config, ErrorTrace trace)
    {
        if (config.ProxyCommand != ProxyRoute.OwnStreams) trace.Write(1, $"Executing proxy {(config.ProxyUseFdpass ? "dialer " : "")}command: exec {config.ProxyCommand}");
        try
        {
            return await ProxyRoute.ConnectAsync(config).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            trace.Fail(error.Message);
            return null;
        }
    }

    // ssh_config(5) of ConnectTimeout: "This timeout is applied both to establishing the connection and to performing the initial SSH
    // protocol handshake and key exchange with the server."
    private static async Task<ServerRoute> DialAsync(ClientConfig config, TimeSpan limit, ErrorTrace trace, IStepObserver? steps)
    {
        TimeProvider clock = TimeProvider.System;
        long began = 0;
        DialOptions options = ClientOptions.DialOf(config) with
        {
            OnResolved = addresses => steps?.OnStep($"name look-up: {config.Hostname} has {addresses.Count} address{(addresses.Count == 1 ? "" : "es")}"),
            OnTrying = address =>
            {
                began = clock.GetTimestamp();
                trace.Write(1, $"Connecting to {config.Hostname} [{address}] port {config.Port}.");
            },
            OnFailed = (address, error) =>
            {
                trace.Write(1, $"connect to address {address} port {config.Port}: {error.Message}");
                steps?.OnStep($"TCP to {address}: {error.Message}");
            },
        };
        Socket socket = await new TcpEndpoint(config.Hostname, config.Port).ConnectAsync(options, default).ConfigureAwait(false);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, config.TcpKeepAlive);
        trace.Write(1, "Connection established.");
        steps?.OnStep($"TCP to {((IPEndPoint)socket.RemoteEndPoint!).Address}");
        TimeSpan rest = limit == TimeSpan.Zero ? limit : limit - clock.GetElapsedTime(began);
        if (limit > TimeSpan.Zero && rest < LeastExchange) rest = LeastExchange;
        return new ServerRoute(new NetworkStream(socket, ownsSocket: true), ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString(), rest);
    }
}
