using Nacre.Unix;

namespace Nacre.Config.Connections;

/// <summary>A connection that a proxy command made: its input and output, and the command, which ends with the connection.</summary>
internal sealed class ProxyStream(DescriptorStream input, DescriptorStream output, ChildProcess command) : StreamWithoutPosition
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await output.DisposeAsync().ConfigureAwait(false);
        await input.DisposeAsync().ConfigureAwait(false);

        // One that does not look at its input would stay for ever.
        _ = command.Signal(UnixSignal.HUP);
    }
}
