using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Gate;

/// <summary>All connections that are at the gate, by the numbers that the monitor gave them.</summary>
internal sealed class GateConnections(ChildLink link, IModulusSource groups, SshdLog log)
{
    private readonly ConcurrentDictionary<uint, GateConnection> _connections = [];
    private SshServer? _server;

    /// <summary>Takes in who comes, until the monitor goes.</summary>
    public async Task ServeAsync()
    {
        while (await link.ReadAsync().ConfigureAwait(false) is { } message)
        {
            switch (message.Type)
            {
                case MonitorMessageType.Connect:
                    using (message) TryBegin(message.Connection, message);
                    break;
                case MonitorMessageType.Drop:
                    if (_connections.TryGetValue(message.Connection, out GateConnection? dropped)) dropped.Drop();
                    message.Dispose();
                    break;
                default:
                    if (_connections.TryGetValue(message.Connection, out GateConnection? connection)) connection.Answer(message);
                    else message.Dispose();
                    break;
            }
        }
    }

    private void TryBegin(uint number, LinkMessage message)
    {
        try
        {
            Begin(number, message.Read<ConnectMessage>(), message);
        }
        catch (Exception shortage) when (Shortage.Explains(shortage))
        {
            // The others go on; this one's socket is closed with the message.
            log.Error($"a connection could not be begun: {Printable.Escape(shortage.Message)}");
            link.Ended(number, default, EndCause.Shortage);
        }
    }

    private void Begin(uint number, ConnectMessage connect, LinkMessage message)
    {
        SafeFileHandle descriptor = message.TakeDescriptor();
        if (Shortage.For(descriptor) is { } shortage)
        {
            descriptor.Dispose();
            log.Verbose($"a connection is not begun: {shortage}");
            link.Ended(number, default, EndCause.Shortage);
            return;
        }

        GivenConfig config = link.ConfigOf(connect.Config);
        ClientConnection client = Origin.Read(connect.Origin, config.Config);
        var socket = new Socket(new SafeSocketHandle(Descriptors.Release(descriptor), ownsHandle: true));
        var connection = new GateConnection(number, client, config, link, groups, log.At((LogLevel)connect.LogLevel));
        _connections[number] = connection;
        _ = ServeAsync(number, connection, socket);
    }

    private async Task ServeAsync(uint number, GateConnection connection, Socket socket)
    {
        var cause = EndCause.Client;
        try
        {
            SshServerOptions options = connection.Options;
            _server ??= new SshServer(options);
            await connection.ServeAsync(_server, socket, options).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            socket.Dispose();
            cause = Shortage.Explains(error) ? EndCause.Shortage : EndCause.Failure;
            log.Error($"a connection ended by an internal failure: {Printable.Escape(error.ToString())}");
        }
        finally
        {
            _connections.TryRemove(number, out _);
            link.Ended(number, connection.Tally, cause);
        }
    }
}
