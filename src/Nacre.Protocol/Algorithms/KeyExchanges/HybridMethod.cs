using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>
/// A post-quantum key encapsulation and X25519 together: secret as long as either holds (RFC 10042, RFC 9941).
/// </summary>
/// <remarks>
/// The client's share is the encapsulation key and the X25519 key, the server's the ciphertext and the X25519 key, the post-quantum part first.
/// K is the hash of both secrets in that order and goes on as a string: it keeps its leading zeros and gets none.
/// </remarks>
internal abstract class HybridMethod(IRandomSource random) : KeyExchangeMethod
{
    private X25519? _classical;

    protected IRandomSource Random { get; } = random;

    /// <summary>The method's name in errors.</summary>
    protected abstract string Name { get; }

    protected abstract int EncapsulationKeySize { get; }

    protected abstract int CiphertextSize { get; }

    protected abstract int SecretSize { get; }

    /// <summary>The length of K.</summary>
    protected abstract int HashSize { get; }

    private X25519 Classical => _classical ??= X25519.Generate(Random);

    public sealed override byte[] Begin() => [.. EncapsulationKey(), .. Classical.PublicKey];

    public sealed override byte[] Respond(ReadOnlySpan<byte> clientShare, out Secret sharedSecret)
    {
        Share.CheckLength(Name, clientShare, EncapsulationKeySize + X25519.KeySize);
        byte[] reply = new byte[CiphertextSize + X25519.KeySize];
        using var both = new Secret(SecretSize + X25519.KeySize);
        if (!TryEncapsulate(clientShare[..EncapsulationKeySize], reply.AsSpan(0, CiphertextSize), both.Span[..SecretSize]))
        {
            Share.Refuse(Name, "has an encapsulation key that is not reduced");
        }

        Classical.PublicKey.CopyTo(reply.AsSpan(CiphertextSize));
        sharedSecret = Combine(clientShare[EncapsulationKeySize..], both);
        return reply;
    }

    public sealed override Secret Finish(ReadOnlySpan<byte> serverShare)
    {
        if (_classical is null) throw Share.NotBegun();
        Share.CheckLength(Name, serverShare, CiphertextSize + X25519.KeySize);
        using var both = new Secret(SecretSize + X25519.KeySize);
        if (!TryDecapsulate(serverShare[..CiphertextSize], both.Span[..SecretSize])) Share.Refuse(Name, "has a ciphertext of the wrong length");
        return Combine(serverShare[CiphertextSize..], both);
    }

    public override void Dispose() => _classical?.Dispose();

    /// <summary>Makes the encapsulation key pair, once, and returns its public part.</summary>
    protected abstract ReadOnlySpan<byte> EncapsulationKey();

    protected abstract bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret);

    protected abstract bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret);

    protected abstract void Hash(ReadOnlySpan<byte> secrets, Span<byte> hash);

    private Secret Combine(ReadOnlySpan<byte> peerClassical, Secret both)
    {
        if (!Classical.TryAgree(peerClassical, both.Span[SecretSize..])) Share.Refuse(Name, "has an X25519 part that gives a result of zero");
        var shared = new Secret(HashSize);
        Hash(both.Span, shared.Span);
        return shared;
    }
}
