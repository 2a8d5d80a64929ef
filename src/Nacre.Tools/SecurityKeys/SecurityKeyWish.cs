using Nacre.Protocol.Keys;

namespace Nacre.Tools.SecurityKeys;

/// <summary>The key that a security key is to make.</summary>
/// <param name="IsEcdsa">ECDSA on nistp256, where it is not Ed25519.</param>
/// <param name="Application">What it is for.</param>
/// <param name="Flags">What the security key asks for before it signs, and whether it keeps the key whole.</param>
/// <param name="Challenge">What it signs about the key, for those who want to know that it is a security key's.</param>
internal sealed record SecurityKeyWish(bool IsEcdsa, string Application, SecurityKeyFlags Flags, ReadOnlyMemory<byte> Challenge)
{
    /// <summary>Which security key; null for whichever there is.</summary>
    public string? Device { get; init; }

    /// <summary>By what keys for the same application are told apart; null for nothing.</summary>
    public string? User { get; init; }
}

/// <summary>A key that a security key has made or keeps, with what it says about it.</summary>
internal sealed record EnrolledSecurityKey(SecurityPrivateKey Key) : IDisposable
{
    /// <summary>By what keys for the same application are told apart; padded with zero bytes.</summary>
    public byte[] UserId { get; init; } = [];

    public byte[] Signature { get; init; } = [];

    public byte[] Certificate { get; init; } = [];

    public byte[] AuthenticatorData { get; init; } = [];

    public void Dispose() => Key.Dispose();
}
