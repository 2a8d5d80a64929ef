using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>What one client has the server connect to and listen on for it (RFC 4254 7); all of it ends with the connection.</summary>
internal sealed class ServerForwards
{
    /// <summary>More listening ports than this on one connection are refused.</summary>
    public const int MaxListeners = 128;

    private readonly Multiplexer _multiplexer;
    private readonly Lock _lock = new();
    private readonly Dictionary<TcpEndpoint, Listener> _listeners = [];

    public ServerForwards(Multiplexer multiplexer)
    {
        _multiplexer = multiplexer;
        multiplexer.Ended.UnsafeRegister(static state => ((ServerForwards)state!).EndAll(), this);
    }

    /// <summary>Answers a direct-tcpip: connects, then accepts.</summary>
    public async ValueTask<ChannelAnswer> ConnectAsync(ChannelOffer offer, AuthenticatedUser user, IForwardingPolicy? policy, CancellationToken ct)
    {
        TcpEndpoint target = TargetOf(offer);
        if (policy is null || target.Port is 0 or > ushort.MaxValue || !policy.MayConnect(user, target))
        {
            return ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed");
        }

        try
        {
            Socket socket = await target.ConnectAsync(DialOptions.Default, ct).ConfigureAwait(false);
            return ChannelAnswer.Accept(new SocketService(socket));
        }
        catch (SocketException error)
        {
            return ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, error.SocketErrorCode == SocketError.ConnectionRefused ? "Connection refused" : error.Message);
        }
    }

    /// <summary>Answers a tcpip-forward; the reply carries the port only when the client left it to us.</summary>
    public async ValueTask<GlobalAnswer> ListenAsync(IncomingRequest request, AuthenticatedUser user, IForwardingPolicy? policy, CancellationToken ct)
    {
        TcpEndpoint asked = AskedBy(request);
        if (asked.Port > ushort.MaxValue || policy?.MayListen(user, asked) is not { } permitted) return GlobalAnswer.Failure;
        lock (_lock)
        {
            if (_listeners.Count >= MaxListeners) return GlobalAnswer.Failure;
        }

        Listener listener;
        try
        {
            listener = await Listener.StartAsync(permitted, socket => ServeAsync(socket, asked), ct).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return GlobalAnswer.Failure;
        }

        int port = listener.Port;
        if (!await TryAddAsync(asked with { Port = port }, listener).ConfigureAwait(false)) return GlobalAnswer.Failure;
        if (asked.Port != 0) return GlobalAnswer.Success();
        var reply = new TcpIpForwardReply { Port = (uint)port };
        return GlobalAnswer.Success(Message.WriteRecord(ref reply));
    }

    /// <summary>Answers a cancel-tcpip-forward: address and port must be those that were asked for.</summary>
    public async ValueTask<GlobalAnswer> CancelAsync(IncomingRequest request)
    {
        CancelTcpIpForwardRequest cancel = request.Read<CancelTcpIpForwardRequest>();
        var key = new TcpEndpoint(Encoding.UTF8.GetString(cancel.Address), (int)Math.Min(cancel.Port, int.MaxValue));
        Listener? listener;
        lock (_lock) _listeners.Remove(key, out listener);
        if (listener is null) return GlobalAnswer.Failure;
        await listener.DisposeAsync().ConfigureAwait(false);
        return GlobalAnswer.Success();
    }

    private static TcpEndpoint TargetOf(ChannelOffer offer)
    {
        DirectTcpIpOpen open = offer.Read<DirectTcpIpOpen>();
        return new TcpEndpoint(Encoding.UTF8.GetString(open.Host), (int)Math.Min(open.Port, int.MaxValue));
    }

    private static TcpEndpoint AskedBy(IncomingRequest request)
    {
        TcpIpForwardRequest forward = request.Read<TcpIpForwardRequest>();
        return new TcpEndpoint(Encoding.UTF8.GetString(forward.Address), (int)Math.Min(forward.Port, int.MaxValue));
    }

    private async ValueTask<bool> TryAddAsync(TcpEndpoint key, Listener listener)
    {
        bool isAdded;
        lock (_lock) isAdded = !_multiplexer.Ended.IsCancellationRequested && _listeners.TryAdd(key, listener);
        if (!isAdded) await listener.DisposeAsync().ConfigureAwait(false);
        return isAdded;
    }

    private async Task ServeAsync(Socket socket, TcpEndpoint asked)
    {
        Channel channel = await OpenAsync(socket, asked).ConfigureAwait(false);
        await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
    }

    private Task<Channel> OpenAsync(Socket socket, TcpEndpoint asked)
    {
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        var originator = (IPEndPoint)socket.RemoteEndPoint!;
        var open = new ForwardedTcpIpOpen
        {
            Address = Encoding.UTF8.GetBytes(asked.Host),
            Port = (uint)port,
            OriginatorAddress = Encoding.ASCII.GetBytes(originator.Address.ToString()),
            OriginatorPort = (uint)originator.Port,
        };
        return _multiplexer.OpenAsync(ref open, service: null, acceptsErrorData: false, _multiplexer.Ended);
    }

    private void EndAll()
    {
        Listener[] listeners;
        lock (_lock)
        {
            listeners = [.. _listeners.Values];
            _listeners.Clear();
        }

        foreach (Listener listener in listeners) _ = listener.DisposeAsync().AsTask();
    }

    private sealed class SocketService(Socket socket) : IChannelService
    {
        private int _isRelaying;

        public void OnOpened(Channel channel)
        {
            Interlocked.Exchange(ref _isRelaying, 1);
            _ = SocketRelay.RunAsync(channel, socket);
        }

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(false);

        public void OnClosed(Channel channel, Exception? error)
        {
            if (_isRelaying == 0 || error is not null) socket.Dispose();
        }
    }
}
