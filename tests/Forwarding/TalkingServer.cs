using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nacre.Tests.Forwarding;

/// <summary>Listens at a port or a path; to each connection it reads to the end, then answers, which works only where half-closed connections do.</summary>
internal sealed class TalkingServer : IDisposable
{
    private readonly Socket _listening;

    private TalkingServer(Socket listening, EndPoint endpoint)
    {
        _listening = listening;
        listening.Bind(endpoint);
        listening.Listen(1024);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listening.LocalEndPoint!).Port;

    public static TalkingServer AtPort() => new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Loopback, 0));

    public static TalkingServer AtPath(string path) => new(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path));

    /// <summary>Says something there and returns the answer.</summary>
    public static async Task<string> AskAsync(EndPoint endpoint, string question)
    {
        using Socket socket = await ConnectAsync(endpoint);
        return await AskAsync(socket, question);
    }

    public static async Task<Socket> ConnectAsync(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(endpoint);
        return socket;
    }

    public static async Task<string> AskAsync(Socket socket, string question)
    {
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(question));
        socket.Shutdown(SocketShutdown.Send);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return Encoding.UTF8.GetString(all.ToArray());
    }

    public void Dispose() => _listening.Dispose();

    private async Task AcceptAsync()
    {
        while (true) _ = ServeAsync(await _listening.AcceptAsync());
    }

    private static async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            using var all = new MemoryStream();
            await new NetworkStream(socket).CopyToAsync(all);
            await socket.SendAsync(Encoding.UTF8.GetBytes("said: " + Encoding.UTF8.GetString(all.ToArray())));
            socket.Shutdown(SocketShutdown.Both);
        }
    }
}
