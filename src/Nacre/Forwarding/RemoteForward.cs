using System.Net.Sockets;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;

namespace Nacre.Forwarding;

/// <summary>A port or Unix socket at the server whose connections come through the SSH connection to this side; disposing stops it.</summary>
/// <remarks>Connections that go on when it is disposed of are not cut.</remarks>
public sealed class RemoteForward : IAsyncDisposable
{
    private readonly RemoteForwards _owner;
    private int _isCancelled;

    internal RemoteForward(RemoteForwards owner, SocketEndpoint listening, SocketEndpoint? target, ForwardOptions options) =>
        (_owner, Listening, Target, Options) = (owner, listening, target, options);

    /// <summary>Where the server listens, with the port that it chose where 0 was asked for.</summary>
    public SocketEndpoint Listening { get; }

    /// <summary>Where the connections go; null when each of them says so itself, by SOCKS.</summary>
    public SocketEndpoint? Target { get; }

    internal ForwardOptions Options { get; }

    /// <summary>Answers the channels of the connections, where another process asked for the forward; null for one of our own.</summary>
    internal ChannelAnswerer? Pass { get; init; }

    /// <summary>Tells the server to listen no more; false when it knows of no such listener.</summary>
    internal async ValueTask<bool> CancelAsync() => Interlocked.Exchange(ref _isCancelled, 1) == 0 && await _owner.CancelAsync(this).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CancelAsync().ConfigureAwait(false);

    /// <summary>Serves a connection that came: connects where it leads, and carries its bytes.</summary>
    internal async Task ServeAsync(Channel channel)
    {
        try
        {
            Socket socket = Target is { } target
                ? await NearTarget.ConnectAsync(target, channel.Multiplexer.Ended).ConfigureAwait(false)
                : await NearTarget.ConnectAskedAsync(channel, Options).ConfigureAwait(false);
            await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or IOException or SshException or OperationCanceledException)
        {
            Options.OnFailure?.Invoke(error);
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }
}
