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

    // RFC 8410 7: version 0, the identifier 1.3.101.112, and an octet string within an octet string, whose 32 bytes follow.
    private static ReadOnlySpan<byte> Pkcs8Head => [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

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

    internal override bool TryWriteDer(bool isPkcs8, Span<byte> destination, out int length)
    {
        if (!isPkcs8) throw new InvalidOperationException("An Ed25519 key has no traditional form.");
        length = Pkcs8Head.Length + Ed25519.SeedSize;
        if (destination.Length < length) return false;
        Pkcs8Head.CopyTo(destination);
        _pair.Span[..Ed25519.SeedSize].CopyTo(destination[Pkcs8Head.Length..]);
        return true;
    }

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
