using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>Diffie-Hellman modulo a safe prime, with mpints as shares (RFC 4253 8).</summary>
internal sealed class FiniteFieldMethod(FiniteFieldGroup group, IRandomSource random) : KeyExchangeMethod
{
    private const string Name = "Diffie-Hellman";

    private readonly ModularExponent _field = new(group.Prime.Span);
    private Secret? _exponent;

    public override byte[] Begin()
    {
        _exponent ??= NewExponent();
        byte[] power = new byte[_field.Size];
        _field.Raise(group.Generator.Span, _exponent.Span, power);
        byte[] share = new byte[Mpint.ContentsLength(power)];
        Mpint.WriteContents(power, share);
        return share;
    }

    public override byte[] Respond(ReadOnlySpan<byte> clientShare, out Secret sharedSecret)
    {
        ReadOnlySpan<byte> theirs = Checked(clientShare);
        byte[] share = Begin();
        sharedSecret = Agree(theirs);
        return share;
    }

    public override Secret Finish(ReadOnlySpan<byte> serverShare)
    {
        if (_exponent is null) throw Share.NotBegun();
        return Agree(Checked(serverShare));
    }

    public override void Dispose()
    {
        _exponent?.Dispose();
        _field.Dispose();
    }

    private Secret Agree(ReadOnlySpan<byte> share)
    {
        using var power = new Secret(_field.Size);
        _field.Raise(share, _exponent!.Span, power.Span);

        // RFC 4419 3: "To prevent confinement attacks, they MUST accept the shared secret K only if 1 < K < p - 1."
        if (!_field.IsInRange(power.Span)) Share.Refuse(Name, "confines the secret");
        return Share.ToMpint(power.Span);
    }

    /// <summary>
    /// The magnitude of a share. RFC 4253 8: values of e or f that are not in the range [1, p-1] MUST NOT be accepted; 1 and p-1 are refused
    /// too, as they give the secret away.
    /// </summary>
    private ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> share)
    {
        bool isPadded = share.Length > 1 && share[0] == 0;
        ReadOnlySpan<byte> magnitude = isPadded ? share[1..] : share;
        if (share.IsEmpty || (share[0] & 0x80) != 0 || (isPadded && (magnitude[0] & 0x80) == 0)) Share.Refuse(Name, "is not a positive integer in its shortest form");
        if (magnitude.Length > _field.Size || !_field.IsInRange(magnitude)) Share.Refuse(Name, "is not between 2 and p-2");
        return magnitude;
    }

    private Secret NewExponent()
    {
        // Its first bit is set, so that it has just this many bits, and it is below (p-1)/2 for each group that there is.
        Secret exponent = Secret.Random(group.ExponentBits / 8, random);
        exponent.Span[0] |= 0x80;
        return exponent;
    }
}
