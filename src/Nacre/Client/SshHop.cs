namespace Nacre.Client;

/// <summary>One machine of a way that leads over several.</summary>
/// <param name="Destination">[user@]host[:port]; the host as the machine before it knows it.</param>
/// <param name="Options">Whom to trust there and what to log in with.</param>
public sealed record SshHop(string Destination, SshClientOptions Options);
