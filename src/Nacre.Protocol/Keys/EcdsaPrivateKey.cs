using System.Security.Cryptography;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A private key of ECDSA on a NIST curve.</summary>
internal sealed class EcdsaPrivateKey : PrivateKey
{
    private readonly EcdsaCurve _curve;
    private readonly EcdsaPublicKey _publicKey;
    private readonly ECDsa _signer;
    private readonly Secret _scalar;

    private EcdsaPrivateKey(EcdsaCurve curve, ECDsa signer, Secret scalar)
    {
        (_curve, _signer, _scalar) = (curve, signer, scalar);
        ECPoint point = signer.ExportParameters(includePrivateParameters: false).Q;
        _publicKey = EcdsaPublicKey.Trusted(curve, [EcdsaPublicKey.Uncompressed, .. point.X!, .. point.Y!]);
    }

    public override PublicKey PublicKey => _publicKey;

    public static EcdsaPrivateKey Generate(EcdsaCurve curve)
    {
        ECDsa signer = ECDsa.Create(curve.Curve);
        ECParameters made = signer.ExportParameters(includePrivateParameters: true);
        var scalar = new Secret(curve.FieldSize);
        made.D.CopyTo(scalar.Span[(curve.FieldSize - made.D!.Length)..]);
        CryptographicOperations.ZeroMemory(made.D);
        return new EcdsaPrivateKey(curve, signer, scalar);
    }

    /// <summary>The key of a stored scalar; the point is computed from it and, where one is stored too, must be the same.</summary>
    public static EcdsaPrivateKey Of(EcdsaCurve curve, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point)
    {
        scalar = scalar.TrimStart((byte)0);
        if (!curve.IsScalar(scalar)) throw KeyFormatException.Damaged($"The {curve.KeyType} private key is out of its range.");
        byte[] pinned = GC.AllocateArray<byte>(curve.FieldSize, pinned: true);
        scalar.CopyTo(pinned.AsSpan(pinned.Length - scalar.Length));
        EcdsaPrivateKey key;
        try
        {
            key = new EcdsaPrivateKey(curve, ECDsa.Create(new ECParameters { Curve = curve.Curve, D = pinned }), Secret.CopyOf(pinned));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pinned);
        }

        if (point.IsEmpty || point.SequenceEqual(key._publicKey.Point.Span)) return key;
        key.Dispose();
        throw KeyFormatException.Damaged($"The {curve.KeyType} private key does not belong to the public key stored with it.");
    }

    internal override PrivateKeyFields ToFields() => new()
    {
        Type = _curve.KeyTypeBytes,
        Curve = _curve.NameBytes,
        Point = _publicKey.Point.Span,
        Scalar = _scalar.Span,
    };

    internal override bool TryWriteDer(bool isPkcs8, Span<byte> destination, out int length) =>
        isPkcs8 ? _signer.TryExportPkcs8PrivateKey(destination, out length) : _signer.TryExportECPrivateKey(destination, out length);

    private protected override byte[] SignBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        byte[] both = _signer.SignData(data, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var fields = new EcdsaSignatureFields
        {
            R = both.AsSpan(0, _curve.FieldSize).TrimStart((byte)0),
            S = both.AsSpan(_curve.FieldSize).TrimStart((byte)0),
        };
        return Message.WriteRecord(ref fields);
    }

    private protected override void Erase()
    {
        _signer.Dispose();
        _scalar.Dispose();
    }
}
