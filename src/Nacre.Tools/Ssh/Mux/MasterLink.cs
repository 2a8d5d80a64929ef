using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>A client's connection to the master of a shared connection: messages and descriptors go out, replies come in.</summary>
/// <remarks>It blocks its thread. The client has nothing else to do, and a program that starts no other threads is there sooner.</remarks>
internal sealed class MasterLink : IDisposable
{
    private readonly Socket _socket;
    private uint _nextRequest;

    private MasterLink(Socket socket, int listenerPid) => (_socket, ListenerPid) = (socket, listenerPid);

    /// <summary>The process that began to listen, as the kernel knows it; 0 for one that is not to be seen from here.</summary>
    public int ListenerPid { get; }

    /// <summary>Whether the master tells of its connection and its channels.</summary>
    public bool HasInfo { get; private set; }

    /// <summary>Whether the master, once it passes on the connection protocol, answers global requests.</summary>
    public bool HasReplies { get; private set; }

    /// <summary>Connects and exchanges HELLO.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    /// <exception cref="SshException">Whoever listens there is none to trust, or speaks something else.</exception>
    public static MasterLink Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));

            // A socket in a directory that others write to may be anybody's, and it is given what is typed here.
            PeerCredentials listener = PeerCredentials.Of(socket);
            uint owner = listener.Uid;
            if (owner != Users.CurrentUid && owner != 0) throw new SshException($"Control socket {path} belongs to uid {owner}; remove it, or choose another ControlPath.");
            var link = new MasterLink(socket, listener.Pid);
            link.ExchangeHello();
            return link;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>An id for the next request.</summary>
    public uint NextRequestId() => _nextRequest++;

    public void Send<T>(scoped ref T message)
        where T : IMuxMessage<T>, allows ref struct => SendAll(MuxMessage.Write(ref message));

    /// <summary>Sends a descriptor of ours with a byte of its own, as OpenSSH takes them.</summary>
    public void Send(SafeFileHandle descriptor) => DescriptorPassing.SendAsync(_socket, new byte[1], [descriptor]).AsTask().GetAwaiter().GetResult();

    /// <summary>Waits for a message; null when the master has closed the connection, or <see cref="Abort"/> has.</summary>
    public byte[]? Read()
    {
        byte[] header = new byte[MuxMessage.HeaderLength];
        if (!TryReceive(header)) return null;
        byte[] message = new byte[MuxMessage.ReadLength(header)];
        return TryReceive(message) ? message : null;
    }

    /// <summary>Ends the connection under a read that waits; from any thread.</summary>
    public void Abort()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>The socket, for the connection protocol that follows a granted <see cref="MuxProxy"/>.</summary>
    public Socket Socket => _socket;

    public void Dispose() => _socket.Dispose();

    private void ExchangeHello()
    {
        var hello = new MuxHello { Version = MuxMessage.Version, Extensions = MuxStrings.Write([System.Text.Encoding.UTF8.GetBytes(MuxHello.RepliesExtension), "0"u8.ToArray()]) };
        Send(ref hello);
        byte[] answer = Read() ?? throw new SshException("master hello exchange failed");
        if (MuxMessage.TypeOf(answer) != MuxMessageType.Hello) throw new SshException($"expected HELLO ({(uint)MuxMessageType.Hello}) got {(uint)MuxMessage.TypeOf(answer)}");
        MuxHello theirs = MuxMessage.Read<MuxHello>(answer);
        if (theirs.Version != MuxMessage.Version) throw new SshException($"Unsupported multiplexing protocol version {theirs.Version} (expected {MuxMessage.Version})");
        List<byte[]> extensions = MuxStrings.Read(theirs.Extensions);
        HasInfo = MuxHello.Has(extensions, MuxHello.InfoExtension);
        HasReplies = MuxHello.Has(extensions, MuxHello.RepliesExtension);
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
    }

    private bool TryReceive(Span<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int count = _socket.Receive(bytes);
                if (count == 0) return false;
                bytes = bytes[count..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
