using Nacre.Protocol.Connection;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>Both directions of a channel as one stream: a connection that the server made, be it to the next machine of a jump.</summary>
internal sealed class ChannelStream : StreamWithoutPosition
{
    private readonly SshClient? _owned;
    private readonly Channel _channel;
    private readonly Stream _input;
    private readonly Stream _output;

    /// <param name="channel">Leads to where the server connected to.</param>
    /// <param name="owned">The connection that the channel belongs to, when it is to end with the stream.</param>
    public ChannelStream(Channel channel, SshClient? owned)
    {
        (_channel, _owned) = (channel, owned);
        (_input, _output) = (channel.Input.AsStream(leaveOpen: true), channel.Output.AsStream(leaveOpen: true));

        // Whoever reads a stream like this takes what comes, and what runs within has windows of its own.
        channel.WidenWindow();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync().ConfigureAwait(false);
        if (_owned is not null) await _owned.DisposeAsync().ConfigureAwait(false);
    }
}
