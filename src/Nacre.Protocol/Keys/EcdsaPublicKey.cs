using System.Security.Cryptography;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A public key of ECDSA on a NIST curve (RFC 5656 3.1).</summary>
internal sealed class EcdsaPublicKey : PublicKey
{
    public const byte Uncompressed = 4;

    private EcdsaPublicKey(EcdsaCurve curve, ReadOnlyMemory<byte> blob, ReadOnlyMemory<byte> point)
        : base(curve.KeyType, blob) => (Curve, Point) = (curve, point);

    public EcdsaCurve Curve { get; }

    /// <summary>4, then both coordinates (SEC 1 2.3.3).</summary>
    public ReadOnlyMemory<byte> Point { get; }

    public override string ShortType => "ECDSA";

    public override int Bits => Curve.Bits;

    public override IReadOnlyList<string> SignatureAlgorithms => Curve.Algorithms;

    /// <summary>The key of a point from outside.</summary>
    public static EcdsaPublicKey Of(EcdsaCurve curve, ReadOnlySpan<byte> point)
    {
        if (point.Length != 1 + (2 * curve.FieldSize) || point[0] != Uncompressed)
        {
            throw KeyFormatException.Damaged($"The {curve.KeyType} public key is not an uncompressed point.");
        }

        try
        {
            // RFC 5656 3.1: the point is validated as SEC 1 3.2.2 says; the import does it.
            ECDsa.Create(Parameters(curve, point)).Dispose();
        }
        catch (CryptographicException notOnCurve)
        {
            throw KeyFormatException.Damaged($"The {curve.KeyType} public key is not a point of its curve.", notOnCurve);
        }

        return Trusted(curve, point);
    }

    /// <summary>The key of a point that was computed here, so that it is on its curve.</summary>
    public static EcdsaPublicKey Trusted(EcdsaCurve curve, ReadOnlySpan<byte> point)
    {
        var fields = new EcdsaKeyFields { Type = curve.KeyTypeBytes, Curve = curve.NameBytes, Point = point };
        byte[] blob = Message.WriteRecord(ref fields);
        return new EcdsaPublicKey(curve, blob, blob.AsMemory(blob.Length - point.Length));
    }

    public static EcdsaPublicKey Read(EcdsaCurve curve, ReadOnlySpan<byte> blob)
    {
        EcdsaKeyFields fields = Message.ReadRecord<EcdsaKeyFields>(blob);
        return Of(curve, fields.Curve, fields.Point);
    }

    /// <summary>The key of a point from outside and of what stands there for the curve's name.</summary>
    public static EcdsaPublicKey Of(EcdsaCurve curve, ReadOnlySpan<byte> name, ReadOnlySpan<byte> point)
    {
        // RFC 5656 6.1 builds the type from the curve's identifier, so the two say the same or the key lies.
        if (name.SequenceEqual(curve.NameBytes)) return Of(curve, point);
        throw KeyFormatException.Damaged($"A key of the type {curve.KeyType} names the curve \"{Printable.Escape(name)}\".");
    }

    public static ECParameters Parameters(EcdsaCurve curve, ReadOnlySpan<byte> point) => new()
    {
        Curve = curve.Curve,
        Q = new ECPoint { X = point.Slice(1, curve.FieldSize).ToArray(), Y = point[(1 + curve.FieldSize)..].ToArray() },
    };

    internal override bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob)
    {
        EcdsaSignatureFields fields = Message.ReadRecord<EcdsaSignatureFields>(blob);
        if (!Curve.IsScalar(fields.R) || !Curve.IsScalar(fields.S)) return false;
        int size = Curve.FieldSize;
        Span<byte> both = stackalloc byte[2 * size];
        both.Clear();
        fields.R.CopyTo(both[(size - fields.R.Length)..]);
        fields.S.CopyTo(both[((2 * size) - fields.S.Length)..]);
        using ECDsa verifier = ECDsa.Create(Parameters(Curve, Point.Span));
        return verifier.VerifyData(data, both, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}

/// <summary>RFC 5656 3.1.</summary>
internal ref struct EcdsaKeyFields : IRecord<EcdsaKeyFields>
{
    public const int MaxPoint = 1 + (2 * 66);

    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Curve;
    public ReadOnlySpan<byte> Point;

    public static void Fields<V>(ref V visit, ref EcdsaKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        visit.Text(ref message.Curve, NameList.MaxNameLength);
        visit.String(ref message.Point, MaxPoint);
    }
}

/// <summary>RFC 5656 3.1.2: the blob of a signature.</summary>
internal ref struct EcdsaSignatureFields : IRecord<EcdsaSignatureFields>
{
    public const int MaxScalar = 66;

    public ReadOnlySpan<byte> R;
    public ReadOnlySpan<byte> S;

    public static void Fields<V>(ref V visit, ref EcdsaSignatureFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Mpint(ref message.R, MaxScalar);
        visit.Mpint(ref message.S, MaxScalar);
    }
}
