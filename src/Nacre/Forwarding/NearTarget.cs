using System.Net.Sockets;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Forwarding;

/// <summary>Connects to where a connection that came through SSH leads on this side.</summary>
internal static class NearTarget
{
    /// <summary>Connects to a fixed target, as this process.</summary>
    /// <exception cref="SocketException">The host cannot be connected to.</exception>
    /// <exception cref="UnixException">The Unix socket cannot be connected to.</exception>
    public static async Task<Socket> ConnectAsync(SocketEndpoint target, CancellationToken ct) => target.Path is { } path
        ? UnixSocket.Connect(path, rights: null)
        : await target.Tcp.ConnectAsync(DialOptions.Default, ct).ConfigureAwait(false);

    /// <summary>Connects to what the far side names by SOCKS, as far as the options permit it.</summary>
    public static async Task<Socket> ConnectAskedAsync(Channel channel, ForwardOptions options)
    {
        CancellationToken ended = channel.Multiplexer.Ended;
        using Stream input = channel.Input.AsStream(leaveOpen: true), output = channel.Output.AsStream(leaveOpen: true);
        var socks = new SocksConversation(input, output);
        TcpEndpoint target = await socks.ReadRequestAsync(ended).ConfigureAwait(false);
        if (options.PermitsTarget?.Invoke(target) == false)
        {
            await socks.ReplyAsync(SocksOutcome.NotAllowed, ended).ConfigureAwait(false);
            throw new SocksException($"The server asked for a connection to {Printable.Escape(target.ToString())}, which is not permitted.");
        }

        Socket socket;
        try
        {
            socket = await target.ConnectAsync(DialOptions.Default, ended).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            await socks.ReplyAsync(OutcomeOf(error), ended).ConfigureAwait(false);
            throw;
        }

        try
        {
            await socks.ReplyAsync(SocksOutcome.Succeeded, ended).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SocksOutcome OutcomeOf(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => SocksOutcome.ConnectionRefused,
        SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.TryAgain or SocketError.NoData => SocksOutcome.HostUnreachable,
        _ => SocksOutcome.GeneralFailure,
    };
}
