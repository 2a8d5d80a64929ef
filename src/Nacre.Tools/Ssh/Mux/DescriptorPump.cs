using System.IO.Pipelines;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>Carries bytes between a channel and descriptors that another process has given us and goes on to share.</summary>
internal static class DescriptorPump
{
    private const int Block = 32 * 1024;

    /// <summary>Everything that is read goes to the channel, and then EOF.</summary>
    public static async Task FromAsync(InheritedStream input, PipeWriter output, CancellationToken ct)
    {
        try
        {
            while (await input.ReadAsync(output.GetMemory(Block), ct).ConfigureAwait(false) is > 0 and int length)
            {
                output.Advance(length);
                FlushResult flushed = await output.FlushAsync(ct).ConfigureAwait(false);
                if (flushed.IsCompleted) break;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SshException or InvalidOperationException)
        {
            // The descriptor, the session or the connection has come to its end; whoever waits for that hears of it elsewhere.
        }

        await output.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Everything that comes on the channel is written.</summary>
    /// <returns>False when the descriptor takes no more.</returns>
    public static async Task<bool> ToAsync(PipeReader input, InheritedStream output, CancellationToken ct)
    {
        bool isTaken = true;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(ct).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> piece in read.Buffer) await output.WriteAsync(piece, ct).ConfigureAwait(false);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (IOException)
        {
            isTaken = false;
        }
        catch (Exception end) when (end is OperationCanceledException or SshException or InvalidOperationException)
        {
            // The session was given up or closed under us, or the connection is lost.
        }

        await input.CompleteAsync().ConfigureAwait(false);
        return isTaken;
    }
}
