using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>A connection that goes on behind a jump host: a channel of the connection to that host, which ends with it.</summary>
internal sealed class JumpStream : StreamWithoutPosition
{
    private readonly SshClient _jump;
    private readonly Channel _channel;
    private readonly Stream _input;
    private readonly Stream _output;

    public JumpStream(SshClient jump, Channel channel)
    {
        (_jump, _channel) = (jump, channel);
        (_input, _output) = (channel.Input.AsStream(leaveOpen: true), channel.Output.AsStream(leaveOpen: true));

        // What runs within takes whatever comes, and has windows of its own.
        channel.WidenWindow();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync().ConfigureAwait(false);
        await _jump.DisposeAsync().ConfigureAwait(false);
    }
}
