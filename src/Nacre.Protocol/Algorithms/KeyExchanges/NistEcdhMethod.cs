using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>Diffie-Hellman on a NIST curve with uncompressed points as shares (RFC 5656 4).</summary>
internal sealed class NistEcdhMethod(NistCurve curve, IRandomSource random) : KeyExchangeMethod
{
    private const string Name = "ECDH";

    private EcdhNistP? _key;

    public override byte[] Begin() => (_key ??= EcdhNistP.Generate(curve, random)).PublicPoint.ToArray();

    public override byte[] Respond(ReadOnlySpan<byte> clientShare, out Secret sharedSecret)
    {
        Share.CheckLength(Name, clientShare, EcdhNistP.PointSize(curve));
        byte[] share = Begin();
        sharedSecret = Finish(clientShare);
        return share;
    }

    public override Secret Finish(ReadOnlySpan<byte> serverShare)
    {
        EcdhNistP key = _key ?? throw Share.NotBegun();
        Share.CheckLength(Name, serverShare, EcdhNistP.PointSize(curve));
        using var shared = new Secret(key.SharedSize);
        if (!key.TryAgree(serverShare, shared.Span)) Share.Refuse(Name, "is not an uncompressed point on the curve");
        return Share.ToMpint(shared.Span);
    }

    public override void Dispose() => _key?.Dispose();
}
