using System.Net;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>Stands between a client and a server, and at a word goes on holding both connections and carries nothing more.</summary>
internal sealed class StallingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stalled = new();
    private readonly List<Socket> _sockets = [];

    public StallingRelay(int port)
    {
        _listener.Start();
        _ = ServeAsync(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing arrives any more, and nobody is told.</summary>
    public void Stall() => _stalled.Cancel();

    public void Dispose()
    {
        _listener.Dispose();
        _stalled.Cancel();
        _sockets.ForEach(static socket => socket.Dispose());
        _stalled.Dispose();
    }

    private async Task ServeAsync(int port)
    {
        Socket near = await _listener.AcceptSocketAsync();
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.AddRange([near, far]);
        await far.ConnectAsync(IPAddress.Loopback, port);
        await Task.WhenAll(CarryAsync(near, far), CarryAsync(far, near));
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        byte[] bytes = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(bytes, _stalled.Token)) > 0;) await to.SendAsync(bytes.AsMemory(0, count), _stalled.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It stalls, or the test is over.
        }
    }
}
