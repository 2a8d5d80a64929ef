using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>A host key that a server showed.</summary>
/// <param name="Host">The host as the client was told to connect to it.</param>
/// <param name="Port">The port.</param>
/// <param name="Address">The address that was connected to; null when a proxy made the connection.</param>
/// <param name="Key">The key.</param>
public sealed record HostKeyOffer(string Host, int Port, string? Address, PublicKey Key);
