using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>Streamlined NTRU Prime 761 and X25519, hashed by SHA-512 (RFC 9941).</summary>
internal sealed class Sntrup761X25519Method(IRandomSource random) : HybridMethod(random)
{
    private Sntrup761? _key;

    protected override string Name => "sntrup761 with X25519";

    protected override int EncapsulationKeySize => Sntrup761.PublicKeySize;

    protected override int CiphertextSize => Sntrup761.CiphertextSize;

    protected override int SecretSize => Sntrup761.SharedSize;

    protected override int HashSize => SHA512.HashSizeInBytes;

    public override void Dispose()
    {
        _key?.Dispose();
        base.Dispose();
    }

    protected override ReadOnlySpan<byte> EncapsulationKey() => (_key ??= Sntrup761.Generate(Random)).PublicKey;

    protected override bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret) =>
        Sntrup761.TryEncapsulate(encapsulationKey, Random, ciphertext, secret);

    protected override bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => _key!.TryDecapsulate(ciphertext, secret);

    protected override void Hash(ReadOnlySpan<byte> secrets, Span<byte> hash) => Digest.Sha512(secrets, hash);
}
