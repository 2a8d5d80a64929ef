using System.Net.Sockets;
using Nacre.Protocol.Authentication;

namespace Nacre.Client;

/// <summary>Knows the machine that a client runs on and has its host keys sign for the user (RFC 4252 9); see <see cref="SshKeysign"/>.</summary>
public interface IHostbasedPolicy
{
    /// <summary>Says what the machine is called on a connection, who its user is, and which keys it has.</summary>
    /// <param name="connection">The connection, whose local address has the name; null where it is no socket.</param>
    /// <param name="ct">Cancels looking names up.</param>
    /// <returns>The machine, or null to give the method up.</returns>
    /// <exception cref="Protocol.Wire.SshException">It cannot be found out.</exception>
    ValueTask<HostbasedIdentity?> IdentifyAsync(Socket? connection, CancellationToken ct);
}
