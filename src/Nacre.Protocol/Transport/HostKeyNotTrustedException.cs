using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>The server's host key is not one that the client was told to trust; nothing secret was sent.</summary>
public sealed class HostKeyNotTrustedException() : SshException("Host key verification failed.");
