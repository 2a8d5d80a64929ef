using Nacre.Protocol.Connection;

namespace Nacre.Forwarding;

/// <summary>A port at the server whose connections come through the SSH connection to a host at the client's side; disposing stops it.</summary>
public sealed class RemoteForward : IAsyncDisposable
{
    private readonly RemoteForwards _owner;
    private int _isCancelled;

    internal RemoteForward(RemoteForwards owner, TcpEndpoint listening, TcpEndpoint target, Func<Channel, Task> serve) =>
        (_owner, Listening, Target, Serve) = (owner, listening, target, serve);

    /// <summary>Where the server listens, with the port that it chose where 0 was asked for.</summary>
    public TcpEndpoint Listening { get; }

    /// <summary>Where the connections go.</summary>
    public TcpEndpoint Target { get; }

    internal Func<Channel, Task> Serve { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isCancelled, 1) == 0) await _owner.CancelAsync(this).ConfigureAwait(false);
    }
}
