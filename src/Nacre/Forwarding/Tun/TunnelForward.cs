using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;

namespace Nacre.Forwarding.Tun;

/// <summary>A tunnel between a network interface here and one at the server (ssh -w); disposing takes both down.</summary>
public sealed class TunnelForward : IAsyncDisposable
{
    private readonly Channel _channel;

    private TunnelForward(Channel channel, TunnelDevice device)
    {
        (_channel, Device) = (channel, device);
        Completion = TunnelRelay.RunAsync(channel, device.Packets, device.Mode);
    }

    /// <summary>The interface on this side.</summary>
    public TunnelDevice Device { get; }

    /// <summary>Ends when the tunnel has, by whichever side.</summary>
    public Task Completion { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync().ConfigureAwait(false);
        await Device.DisposeAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
    }

    /// <summary>Has the server make its interface; the device is taken over, also when that fails.</summary>
    internal static async Task<TunnelForward> StartAsync(Multiplexer multiplexer, TunnelDevice device, int? remoteUnit, CancellationToken ct)
    {
        try
        {
            Channel channel = await OpenAsync().ConfigureAwait(false);
            return new TunnelForward(channel, device);
        }
        catch
        {
            await device.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        Task<Channel> OpenAsync()
        {
            var open = new TunOpen { Mode = (uint)device.Mode, Unit = remoteUnit is { } unit ? (uint)unit : TunOpen.AnyUnit };
            return multiplexer.OpenAsync(ref open, new DatagramEnd(), acceptsErrorData: false, ct);
        }
    }

    private sealed class DatagramEnd : IChannelService
    {
        public bool TakesDatagrams => true;

        public void OnOpened(Channel channel)
        {
        }

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(false);

        public void OnClosed(Channel channel, Exception? error)
        {
        }
    }
}
