using Nacre.Protocol.Keys;

namespace Nacre.Certificates;

/// <summary>A certificate that an authority took back.</summary>
/// <param name="Authority">The key that signed it.</param>
/// <param name="Serial">Its number.</param>
/// <param name="ValidBefore">The second, since 1970, from which it does not hold anyway.</param>
internal sealed record RevokedCertificate(PublicKey Authority, ulong Serial, ulong ValidBefore);
