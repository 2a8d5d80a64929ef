using Nacre.Protocol.Wire;

namespace Nacre.Forwarding;

/// <summary>A SOCKS client asked for something that there is not, or did not speak SOCKS at all.</summary>
internal sealed class SocksException(string message) : SshException(message);
