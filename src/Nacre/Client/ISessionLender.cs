using Nacre.Protocol.Connection;

namespace Nacre.Client;

/// <summary>Lends what the user has here to a session that another process has over this connection (PROTOCOL.mux 9): their agent, their display.</summary>
/// <remarks>
/// A server does not say for which session it opens a channel to them, and an agent must hear through which hosts it is asked, which only the process
/// with the connection knows. So it is that process that lends.
/// </remarks>
internal interface ISessionLender
{
    /// <summary>The session asked for an agent, or for a display; true when the server has taken what it was lent.</summary>
    Task<bool> LendAsync(Channel session, bool isDisplay, CancellationToken ct);
}
