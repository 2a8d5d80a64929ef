using System.Net;
using System.Net.Sockets;

namespace Nacre.Forwarding;

/// <summary>Accepts TCP connections at one endpoint and gives each to a callback; both ends of forwarding listen with it.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan PauseWithoutDescriptors = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<Socket> _sockets;
    private readonly Func<Socket, Task> _onAccepted;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loops;
    private int _isDisposed;

    private Listener(IReadOnlyList<Socket> sockets, Func<Socket, Task> onAccepted)
    {
        (_sockets, _onAccepted) = (sockets, onAccepted);
        Port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
        _loops = Task.WhenAll(sockets.Select(AcceptAsync));
    }

    /// <summary>The port, which the system chose where 0 was asked for.</summary>
    public int Port { get; }

    /// <summary>Listens.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="onAccepted">Takes each connection over; its failures end that connection alone.</param>
    /// <param name="ct">Cancels the look-up of the address.</param>
    public static async Task<Listener> StartAsync(TcpEndpoint endpoint, Func<Socket, Task> onAccepted, CancellationToken ct) =>
        new(await endpoint.ListenAsync(ct).ConfigureAwait(false), onAccepted);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
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
                socket.NoDelay = true;
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
        catch (Exception error) when (error is Protocol.Wire.SshException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }
}
