using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>Says one thing to whoever connects to its loopback port, and closes the connection.</summary>
internal sealed class Greeter : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _greeting;

    public Greeter(string greeting)
    {
        _greeting = Encoding.UTF8.GetBytes(greeting);
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptSocketAsync();
                await socket.SendAsync(_greeting);
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }
}
