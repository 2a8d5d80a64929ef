using System.Net.Sockets;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Transport;
using Nacre.Unix;

namespace Nacre.Server;

/// <summary>A connection whose user has logged in, on its way to the process that goes on with it; whoever takes it owns the stream and the snapshot.</summary>
/// <param name="Stream">The stream, which nobody reads or writes now.</param>
/// <param name="Snapshot">Where the transport stands; what was read from the stream and not processed is in it.</param>
/// <param name="User">Who logged in.</param>
internal sealed record HandedOver(Stream Stream, TransportSnapshot Snapshot, AuthenticatedUser User) : IAsyncDisposable
{
    /// <summary>The socket under the stream, where there is one.</summary>
    public Socket? Socket => (Stream as NetworkStream)?.Socket;

    /// <summary>Closes the stream as far as this process is concerned, and erases the keys.</summary>
    public ValueTask DisposeAsync()
    {
        Snapshot.Dispose();
        if (Socket is not { } socket) return Stream.DisposeAsync();

        SocketPolls.Forget(socket.SafeHandle);

        // The stream would shut the connection down, for every process that has it.
        socket.Dispose();
        return default;
    }
}
