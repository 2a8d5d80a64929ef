using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>ML-KEM-768 and X25519, hashed by SHA-256 (RFC 10042).</summary>
internal sealed class MlKem768X25519Method(IRandomSource random) : HybridMethod(random)
{
    private MlKem768? _key;

    protected override string Name => "ML-KEM-768 with X25519";

    protected override int EncapsulationKeySize => MlKem768.EncapsulationKeySize;

    protected override int CiphertextSize => MlKem768.CiphertextSize;

    protected override int SecretSize => MlKem768.SharedSize;

    protected override int HashSize => SHA256.HashSizeInBytes;

    public override void Dispose()
    {
        _key?.Dispose();
        base.Dispose();
    }

    protected override ReadOnlySpan<byte> EncapsulationKey() => (_key ??= MlKem768.Generate(Random)).EncapsulationKey;

    protected override bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret) =>
        MlKem768.TryEncapsulate(encapsulationKey, Random, ciphertext, secret);

    protected override bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => _key!.TryDecapsulate(ciphertext, secret);

    protected override void Hash(ReadOnlySpan<byte> secrets, Span<byte> hash) => Digest.Sha256(secrets, hash);
}
