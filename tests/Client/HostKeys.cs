using Nacre.Protocol.Keys;

namespace Nacre.Tests.Client;

/// <summary>Host keys for tests; one of each type and a second one that a man in the middle might have.</summary>
internal static class HostKeys
{
    public static readonly PublicKey Ed25519 = PrivateKey.GenerateEd25519().PublicKey;
    public static readonly PublicKey OtherEd25519 = PrivateKey.GenerateEd25519().PublicKey;
    public static readonly PublicKey Ecdsa = PrivateKey.GenerateEcdsa().PublicKey;
    public static readonly PublicKey Rsa = PrivateKey.GenerateRsa(2048).PublicKey;

    public static readonly PublicKey[] All = [Ed25519, OtherEd25519, Ecdsa, Rsa];
}
