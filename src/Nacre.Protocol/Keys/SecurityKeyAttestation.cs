namespace Nacre.Protocol.Keys;

/// <summary>What a security key (FIDO, U2F) attests by a signature, besides that it has made it.</summary>
/// <param name="IsUserPresent">Somebody has touched the security key for this signature.</param>
/// <param name="IsUserVerified">The security key has verified who that is, by a PIN or a finger.</param>
/// <param name="Counter">How many signatures it has made; zero where it does not count.</param>
public sealed record SecurityKeyAttestation(bool IsUserPresent, bool IsUserVerified, uint Counter);
