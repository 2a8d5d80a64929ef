using Nacre.Protocol.Keys;

namespace Nacre.Agent;

/// <summary>A signature that an agent is asked for.</summary>
/// <param name="Key">The key, or the certificate.</param>
/// <param name="Comment">What the key is called; it comes from whoever added it, so escape it before it is shown.</param>
/// <param name="UserName">Whom the signature logs in, at a host that the key is restricted to; null for a key that is not restricted, whose signature may be for anything. Escape it too.</param>
public sealed record KeyUse(PublicKey Key, string Comment, string? UserName);
