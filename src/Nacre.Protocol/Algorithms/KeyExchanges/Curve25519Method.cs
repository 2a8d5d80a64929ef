using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>X25519 with shares of 32 bytes (RFC 8731).</summary>
internal sealed class Curve25519Method(IRandomSource random) : KeyExchangeMethod
{
    private const string Name = "X25519";

    private X25519? _key;

    public override byte[] Begin() => (_key ??= X25519.Generate(random)).PublicKey.ToArray();

    public override byte[] Respond(ReadOnlySpan<byte> clientShare, out Secret sharedSecret)
    {
        Share.CheckLength(Name, clientShare, X25519.KeySize);
        byte[] share = Begin();
        sharedSecret = Finish(clientShare);
        return share;
    }

    // RFC 8731 3.1: K is the 32 bytes of the result, read as a number in network byte order, whatever RFC 7748 does with their order.
    public override Secret Finish(ReadOnlySpan<byte> serverShare)
    {
        X25519 key = _key ?? throw Share.NotBegun();
        Share.CheckLength(Name, serverShare, X25519.KeySize);
        using var shared = new Secret(X25519.KeySize);
        if (!key.TryAgree(serverShare, shared.Span)) Share.Refuse(Name, "gives a result of zero");
        return Share.ToMpint(shared.Span);
    }

    public override void Dispose() => _key?.Dispose();
}
