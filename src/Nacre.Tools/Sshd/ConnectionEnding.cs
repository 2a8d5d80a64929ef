using System.Net.Sockets;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;
using Nacre.Server;

namespace Nacre.Tools.Sshd;

/// <summary>Waits for the end of a connection and tells the log of it in the words that people's scripts read.</summary>
internal static class ConnectionEnding
{
    /// <param name="connection">The connection.</param>
    /// <param name="client">Who is at its other end.</param>
    /// <param name="log">Hears of the end.</param>
    /// <param name="isHandedOver">Says whether another process goes on with it, so that this is no end; null where none can.</param>
    public static async Task AwaitAsync(SshServerConnection connection, ClientConnection client, SshdLog log, Func<bool>? isHandedOver = null)
    {
        string ending = $"Connection closed by {client.Place}";
        try
        {
            await connection.Completion.ConfigureAwait(false);
            if (isHandedOver?.Invoke() == true) return;
        }
        catch (SshDisconnectedException error)
        {
            log.Info($"Received disconnect from {client.Place}:{error.ReasonCode}: {error.Description}");
            ending = $"Disconnected from {Who(connection)}{client.Place}";
        }
        catch (NegotiationFailedException error)
        {
            ending = $"Unable to negotiate with {client.Place}: {error.Reason}. Their offer: {error.TheirOffer}";
        }
        catch (SshViolationException error) when (error.Violation == Violation.ConnectionLost)
        {
            ending = connection.User is null ? $"Connection closed by {client.Place} [preauth]" : $"Connection closed by {client.Place}";
        }
        catch (SshViolationException error) when (error.Violation == Violation.BadIdentification)
        {
            ending = $"banner exchange: Connection from {client.Place}: invalid format";
        }
        catch (SshException error)
        {
            ending = $"ssh_dispatch_run_fatal: Connection from {Who(connection)}{client.Place}: {Printable.Escape(error.Message)}";
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            ending = $"Connection reset by {client.Place}";
        }

        log.Info(ending);
    }

    private static string Who(SshServerConnection connection) => connection.User is { } user ? $"user {Printable.Escape(user.Name)} " : "";
}
