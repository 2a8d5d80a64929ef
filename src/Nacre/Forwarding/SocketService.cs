using System.Net.Sockets;
using Nacre.Protocol.Connection;

namespace Nacre.Forwarding;

/// <summary>Serves a channel of the peer's by a socket that is connected already, from when the peer has been told until both have ended.</summary>
internal sealed class SocketService(Socket socket) : IChannelService
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
