using System.Net;
using System.Net.Sockets;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>An SSH server: listens, or serves streams that the program brings, until it is disposed of.</summary>
public sealed class SshServer : IAsyncDisposable
{
    private readonly SshServerOptions _options;
    private readonly PacketPool _pool = new();
    private readonly Lock _lock = new();
    private readonly HashSet<SshServerConnection> _connections = [];
    private readonly List<Listener> _listeners = [];
    private bool _isDisposed;

    /// <summary>Creates a server that does nothing yet.</summary>
    /// <param name="options">Who it is and whom it lets in.</param>
    /// <exception cref="ArgumentException">The options have no host key that fits the algorithms.</exception>
    public SshServer(SshServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.HostKeys.Count == 0) throw new ArgumentException("A server needs at least one host key.", nameof(options));
        _options = options;
    }

    /// <summary>The connections that are there now, logged in or not.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    /// <summary>Listens on a TCP port and serves every connection that comes.</summary>
    /// <param name="endpoint">Where; port 0 lets the system choose.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <returns>The port.</returns>
    /// <exception cref="SocketException">The port cannot be listened on.</exception>
    public async Task<int> ListenAsync(IPEndPoint endpoint, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var where = new TcpEndpoint(endpoint.Address.ToString(), endpoint.Port);
        Listener listener = await Listener.StartAsync(where, ForwardOptions.Default, rights: null, AcceptAsync, ct).ConfigureAwait(false);
        bool isLate;
        lock (_lock)
        {
            isLate = _isDisposed;
            if (!isLate) _listeners.Add(listener);
        }

        if (isLate) await listener.DisposeAsync().ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(isLate, this);
        return listener.Endpoint.Port;
    }

    /// <summary>Serves one client over a stream that is already connected.</summary>
    /// <param name="stream">The stream, which the connection takes over.</param>
    /// <returns>The connection, which has begun.</returns>
    public SshServerConnection Serve(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Serve(stream, _options);
    }

    /// <summary>Serves one client by options of its own.</summary>
    internal SshServerConnection Serve(Stream stream, SshServerOptions options) => Start(new SshServerConnection(stream, options, _pool));

    /// <summary>Goes on with a client that has logged in to another process.</summary>
    /// <param name="stream">The stream, which the connection takes over.</param>
    /// <param name="snapshot">Where that process stopped; stays the caller's, to be erased when this has returned.</param>
    /// <param name="user">Who logged in there.</param>
    /// <param name="options">What holds for the user.</param>
    internal SshServerConnection Resume(Stream stream, TransportSnapshot snapshot, AuthenticatedUser user, SshServerOptions options) =>
        Start(new SshServerConnection(stream, snapshot, user, options, _pool));

    private SshServerConnection Start(SshServerConnection connection)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _connections.Add(connection);
        }

        connection.Start();
        _ = ForgetAsync(connection);
        return connection;
    }

    /// <summary>Stops listening and disconnects every client.</summary>
    /// <returns>Done when all is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        SshServerConnection[] connections;
        Listener[] listeners;
        lock (_lock)
        {
            _isDisposed = true;
            connections = [.. _connections];
            listeners = [.. _listeners];
            _listeners.Clear();
        }

        foreach (Listener listener in listeners) await listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private Task AcceptAsync(Socket socket)
    {
        Serve(new NetworkStream(socket, ownsSocket: true));
        return Task.CompletedTask;
    }

    private async Task ForgetAsync(SshServerConnection connection)
    {
        await connection.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        connection.DropGrace();
        lock (_lock) _connections.Remove(connection);
    }
}
