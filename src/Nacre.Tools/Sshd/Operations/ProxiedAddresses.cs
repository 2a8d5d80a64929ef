using System.Net;

namespace Nacre.Tools.Sshd.Operations;

/// <summary>The ends of a connection as its client sees them, in the words of the proxy between.</summary>
/// <param name="Remote">The client's address.</param>
/// <param name="Local">The address that it connected to.</param>
internal sealed record ProxiedAddresses(IPEndPoint Remote, IPEndPoint Local);
