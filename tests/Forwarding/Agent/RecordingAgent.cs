using System.Net.Sockets;
using Nacre.Protocol.Agent;

namespace Nacre.Tests.Forwarding.Agent;

/// <summary>An agent without keys at a Unix socket, which remembers what it was asked; to a session that it is told of it says success.</summary>
internal sealed class RecordingAgent : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<byte[]> _requests = [];

    public RecordingAgent(string path)
    {
        Path = path;
        _listening.Bind(new UnixDomainSocketEndPoint(path));
        _listening.Listen();
        _ = AcceptAsync();
    }

    public string Path { get; }

    /// <summary>The requests of all connections, in order.</summary>
    public IReadOnlyList<byte[]> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public void Dispose() => _listening.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(new NetworkStream(await _listening.AcceptAsync(), ownsSocket: true));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        await using (stream)
        {
            byte[] header = new byte[AgentMessage.HeaderLength];
            while (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) == header.Length)
            {
                byte[] request = new byte[AgentMessage.ReadLength(header)];
                await stream.ReadExactlyAsync(request);
                lock (_requests) _requests.Add(request);
                await stream.WriteAsync(AgentMessage.NumberOf(request) == AgentMessageNumber.Extension ? Success() : NoKeys());
            }
        }
    }

    private static byte[] Success()
    {
        var success = default(AgentSuccess);
        return AgentMessage.Write(ref success);
    }

    private static byte[] NoKeys()
    {
        var answer = default(IdentitiesAnswer);
        return AgentMessage.Write(ref answer);
    }
}
