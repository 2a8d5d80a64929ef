namespace Nacre.Server;

/// <summary>Decides what a client's session runs: a command, a shell or a subsystem.</summary>
public interface ISessionHandler
{
    /// <summary>Chooses the program for what the client asked for; the client is told at once whether there is one.</summary>
    /// <param name="request">What the client asked for and who it is.</param>
    /// <param name="ct">Cancelled when the connection ends.</param>
    /// <returns>The program, which starts when the client has been told, or null to refuse.</returns>
    ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct);
}

/// <summary>What runs in a session: it reads and writes the session's streams and returns how it ended.</summary>
/// <param name="session">The streams, terminal and environment.</param>
/// <param name="ct">Cancelled when the client closes the channel before the output was completed, or when the connection ends.</param>
/// <returns>What the client is told of the end, after all output.</returns>
public delegate Task<ProcessExit> SessionProgram(ServerSession session, CancellationToken ct);
