using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Config.Connections;

/// <summary>The way to a host by ProxyCommand: what the command reads and writes is the connection, or it hands over a connected socket.</summary>
internal static class ProxyRoute
{
    /// <summary>In place of a command: the connection is what this process itself reads and writes.</summary>
    public const string OwnStreams = "-";

    /// <summary>Starts the command.</summary>
    /// <exception cref="SshException">It could not be started, or handed no connection over.</exception>
    public static async Task<Stream> ConnectAsync(ClientConfig config)
    {
        string command = config.ProxyCommand!;
        if (command == OwnStreams) return new DuplexStream(InheritedStream.OpenInput(), InheritedStream.OpenOutput());
        try
        {
            return config.ProxyUseFdpass ? await ReceiveSocketAsync(command, config.TcpKeepAlive).ConfigureAwait(false) : Start(command);
        }
        catch (Exception error) when (error is IOException or SocketException or InvalidDataException)
        {
            throw new SshException(config.ProxyUseFdpass ? $"proxy dialer did not pass back a connection: {error.Message}" : $"ProxyCommand: {error.Message}", error);
        }
    }

    private static ProxyStream Start(string command)
    {
        (SafeFileHandle commandInput, SafeFileHandle output) = Descriptors.CreatePipe();
        using (commandInput)
        {
            (SafeFileHandle input, SafeFileHandle commandOutput) = Descriptors.CreatePipe();
            using (commandOutput)
            {
                ChildProcess child = UserShell.StartInstead(command, commandInput, commandOutput);
                return new ProxyStream(new DescriptorStream(input), new DescriptorStream(output), child);
            }
        }
    }

    // ssh_config(5) of ProxyUseFdpass: the command passes a connected descriptor back over its standard output instead of carrying the data.
    private static async Task<NetworkStream> ReceiveSocketAsync(string command, bool keepsAlive)
    {
        (SafeFileHandle ours, SafeFileHandle theirs) = Descriptors.CreateSocketPair();
        using var channel = new Socket(new SafeSocketHandle(Descriptors.Release(ours), ownsHandle: true));
        using (theirs) _ = UserShell.StartInstead(command, theirs, theirs);
        (_, SafeFileHandle[] handles) = await DescriptorPassing.ReceiveAsync(channel, new byte[1], most: 1).ConfigureAwait(false);
        await PoolThread.EnterAsync();
        if (handles is not [var handle]) throw new InvalidDataException("it ended without one");
        var socket = new Socket(new SafeSocketHandle(Descriptors.Release(handle), ownsHandle: true)) { Blocking = true };
        if (socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, keepsAlive);
        }

        try
        {
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (IOException error)
        {
            socket.Dispose();
            throw new InvalidDataException(error.Message);
        }
    }
}
