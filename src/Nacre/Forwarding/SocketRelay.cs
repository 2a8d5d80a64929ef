using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Forwarding;

/// <summary>Carries bytes between a channel and a socket until both directions have ended; each ends by itself, so half-closed connections work.</summary>
internal static class SocketRelay
{
    /// <summary>What is taken from a socket before it is passed on: enough packets that one flush, and one send behind it, carries several.</summary>
    private const int MostAtOnce = 128 * 1024;

    /// <summary>Packets that are filled in one call, at most.</summary>
    private const int PacketsAtOnce = 4;

    /// <summary>More than this is no conversation any more.</summary>
    private const int FewBytes = 4 * 1024;

    /// <summary>What an idle connection waits with.</summary>
    private const int FirstBytes = 512;

    /// <summary>Packets that go to a socket in one call; the runtime allocates nothing for so many.</summary>
    private const int MostPieces = 8;

    /// <summary>Relays, then closes both. An error in one direction ends the other.</summary>
    public static async Task RunAsync(Channel channel, Socket socket)
    {
        using (socket)
        {
            socket.Blocking = false;
            channel.ReadPromptly();
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
        var output = (ChannelOutput)channel.Output;
        var rooms = new List<ArraySegment<byte>>(PacketsAtOnce);
        byte[] first = new byte[FirstBytes];
        Exception? failure = null;
        try
        {
            bool isStream = false;
            for (int taken = 0; ;)
            {
                Memory<byte> room = default;
                bool isAll = false, hasEnded = false;
                if (taken < MostAtOnce)
                {
                    // Waits with a small buffer of its own, so that an idle connection holds no packet; or with none, while bytes stream.
                    room = isStream ? default : first;
                    ValueTask<int> receiving = socket.ReceiveAsync(room, SocketFlags.None);
                    bool isLong = receiving.IsCompleted || isStream;
                    taken = await receiving.ConfigureAwait(false);
                    if (isLong) await PoolThread.EnterAsync();
                    isAll = taken < room.Length;
                    hasEnded = isAll && taken == 0;
                }
                else
                {
                    // There is more, most likely.
                    taken = 0;
                }

                if (!isAll)
                {
                    if (taken > 0) output.Write(room.Span);
                    hasEnded = Receive(socket, output, rooms, isStream, ref taken);
                }

                isStream = taken > FewBytes;

                // A little that is all there was goes in a packet of its own size.
                FlushResult flushed = isAll ? await output.WriteAsync(room[..taken]).ConfigureAwait(false) : await output.FlushAsync().ConfigureAwait(false);
                if (hasEnded || flushed.IsCompleted) break;
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

    /// <summary>Takes what is there, up to a limit, without waiting; true when nothing follows.</summary>
    private static bool Receive(Socket socket, ChannelOutput output, List<ArraySegment<byte>> rooms, bool isStream, ref int taken)
    {
        while (taken < MostAtOnce)
        {
            // Of a stream, several packets are filled in one call: each call has the kernel tell the sender that there is room again.
            rooms.Clear();
            int room = output.GetRooms(rooms, isStream ? Math.Clamp(MostAtOnce / output.MaxPiece, 1, PacketsAtOnce) : 1);
            int length = socket.Receive(rooms, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) return false;
            if (error != SocketError.Success) throw new SocketException((int)error);
            if (length == 0) return true;
            output.Advance(length);
            taken += length;

            // Less than there was room for: that was all.
            if (length < room) return false;
            isStream = true;
        }

        return false;
    }

    private static async Task ToSocketAsync(Channel channel, Socket socket)
    {
        PipeReader input = channel.Input;
        var pieces = new List<ArraySegment<byte>>(MostPieces);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync().ConfigureAwait(false);
                if (read.Buffer.IsEmpty && read.IsCompleted) break;

                // The peer gets its window back piece by piece, while the rest waits for the socket.
                int sent = Send(socket, read.Buffer, pieces);
                if (sent == 0)
                {
                    sent = await socket.SendAsync(read.Buffer.First, SocketFlags.None).ConfigureAwait(false);
                    await PoolThread.EnterAsync();
                }

                input.AdvanceTo(read.Buffer.GetPosition(sent));
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            await input.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends what the socket takes of the first packets, without waiting; zero when that is nothing.</summary>
    private static int Send(Socket socket, in ReadOnlySequence<byte> bytes, List<ArraySegment<byte>> pieces)
    {
        if (bytes.IsSingleSegment) return bytes.IsEmpty ? 0 : Sent(socket.Send(bytes.FirstSpan, SocketFlags.None, out SocketError failure), failure);
        pieces.Clear();
        foreach (ReadOnlyMemory<byte> packet in bytes)
        {
            if (pieces.Count == MostPieces || !MemoryMarshal.TryGetArray(packet, out ArraySegment<byte> piece)) break;
            pieces.Add(piece);
        }

        if (pieces.Count == 0) return 0;
        return Sent(socket.Send(pieces, SocketFlags.None, out SocketError error), error);
    }

    private static int Sent(int sent, SocketError error) => error switch
    {
        SocketError.Success => sent,
        SocketError.WouldBlock => 0,
        _ => throw new SocketException((int)error),
    };
}
