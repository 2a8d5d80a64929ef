using Nacre.Crypto;

namespace Nacre.Protocol.Keys;

/// <summary>A private key of Ed25519 (RFC 8032).</summary>
internal sealed class Ed25519PrivateKey : PrivateKey
{
    private readonly Ed25519PublicKey _publicKey;
    private readonly Ed25519 _signer;

    /// <summary>The seed, then the public key.</summary>
    private readonly Secret _pair = new(PrivateKeyFields.Ed25519PairSize);

    private Ed25519PrivateKey(ReadOnlySpan<byte> seed)
    {
        _signer = Ed25519.FromSeed(seed);
        seed.CopyTo(_pair.Span);
        _signer.PublicKey.CopyTo(_pair.Span[Ed25519.SeedSize..]);
        _publicKey = Ed25519PublicKey.Of(_signer.PublicKey);
    }

    public override PublicKey PublicKey => _publicKey;

    public static Ed25519PrivateKey Generate(IRandomSource random)
    {
        using Secret seed = Secret.Random(Ed25519.SeedSize, random);
        return new Ed25519PrivateKey(seed.Span);
    }

    public static Ed25519PrivateKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519.SeedSize) throw KeyFormatException.Damaged($"An Ed25519 private key has 32 bytes, not {seed.Length}.");
        return new Ed25519PrivateKey(seed);
    }

    /// <summary>The key of a stored pair, which must be one: signing with a public key of another's making would give the private key away.</summary>
    public static Ed25519PrivateKey Of(ReadOnlySpan<byte> pair, ReadOnlySpan<byte> point)
    {
        if (pair.Length != PrivateKeyFields.Ed25519PairSize) throw KeyFormatException.Damaged($"A stored Ed25519 private key has 64 bytes, not {pair.Length}.");
        Ed25519PrivateKey key = FromSeed(pair[..Ed25519.SeedSize]);
        ReadOnlySpan<byte> derived = key._signer.PublicKey;
        if (derived.SequenceEqual(pair[Ed25519.SeedSize..]) && derived.SequenceEqual(point)) return key;
        key.Dispose();
        throw KeyFormatException.Damaged("The Ed25519 private key does not belong to the public key stored with it.");
    }

    internal override PrivateKeyFields ToFields() => new() { Type = "ssh-ed25519"u8, Point = _publicKey.Point.Span, Ed25519Pair = _pair.Span };

    private protected override byte[] SignBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        byte[] signature = new byte[Ed25519.SignatureSize];
        _signer.Sign(data, signature);
        return signature;
    }

    private protected override void Erase()
    {
        _signer.Dispose();
        _pair.Dispose();
    }
}
