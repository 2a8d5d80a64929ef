using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.SecurityKeys;

/// <summary>Security keys as the tools see them: they make keys, sign, and tell which keys they keep. A PIN is null where none is given.</summary>
internal interface ISecurityKeyDevice
{
    /// <summary>Makes a key on a security key.</summary>
    /// <exception cref="SecurityKeyException">It did not.</exception>
    Task<EnrolledSecurityKey> EnrollAsync(SecurityKeyWish wish, Password? pin, CancellationToken ct);

    /// <summary>Signs, and returns the signature as it goes on the wire.</summary>
    /// <exception cref="SecurityKeyException">The security key did not sign.</exception>
    Task<byte[]> SignAsync(SecurityPrivateKey key, string algorithm, ReadOnlyMemory<byte> data, Password? pin, CancellationToken ct);

    /// <summary>The keys that a security key keeps whole.</summary>
    /// <param name="device">Which one; null for whichever there is.</param>
    /// <param name="pin">Its PIN.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="SecurityKeyException">It does not tell.</exception>
    Task<IReadOnlyList<EnrolledSecurityKey>> LoadResidentKeysAsync(string? device, Password? pin, CancellationToken ct);
}
