using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Forwarding;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;

namespace Nacre.Server;

/// <summary>The server's end of X11 forwarding: the display of one session, each connection to which becomes a channel to the client (RFC 4254 6.3).</summary>
internal sealed class X11Listener
{
    /// <summary>Numbers from here on are not tried.</summary>
    public const int MaxDisplays = 1000;

    /// <summary>A longer protocol name or cookie is refused.</summary>
    public const int MaxAuthorizationLength = 512;

    // both are lines of a script for xauth in the end.
    private static readonly SearchValues<byte> Permitted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/-_"u8);

    private readonly Multiplexer _multiplexer;
    private readonly Listener _listener;
    private readonly bool _isSingle;
    private int _connections;

    private X11Listener(Multiplexer multiplexer, IReadOnlyList<Socket> sockets, bool isSingle, SessionDisplay display)
    {
        (_multiplexer, _isSingle, Display) = (multiplexer, isSingle, display);
        _listener = Listener.Over(sockets, new TcpEndpoint("localhost", ((IPEndPoint)sockets[0].LocalEndPoint!).Port), ServeAsync);
    }

    public SessionDisplay Display { get; }

    /// <summary>Answers an x11-req: takes the first number that is free; null when the request or the machine leaves none.</summary>
    public static X11Listener? TryStart(Multiplexer multiplexer, X11Request request, X11Listening where)
    {
        if (!IsValid(request.AuthenticationProtocol) || !IsValid(request.AuthenticationCookie)) return null;
        for (int number = where.DisplayOffset; number < MaxDisplays; number++)
        {
            if (TryListen(number, where) is not { } sockets) continue;
            string display = string.Create(CultureInfo.InvariantCulture, $":{number}.{request.ScreenNumber}");
            string host = where.IsLocal ? "localhost" : Dns.GetHostName();
            var description = new SessionDisplay(
                host + display,
                (where.IsLocal ? "unix" : host) + display,
                Encoding.ASCII.GetString(request.AuthenticationProtocol),
                Encoding.ASCII.GetString(request.AuthenticationCookie));
            return new X11Listener(multiplexer, sockets, request.SingleConnection, description);
        }

        return null;
    }

    /// <summary>Takes no more connections; those that there are go on.</summary>
    public void Stop() => _ = _listener.DisposeAsync().AsTask();

    private static bool IsValid(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && text.Length <= MaxAuthorizationLength && !text.ContainsAnyExcept(Permitted) && text[0] != '-';

    /// <summary>
    /// Listens at one number, at all addresses or none: who listened at one of them would get the windows, and the cookie, of those who try the others first.
    /// </summary>
    private static List<Socket>? TryListen(int number, X11Listening where)
    {
        var sockets = new List<Socket>();
        foreach (IPAddress address in where.IsLocal ? (IPAddress[])[IPAddress.IPv6Loopback, IPAddress.Loopback] : [IPAddress.IPv6Any, IPAddress.Any])
        {
            if (where.Family != AddressFamily.Unspecified && where.Family != address.AddressFamily) continue;
            try
            {
                sockets.Add(Listen(new IPEndPoint(address, X11Display.FirstPort + number)));
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable or SocketError.ProtocolFamilyNotSupported)
            {
                // The machine has no such addresses.
            }
            catch (SocketException)
            {
                sockets.ForEach(static socket => socket.Dispose());
                return null;
            }
        }

        return sockets.Count > 0 ? sockets : null;
    }

    private static Socket Listen(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(endpoint);
            socket.Listen(128);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        if (_isSingle)
        {
            Stop();
            if (Interlocked.Increment(ref _connections) > 1)
            {
                socket.Dispose();
                return;
            }
        }

        Channel channel = await OpenAsync((IPEndPoint)socket.RemoteEndPoint!).ConfigureAwait(false);
        await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
    }

    private Task<Channel> OpenAsync(IPEndPoint originator)
    {
        var open = new X11Open { OriginatorAddress = Encoding.ASCII.GetBytes(originator.Address.ToString()), OriginatorPort = (uint)originator.Port };
        return _multiplexer.OpenAsync(ref open, service: null, acceptsErrorData: false, _multiplexer.Ended);
    }
}
