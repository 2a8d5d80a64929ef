using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;

namespace Nacre.Forwarding;

/// <summary>A local port whose connections go through the SSH connection to a host at its far side; disposing stops listening.</summary>
public sealed class LocalForward : IAsyncDisposable
{
    private readonly Listener _listener;

    private LocalForward(Listener listener, TcpEndpoint listen) => (_listener, Listening) = (listener, listen with { Port = listener.Port });

    /// <summary>Where it listens, with the port that the system chose where 0 was asked for.</summary>
    public TcpEndpoint Listening { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    internal static async Task<LocalForward> StartAsync(Multiplexer multiplexer, TcpEndpoint listen, TcpEndpoint target, Action<Exception>? onFailure, CancellationToken ct)
    {
        Listener listener = await Listener.StartAsync(listen, socket => ServeAsync(multiplexer, target, socket, onFailure), ct).ConfigureAwait(false);
        return new LocalForward(listener, listen);
    }

    /// <summary>Opens a channel to a host at the far side (RFC 4254 7.2).</summary>
    internal static Task<Channel> OpenAsync(Multiplexer multiplexer, TcpEndpoint target, EndPoint? originator, CancellationToken ct)
    {
        (string address, int port) = originator is IPEndPoint ip ? (ip.Address.ToString(), ip.Port) : ("127.0.0.1", 65535);
        var open = new DirectTcpIpOpen
        {
            Host = Encoding.UTF8.GetBytes(target.Host),
            Port = (uint)target.Port,
            OriginatorAddress = Encoding.ASCII.GetBytes(address),
            OriginatorPort = (uint)port,
        };
        return multiplexer.OpenAsync(ref open, service: null, acceptsErrorData: false, ct);
    }

    private static async Task ServeAsync(Multiplexer multiplexer, TcpEndpoint target, Socket socket, Action<Exception>? onFailure)
    {
        Channel channel;
        try
        {
            channel = await OpenAsync(multiplexer, target, socket.RemoteEndPoint, multiplexer.Ended).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            onFailure?.Invoke(error);
            throw;
        }

        await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
    }
}
