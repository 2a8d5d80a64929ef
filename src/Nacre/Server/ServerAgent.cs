using System.Net.Sockets;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Unix;

namespace Nacre.Server;

/// <summary>The server's end of agent forwarding: a socket for the sessions of one connection, of which each connection becomes a channel to the client.</summary>
internal sealed class ServerAgent(Multiplexer multiplexer, AuthenticatedUser user, SshServerOptions options)
{
    private readonly Lock _lock = new();
    private Task<string?>? _path;
    private volatile bool _isStandard;

    /// <summary>Answers a session that is lent the agent; those that ask later get the socket of the first.</summary>
    /// <param name="isStandard">Whether the client calls it by the names of RFC 9987: then so do we when we ask for the agent.</param>
    /// <returns>The socket's path, or null when the client may not lend its agent.</returns>
    public Task<string?> StartAsync(bool isStandard)
    {
        _isStandard = isStandard;
        lock (_lock) return _path ??= Task.Run(ListenAsync);
    }

    private async Task<string?> ListenAsync()
    {
        if (options.Forwarding?.MayLendAgent(user) is not { } path) return null;
        try
        {
            UserRights? rights = options.RightsOf(user);
            uint owner = rights?.Uid ?? Users.EffectiveUid;
            Listener listener = await Listener.StartAsync(SocketEndpoint.AtPath(path), ForwardOptions.Default, rights, socket => ServeAsync(socket, owner), multiplexer.Ended).ConfigureAwait(false);
            multiplexer.Ended.UnsafeRegister(static state => _ = ((Listener)state!).DisposeAsync().AsTask(), listener);
            return path;
        }
        catch (Exception error) when (error is UnixException or OperationCanceledException)
        {
            options.OnFailure?.Invoke(error);
            return null;
        }
    }

    // the directory and the mode keep others out; should they fail, the kernel still says who it is.
    private async Task ServeAsync(Socket socket, uint owner)
    {
        uint caller = PeerCredentials.Of(socket).Uid;
        if (caller != owner && caller != 0)
        {
            socket.Dispose();
            return;
        }

        Channel channel = await OpenAsync().ConfigureAwait(false);
        await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
    }

    private Task<Channel> OpenAsync()
    {
        var open = default(AgentConnectOpen);
        if (_isStandard) return multiplexer.OpenAsync(ref open, service: null, acceptsErrorData: false, multiplexer.Ended);
        var early = default(AgentOpen);
        return multiplexer.OpenAsync(ref early, service: null, acceptsErrorData: false, multiplexer.Ended);
    }
}
