using Nacre.Protocol.Connection;

namespace Nacre.Forwarding.Tun;

/// <summary>Serves a tunnel that the peer opened by an interface of this machine, which goes with the channel.</summary>
internal sealed class TunnelService(TunnelDevice device) : IChannelService
{
    private int _isRelaying;

    public bool TakesDatagrams => true;

    public void OnOpened(Channel channel)
    {
        Interlocked.Exchange(ref _isRelaying, 1);
        _ = TunnelRelay.RunAsync(channel, device.Packets, device.Mode);
    }

    public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(false);

    public void OnClosed(Channel channel, Exception? error)
    {
        if (_isRelaying == 0) _ = device.DisposeAsync().AsTask();
    }
}
