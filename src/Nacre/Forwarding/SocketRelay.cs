using System.IO.Pipelines;
using System.Net.Sockets;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;

namespace Nacre.Forwarding;

/// <summary>Carries bytes between a channel and a socket until both directions have ended; each ends by itself, so half-closed connections work.</summary>
internal static class SocketRelay
{
    /// <summary>Relays, then closes both. An error in one direction ends the other.</summary>
    public static async Task RunAsync(Channel channel, Socket socket)
    {
        using (socket)
        {
            Task toSocket = ToSocketAsync(channel, socket);
            Task toChannel = ToChannelAsync(socket, channel);
            _ = CloseWithChannelAsync(channel, toSocket, socket);
            Task first = await Task.WhenAny(toSocket, toChannel).ConfigureAwait(false);
            if (first.IsFaulted)
            {
                channel.Close();
                socket.Dispose();
            }

            await ((Task)Task.WhenAll(toSocket, toChannel)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await channel.DisposeAsync().ConfigureAwait(false);
    }

    // After the peer's CLOSE nothing can be sent to it: once it is told what came before, a socket at which nobody speaks is not kept for it.
    private static async Task CloseWithChannelAsync(Channel channel, Task toSocket, Socket socket)
    {
        await channel.WaitForCloseAsync(CancellationToken.None).ConfigureAwait(false);
        await toSocket.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
    }

    private static async Task ToChannelAsync(Socket socket, Channel channel)
    {
        PipeWriter output = channel.Output;
        Exception? failure = null;
        try
        {
            while (true)
            {
                // Waits with no buffer, so that an idle connection holds none.
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
                int length = await socket.ReceiveAsync(output.GetMemory(), SocketFlags.None).ConfigureAwait(false);
                if (length == 0) break;
                output.Advance(length);
                FlushResult flushed = await output.FlushAsync().ConfigureAwait(false);
                if (flushed.IsCompleted) break;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or SshException)
        {
            failure = error;
            throw;
        }
        finally
        {
            await output.CompleteAsync(failure).ConfigureAwait(false);
        }
    }

    private static async Task ToSocketAsync(Channel channel, Socket socket)
    {
        PipeReader input = channel.Input;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync().ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> segment in read.Buffer) await SendAsync(socket, segment).ConfigureAwait(false);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            await input.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
    }
}
