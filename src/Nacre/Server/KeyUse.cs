namespace Nacre.Server;

/// <summary>The circumstances of a login by key, which options and certificates may ask for.</summary>
/// <param name="UserName">Who the client says it is.</param>
/// <param name="Origin">Where it comes from; null where nobody knows, so that nothing that asks for it is met.</param>
/// <param name="Now">The time.</param>
internal sealed record KeyUse(string UserName, IClientOrigin? Origin, DateTimeOffset Now);
