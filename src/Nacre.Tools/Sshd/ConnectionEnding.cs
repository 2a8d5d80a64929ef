using System.Net.Sockets;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Log;

namespace Nacre.Tools.Sshd;

/// <summary>Waits for the end of a connection and tells the log of it.</summary>
internal static class ConnectionEnding
{
    /// <param name="connection">The connection.</param>
    /// <param name="client">Who is at its other end.</param>
    /// <param name="log">Hears of the end.</param>
    /// <param name="isHandedOver">Says whether another process goes on with it, so that this is no end; null where none can.</param>
    public static async Task AwaitAsync(SshServerConnection connection, ClientConnection client, SshdLog log, Func<bool>? isHandedOver = null)
    {
        Exception? error = null;
        try
        {
            await connection.Completion.ConfigureAwait(false);
            if (isHandedOver?.Invoke() == true) return;
        }
        catch (Exception failure) when (failure is SshException or IOException or SocketException or ObjectDisposedException)
        {
            error = failure;
        }

        string? userName = connection.User?.Name ?? client.UserName;
        var lines = new EndingLines(client.Place, userName, client.IsUserValid, isLoggedIn: connection.User is not null, connection.ClientIdentification.Length > 0);
        foreach (LogLine line in lines.For(error)) log.Tell(line);
    }
}
