using System.Net;
using System.Net.Sockets;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Forwarding;

/// <summary>Accepts connections at one endpoint and gives each to a callback; both ends of forwarding listen with it.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan PauseWithoutDescriptors = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<Socket> _sockets;
    private readonly Func<Socket, Task> _onAccepted;
    private readonly Action _onDisposed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loops;
    private int _isDisposed;

    private Listener(SocketEndpoint endpoint, IReadOnlyList<Socket> sockets, Func<Socket, Task> onAccepted, Action onDisposed)
    {
        (Endpoint, _sockets, _onAccepted, _onDisposed) = (endpoint, sockets, onAccepted, onDisposed);
        _loops = Task.WhenAll(sockets.Select(AcceptAsync));
    }

    /// <summary>Where it listens, with the port that the system chose where 0 was asked for.</summary>
    public SocketEndpoint Endpoint { get; }

    /// <summary>Listens.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="options">How, at a path.</param>
    /// <param name="rights">Whose file a Unix socket is to be; null for this process.</param>
    /// <param name="onAccepted">Takes each connection over; its failures end that connection alone.</param>
    /// <param name="ct">Cancels the look-up of the address.</param>
    /// <exception cref="SocketException">No address of the host can be listened at.</exception>
    /// <exception cref="UnixException">The path cannot be listened at.</exception>
    public static async Task<Listener> StartAsync(SocketEndpoint endpoint, ForwardOptions options, UserRights? rights, Func<Socket, Task> onAccepted, CancellationToken ct)
    {
        if (endpoint.Path is { } path)
        {
            Socket socket = UnixSocket.Listen(path, (uint)options.SocketMode, options.ReplacesSocket, rights);
            (ulong, ulong)? identity = UnixSocket.IdentityOf(path);
            return new Listener(endpoint, [socket], onAccepted, () => UnixSocket.Remove(path, identity, rights));
        }

        IReadOnlyList<Socket> sockets = await endpoint.Tcp.ListenAsync(options.OnAddressUnheard, ct).ConfigureAwait(false);
        int port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
        return new Listener(endpoint.Tcp with { Port = port }, sockets, onAccepted, static () => { });
    }

    /// <summary>Accepts at sockets that listen already, which it takes over.</summary>
    public static Listener Over(IReadOnlyList<Socket> sockets, SocketEndpoint endpoint, Func<Socket, Task> onAccepted) =>
        new(endpoint, sockets, onAccepted, static () => { });

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _onDisposed();
        foreach (Socket socket in _sockets) socket.Dispose();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listening.AcceptAsync(_stop.Token).ConfigureAwait(false);
                await PoolThread.EnterAsync();
                if (Endpoint.Path is null) socket.NoDelay = true;
                _ = ServeAsync(socket);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // Out of descriptors, or a connection that ended in the queue: the next one may do.
                await Task.Delay(PauseWithoutDescriptors, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await _onAccepted(socket).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SshException or IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }
}
