using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>The server's administrator does not want the client, which has broken no rule; the DISCONNECT carries <see cref="Exception.Message"/>.</summary>
internal sealed class ClientRefusedException(string message) : SshException(message);
