using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Mux;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>The master's end of one client's connection: whole messages in and out, and the descriptors behind them.</summary>
/// <remarks>
/// It reads exactly as much as a message has: a descriptor comes with the byte behind a request, and is lost to whoever reads that byte
/// in another way.
/// </remarks>
internal sealed class MuxSocket(Socket socket) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>Who is at the other end.</summary>
    public PeerCredentials Peer => PeerCredentials.Of(socket);

    /// <summary>The socket itself, when it is to speak another protocol.</summary>
    public Socket Socket => socket;

    /// <summary>Waits for a message; null when the client has gone.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken ct)
    {
        byte[] header = new byte[MuxMessage.HeaderLength];
        if (!await TryReceiveAsync(header, ct).ConfigureAwait(false)) return null;
        byte[] message = new byte[MuxMessage.ReadLength(header)];
        return await TryReceiveAsync(message, ct).ConfigureAwait(false) ? message : null;
    }

    /// <summary>Waits for a descriptor; null when none comes.</summary>
    public async Task<SafeFileHandle?> ReadDescriptorAsync(CancellationToken ct)
    {
        try
        {
            (int count, SafeFileHandle[] handles) = await DescriptorPassing.ReceiveAsync(socket, new byte[1], most: 1, ct).ConfigureAwait(false);
            await PoolThread.EnterAsync();
            return count == 1 && handles is [var handle] ? handle : null;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or SocketException)
        {
            return null;
        }
    }

    /// <summary>Sends a message that <see cref="MuxMessage"/> made; a client that has gone does not get it.</summary>
    public async Task SendAsync(byte[] message)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            for (ReadOnlyMemory<byte> rest = message; !rest.IsEmpty;) rest = rest[await socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The reader finds out.
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> TryReceiveAsync(Memory<byte> bytes, CancellationToken ct)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int count = await socket.ReceiveAsync(bytes, SocketFlags.None, ct).ConfigureAwait(false);
                if (count == 0) break;
                bytes = bytes[count..];
            }

            await PoolThread.EnterAsync();
            return bytes.IsEmpty;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
