using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Unix;

namespace Nacre.Forwarding;

/// <summary>A port or Unix socket on this side whose connections go through the SSH connection to the far side; disposing stops listening.</summary>
/// <remarks>Connections that go on when it is disposed of are not cut.</remarks>
public sealed class LocalForward : IAsyncDisposable
{
    private readonly Listener _listener;

    private LocalForward(Listener listener, SocketEndpoint? target) => (_listener, Target) = (listener, target);

    /// <summary>Where it listens, with the port that the system chose where 0 was asked for.</summary>
    public SocketEndpoint Listening => _listener.Endpoint;

    /// <summary>Where the server connects to; null when each connection says so itself, by SOCKS.</summary>
    public SocketEndpoint? Target { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    internal static async Task<LocalForward> StartAsync(Multiplexer multiplexer, SocketEndpoint listen, SocketEndpoint? target, ForwardOptions options, CancellationToken ct)
    {
        Listener listener = await Listener.StartAsync(listen, options, rights: null, ServeAsync, ct).ConfigureAwait(false);
        return new LocalForward(listener, target);

        async Task ServeAsync(Socket socket)
        {
            Channel channel;
            try
            {
                channel = target is { } fixedTarget
                    ? await OpenAsync(multiplexer, fixedTarget, socket.RemoteEndPoint, multiplexer.Ended).ConfigureAwait(false)
                    : await OpenAskedAsync(multiplexer, socket).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                await PoolThread.EnterAsync();
                options.OnFailure?.Invoke(error);
                throw;
            }

            await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a channel to a host or a Unix socket at the far side (RFC 4254 7.2, PROTOCOL 2.4).</summary>
    internal static Task<Channel> OpenAsync(Multiplexer multiplexer, SocketEndpoint target, EndPoint? originator, CancellationToken ct)
    {
        if (target.Path is { } path)
        {
            var openPath = new DirectStreamLocalOpen { SocketPath = Encoding.UTF8.GetBytes(path) };
            return multiplexer.OpenAsync(ref openPath, service: null, acceptsErrorData: false, ct);
        }

        (string address, int port) = originator is IPEndPoint ip ? (ip.Address.ToString(), ip.Port) : ("127.0.0.1", 65535);
        var open = new DirectTcpIpOpen
        {
            Host = Encoding.UTF8.GetBytes(target.Tcp.Host),
            Port = (uint)target.Port,
            OriginatorAddress = Encoding.ASCII.GetBytes(address),
            OriginatorPort = (uint)port,
        };
        return multiplexer.OpenAsync(ref open, service: null, acceptsErrorData: false, ct);
    }

    private static async Task<Channel> OpenAskedAsync(Multiplexer multiplexer, Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        var socks = new SocksConversation(stream, stream);
        TcpEndpoint target = await socks.ReadRequestAsync(multiplexer.Ended).ConfigureAwait(false);
        Channel channel;
        try
        {
            channel = await OpenAsync(multiplexer, target, socket.RemoteEndPoint, multiplexer.Ended).ConfigureAwait(false);
        }
        catch (ChannelOpenFailedException refused)
        {
            await socks.ReplyAsync(OutcomeOf(refused), multiplexer.Ended).ConfigureAwait(false);
            throw;
        }

        try
        {
            await socks.ReplyAsync(SocksOutcome.Succeeded, multiplexer.Ended).ConfigureAwait(false);
            return channel;
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SocksOutcome OutcomeOf(ChannelOpenFailedException refused) => refused.Reason switch
    {
        OpenFailureReason.AdministrativelyProhibited => SocksOutcome.NotAllowed,
        OpenFailureReason.ConnectFailed => SocksOutcome.ConnectionRefused,
        _ => SocksOutcome.GeneralFailure,
    };
}
