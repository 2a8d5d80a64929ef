using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Server;

/// <summary>What one client has the server connect to and listen on for it (RFC 4254 7, PROTOCOL 2.4); all of it ends with the connection.</summary>
/// <remarks>Unix sockets are files: they are made and connected to with the user's rights. Ports belong to nobody.</remarks>
internal sealed class ServerForwards
{
    /// <summary>More listening ports and sockets than this on one connection are refused.</summary>
    public const int MaxListeners = 128;

    private static readonly ChannelAnswer Prohibited = ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed");

    private readonly Multiplexer _multiplexer;
    private readonly AuthenticatedUser _user;
    private readonly IForwardingPolicy? _policy;
    private readonly Func<AuthenticatedUser, UserRights?> _rightsOf;
    private readonly Action<ForwardTrouble>? _onTrouble;
    private readonly Lock _lock = new();
    private readonly Dictionary<SocketEndpoint, Listener> _listeners = [];

    public ServerForwards(Multiplexer multiplexer, AuthenticatedUser user, SshServerOptions options)
    {
        (_multiplexer, _user, _policy, _rightsOf, _onTrouble) = (multiplexer, user, options.Forwarding, options.RightsOf, options.OnForwardTrouble);
        multiplexer.Ended.UnsafeRegister(static state => ((ServerForwards)state!).EndAll(), this);
    }

    /// <summary>Answers a direct-tcpip: connects, then accepts.</summary>
    public async ValueTask<ChannelAnswer> ConnectTcpAsync(ChannelOffer offer, CancellationToken ct)
    {
        TcpEndpoint target = TargetOf(offer);
        if (_policy is null || target.Port is 0 or > ushort.MaxValue || !_policy.MayConnect(_user, target)) return Refuse(target);
        try
        {
            return ChannelAnswer.Accept(new SocketService(await target.ConnectAsync(DialOptions.Default, ct).ConfigureAwait(false)));
        }
        catch (SocketException error)
        {
            bool isUnknown = error.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;
            _onTrouble?.Invoke(new ForwardTrouble(isUnknown ? ForwardTroubleKind.UnknownHost : ForwardTroubleKind.Unreached, target, error.Message));
            return ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, error.SocketErrorCode == SocketError.ConnectionRefused ? "Connection refused" : error.Message);
        }
    }

    /// <summary>Answers a direct-streamlocal@openssh.com: connects, then accepts.</summary>
    public async ValueTask<ChannelAnswer> ConnectStreamLocalAsync(ChannelOffer offer)
    {
        string path = Encoding.UTF8.GetString(offer.Read<DirectStreamLocalOpen>().SocketPath);
        SocketEndpoint target = SocketEndpoint.AtPath(path);
        if (_policy is null || !SocketEndpoint.IsSocketPath(path) || !_policy.MayConnect(_user, path)) return Refuse(target);
        try
        {
            Socket socket = await Task.Run(() => UnixSocket.Connect(path, _rightsOf(_user)), CancellationToken.None).ConfigureAwait(false);
            return ChannelAnswer.Accept(new SocketService(socket));
        }
        catch (UnixException error)
        {
            string reason = UnixException.Describe(error.Errno);
            _onTrouble?.Invoke(new ForwardTrouble(ForwardTroubleKind.Unreached, target, reason));
            return ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, reason);
        }
    }

    /// <summary>Answers a tcpip-forward; the reply carries the port only when the client left it to us.</summary>
    public async ValueTask<GlobalAnswer> ListenTcpAsync(IncomingRequest request, CancellationToken ct)
    {
        TcpEndpoint asked = AskedBy(request);
        if (asked.Port > ushort.MaxValue || _policy?.MayListen(_user, asked) is not { } permitted) return GlobalAnswer.Failure;
        if (await TryListenAsync(asked, permitted, ForwardOptions.Default, ct).ConfigureAwait(false) is not { } listener) return GlobalAnswer.Failure;
        if (asked.Port != 0) return GlobalAnswer.Success();
        var reply = new TcpIpForwardReply { Port = (uint)listener.Endpoint.Port };
        return GlobalAnswer.Success(Message.WriteRecord(ref reply));
    }

    /// <summary>Answers a streamlocal-forward@openssh.com.</summary>
    public async ValueTask<GlobalAnswer> ListenStreamLocalAsync(IncomingRequest request, CancellationToken ct)
    {
        string path = Encoding.UTF8.GetString(request.Read<StreamLocalForwardRequest>().SocketPath);
        if (!SocketEndpoint.IsSocketPath(path) || _policy?.MayListen(_user, path) is not { } options) return GlobalAnswer.Failure;
        SocketEndpoint endpoint = SocketEndpoint.AtPath(path);
        return await TryListenAsync(endpoint, endpoint, options, ct).ConfigureAwait(false) is null ? GlobalAnswer.Failure : GlobalAnswer.Success();
    }

    /// <summary>Answers a cancel-tcpip-forward: address and port must be those that were asked for.</summary>
    public ValueTask<GlobalAnswer> CancelTcpAsync(IncomingRequest request)
    {
        CancelTcpIpForwardRequest cancel = request.Read<CancelTcpIpForwardRequest>();
        return CancelAsync(new TcpEndpoint(Encoding.UTF8.GetString(cancel.Address), (int)Math.Min(cancel.Port, int.MaxValue)));
    }

    /// <summary>Answers a cancel-streamlocal-forward@openssh.com.</summary>
    public ValueTask<GlobalAnswer> CancelStreamLocalAsync(IncomingRequest request) =>
        CancelAsync(SocketEndpoint.AtPath(Encoding.UTF8.GetString(request.Read<CancelStreamLocalForwardRequest>().SocketPath)));

    private ChannelAnswer Refuse(SocketEndpoint target)
    {
        _onTrouble?.Invoke(new ForwardTrouble(ForwardTroubleKind.Refused, target, ""));
        return Prohibited;
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

    private async ValueTask<GlobalAnswer> CancelAsync(SocketEndpoint asked)
    {
        Listener? listener;
        lock (_lock) _listeners.Remove(asked, out listener);
        if (listener is null) return GlobalAnswer.Failure;
        await listener.DisposeAsync().ConfigureAwait(false);
        return GlobalAnswer.Success();
    }

    /// <summary>Listens where it is permitted, for what was asked.</summary>
    private async ValueTask<Listener?> TryListenAsync(SocketEndpoint asked, SocketEndpoint permitted, ForwardOptions options, CancellationToken ct)
    {
        lock (_lock)
        {
            // Who asks twice for one path must not have the first listener's socket removed by the second.
            if (_listeners.Count >= MaxListeners || _listeners.ContainsKey(asked)) return null;
        }

        if (_onTrouble is { } hears) options = options with { OnAddressUnheard = (address, error) => hears(new ForwardTrouble(ForwardTroubleKind.Unbound, new TcpEndpoint(address.ToString(), permitted.Port), error.Message)) };
        Listener listener;
        try
        {
            UserRights? rights = permitted.Path is null ? null : _rightsOf(_user);
            listener = await Task.Run(() => Listener.StartAsync(permitted, options, rights, socket => ServeAsync(socket, asked), ct), ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or UnixException)
        {
            _onTrouble?.Invoke(new ForwardTrouble(ForwardTroubleKind.NotListening, permitted, error is UnixException failed ? UnixException.Describe(failed.Errno) : error.Message));
            return null;
        }

        SocketEndpoint key = asked.Path is null ? asked.Tcp with { Port = listener.Endpoint.Port } : asked;
        bool isAdded;
        lock (_lock) isAdded = !_multiplexer.Ended.IsCancellationRequested && _listeners.TryAdd(key, listener);
        if (isAdded) return listener;
        await listener.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private async Task ServeAsync(Socket socket, SocketEndpoint asked)
    {
        Channel channel = await OpenAsync(socket, asked).ConfigureAwait(false);
        await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
    }

    private Task<Channel> OpenAsync(Socket socket, SocketEndpoint asked)
    {
        if (asked.Path is { } path)
        {
            var openPath = new ForwardedStreamLocalOpen { SocketPath = Encoding.UTF8.GetBytes(path) };
            return _multiplexer.OpenAsync(ref openPath, service: null, acceptsErrorData: false, _multiplexer.Ended);
        }

        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        var originator = (IPEndPoint)socket.RemoteEndPoint!;
        var open = new ForwardedTcpIpOpen
        {
            Address = Encoding.UTF8.GetBytes(asked.Tcp.Host),
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
}
