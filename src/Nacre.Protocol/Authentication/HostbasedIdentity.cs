using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>The machine that a client runs on, as it vouches for its user (RFC 4252 9).</summary>
/// <param name="ClientHost">The machine's name, fully qualified, as the server is to find it for the client's address.</param>
/// <param name="ClientUser">The user's name on the machine.</param>
/// <param name="Keys">Sign with the machine's host keys, or show certificates for them.</param>
public sealed record HostbasedIdentity(string ClientHost, string ClientUser, IReadOnlyList<ISigner> Keys);
