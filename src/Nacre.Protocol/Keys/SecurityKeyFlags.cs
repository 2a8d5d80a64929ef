namespace Nacre.Protocol.Keys;

/// <summary>What a security key asks for before it signs with a key (PROTOCOL.u2f); the first two are also what it attests by a signature.</summary>
[Flags]
internal enum SecurityKeyFlags : byte
{
    None = 0,

    /// <summary>A touch.</summary>
    UserPresence = 0x01,

    /// <summary>A PIN or a finger.</summary>
    UserVerification = 0x04,

    /// <summary>When a key is made: one that is on the security key already may be replaced.</summary>
    ForceOperation = 0x10,

    /// <summary>The security key keeps the handle too, so that the key can be had from it anew.</summary>
    Resident = 0x20,
}
