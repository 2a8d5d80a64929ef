using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A private key as the OpenSSH file format and the agent protocol carry it (PROTOCOL.key; RFC 9987 3.2): a type and that type's numbers.</summary>
internal ref struct PrivateKeyFields : IRecord<PrivateKeyFields>
{
    /// <summary>An Ed25519 key is stored as its seed with the public key after it.</summary>
    public const int Ed25519PairSize = 64;

    public ReadOnlySpan<byte> Type;

    /// <summary>The point of an Ed25519 or ECDSA key.</summary>
    public ReadOnlySpan<byte> Point;

    public ReadOnlySpan<byte> Ed25519Pair;
    public ReadOnlySpan<byte> Curve;
    public ReadOnlySpan<byte> Scalar;
    public ReadOnlySpan<byte> Modulus;
    public ReadOnlySpan<byte> Exponent;
    public ReadOnlySpan<byte> PrivateExponent;
    public ReadOnlySpan<byte> Coefficient;
    public ReadOnlySpan<byte> P;
    public ReadOnlySpan<byte> Q;

    public static void Fields<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        if (message.Type.SequenceEqual("ssh-ed25519"u8))
        {
            visit.String(ref message.Point, Nacre.Crypto.Ed25519.PublicKeySize);
            visit.Secret(ref message.Ed25519Pair, Ed25519PairSize);
        }
        else if (message.Type.SequenceEqual("ssh-rsa"u8))
        {
            visit.Mpint(ref message.Modulus, RsaKeyFields.MaxModulus);
            visit.Mpint(ref message.Exponent, RsaKeyFields.MaxExponent);
            visit.Mpint(ref message.PrivateExponent, RsaKeyFields.MaxModulus);
            visit.Mpint(ref message.Coefficient, RsaKeyFields.MaxModulus);
            visit.Mpint(ref message.P, RsaKeyFields.MaxModulus);
            visit.Mpint(ref message.Q, RsaKeyFields.MaxModulus);
        }
        else if (EcdsaCurve.OfKeyType(message.Type) is not null)
        {
            visit.Text(ref message.Curve, NameList.MaxNameLength);
            visit.String(ref message.Point, EcdsaKeyFields.MaxPoint);
            visit.Mpint(ref message.Scalar, EcdsaSignatureFields.MaxScalar);
        }
        else
        {
            throw KeyFormatException.Unsupported($"Private keys of the type \"{Printable.Escape(message.Type)}\" are not supported.");
        }
    }

    /// <summary>The key that the fields describe, when they fit together.</summary>
    /// <exception cref="KeyFormatException">They do not.</exception>
    public readonly PrivateKey ToKey()
    {
        if (EcdsaCurve.OfKeyType(Type) is EcdsaCurve curve)
        {
            if (!Curve.SequenceEqual(curve.NameBytes)) throw KeyFormatException.Damaged("The private key's curve is not that of its type.");
            return EcdsaPrivateKey.Of(curve, Scalar, Point);
        }

        return Type.SequenceEqual("ssh-ed25519"u8)
            ? Ed25519PrivateKey.Of(Ed25519Pair, Point)
            : RsaPrivateKey.Of(RsaPublicKey.Of(Modulus, Exponent), PrivateExponent, Coefficient, P, Q);
    }
}
