using Nacre.Protocol.Wire;

namespace Nacre.Tools.SecurityKeys;

/// <summary>Why a security key did not do what it was asked for: the errors of OpenSSH's sk-api.h, made positive, and one of our own.</summary>
internal enum SecurityKeyFault : uint
{
    General = 1,
    Unsupported = 2,
    PinRequired = 3,
    DeviceNotFound = 4,
    CredentialExists = 5,

    /// <summary>The provider is none, or ended before its answer.</summary>
    NoProvider = 100,
}

/// <summary>A security key, or the library that speaks to it, did not do what it was asked for.</summary>
internal sealed class SecurityKeyException(SecurityKeyFault fault, string explanation = "") : SshException(explanation.Length > 0 ? explanation : Words(fault))
{
    public SecurityKeyFault Fault => fault;

    // OpenSSH's, but where it says of a missing PIN that a passphrase is wrong.
    private static string Words(SecurityKeyFault fault) => fault switch
    {
        SecurityKeyFault.Unsupported => "requested feature not supported",
        SecurityKeyFault.PinRequired => "the security key wants its PIN",
        SecurityKeyFault.DeviceNotFound => "device not found",
        SecurityKeyFault.CredentialExists => "the security key has such a key already",
        _ => "the security key or its provider refused",
    };
}
