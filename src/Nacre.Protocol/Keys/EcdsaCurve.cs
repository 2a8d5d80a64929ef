using System.Security.Cryptography;
using System.Text;

namespace Nacre.Protocol.Keys;

/// <summary>One of the three curves that SSH signs on (RFC 5656 10.1): names, sizes and the order of its group.</summary>
internal sealed class EcdsaCurve
{
    public static readonly EcdsaCurve P256 = new(
        256, KeyAlgorithm.EcdsaP256, "1.2.840.10045.3.1.7", ECCurve.NamedCurves.nistP256,
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    public static readonly EcdsaCurve P384 = new(
        384, KeyAlgorithm.EcdsaP384, "1.3.132.0.34", ECCurve.NamedCurves.nistP384,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");

    public static readonly EcdsaCurve P521 = new(
        521, KeyAlgorithm.EcdsaP521, "1.3.132.0.35", ECCurve.NamedCurves.nistP521,
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409");

    private readonly byte[] _order;

    private EcdsaCurve(int bits, string keyType, string oid, ECCurve curve, string order)
    {
        (Bits, KeyType, Oid, Curve, _order) = (bits, keyType, oid, curve, Convert.FromHexString(order));
        Name = $"nistp{bits}";
        NameBytes = Encoding.ASCII.GetBytes(Name);
        KeyTypeBytes = Encoding.ASCII.GetBytes(keyType);
        Algorithms = KeyAlgorithm.NamesOf(keyType);
    }

    public static IReadOnlyList<EcdsaCurve> All { get; } = [P256, P384, P521];

    public int Bits { get; }

    /// <summary>The identifier within the key blob, such as nistp256.</summary>
    public string Name { get; }

    public byte[] NameBytes { get; }

    public string KeyType { get; }

    public byte[] KeyTypeBytes { get; }

    public string[] Algorithms { get; }

    /// <summary>The name of the curve in PKCS#8 and SEC 1 files.</summary>
    public string Oid { get; }

    public ECCurve Curve { get; }

    /// <summary>The bytes of a coordinate or a scalar.</summary>
    public int FieldSize => (Bits + 7) / 8;

    public static EcdsaCurve? OfKeyType(ReadOnlySpan<byte> keyType)
    {
        foreach (EcdsaCurve curve in All)
        {
            if (keyType.SequenceEqual(curve.KeyTypeBytes)) return curve;
        }

        return null;
    }

    /// <summary>True where a number, big-endian without leading zeros, lies in 1 .. n-1. It takes as long for every number of one length.</summary>
    public bool IsScalar(ReadOnlySpan<byte> magnitude)
    {
        if (magnitude.IsEmpty || magnitude.Length > _order.Length) return false;
        ReadOnlySpan<byte> order = _order;
        int borrow = 0;
        int any = 0;
        for (int i = 1; i <= order.Length; i++)
        {
            int digit = i <= magnitude.Length ? magnitude[^i] : 0;
            any |= digit;
            borrow = (digit - order[^i] - borrow) >> 8 & 1;
        }

        return any != 0 & borrow == 1;
    }
}
