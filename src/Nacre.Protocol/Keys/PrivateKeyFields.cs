using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A private key as the OpenSSH file format and the agent protocol carry it (PROTOCOL.key; RFC 9987 5.2): a type and that type's numbers.</summary>
internal ref struct PrivateKeyFields : IRecord<PrivateKeyFields>
{
    /// <summary>An Ed25519 key is stored as its seed with the public key after it.</summary>
    public const int Ed25519PairSize = 64;

    /// <summary>Several times what security keys give out, of which CTAP 2 allows 1023 bytes.</summary>
    public const int MaxKeyHandle = 8192;

    /// <summary>The field that PROTOCOL.key has for later is empty so far.</summary>
    private const int MaxReserved = 1024;

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

    /// <summary>What a security key's key is for.</summary>
    public ReadOnlySpan<byte> Application;

    /// <summary>What a security key asks for before it signs.</summary>
    public byte Flags;

    /// <summary>By what a security key finds its key again.</summary>
    public ReadOnlySpan<byte> KeyHandle;

    public ReadOnlySpan<byte> Reserved;

    public static void Fields<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        Numbers(ref visit, ref message);
    }

    /// <summary>The fields after the type.</summary>
    public static void Numbers<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        if (message.Type.SequenceEqual("ssh-ed25519"u8))
        {
            VisitEd25519(ref visit, ref message);
        }
        else if (message.Type.SequenceEqual("ssh-rsa"u8))
        {
            visit.Mpint(ref message.Modulus, RsaKeyFields.MaxModulus);
            visit.Mpint(ref message.Exponent, RsaKeyFields.MaxExponent);
            VisitRsaSecrets(ref visit, ref message);
        }
        else if (EcdsaCurve.OfKeyType(message.Type) is not null)
        {
            visit.Text(ref message.Curve, NameList.MaxNameLength);
            visit.String(ref message.Point, EcdsaKeyFields.MaxPoint);
            visit.Mpint(ref message.Scalar, EcdsaSignatureFields.MaxScalar);
        }
        else if (SecurityPublicKey.IsType(message.Type))
        {
            VisitSecurityKey(ref visit, ref message);
        }
        else
        {
            throw NotSupported(message.Type);
        }
    }

    /// <summary>The fields that follow a certificate for the key (RFC 9987 5.2): what is secret, and the point of an Ed25519 key; the rest is in the certificate.</summary>
    public static void NumbersBesideCertificate<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        if (message.Type.SequenceEqual("ssh-ed25519"u8))
        {
            VisitEd25519(ref visit, ref message);
        }
        else if (message.Type.SequenceEqual("ssh-rsa"u8))
        {
            VisitRsaSecrets(ref visit, ref message);
        }
        else if (EcdsaCurve.OfKeyType(message.Type) is not null)
        {
            visit.Mpint(ref message.Scalar, EcdsaSignatureFields.MaxScalar);
        }
        else if (SecurityPublicKey.IsType(message.Type))
        {
            if (message.Type.SequenceEqual("sk-ssh-ed25519@openssh.com"u8)) visit.String(ref message.Point, Nacre.Crypto.Ed25519.PublicKeySize);
            VisitKept(ref visit, ref message);
        }
        else
        {
            throw NotSupported(message.Type);
        }
    }

    /// <summary>Takes over what a public key says of the key: the fields that did not come beside a certificate.</summary>
    public void Complete(PublicKey key)
    {
        switch (key)
        {
            case RsaPublicKey rsa:
                Modulus = rsa.Modulus.Span;
                Exponent = rsa.Exponent.Span;
                break;
            case EcdsaPublicKey ecdsa:
                Curve = ecdsa.Curve.NameBytes;
                Point = ecdsa.Point.Span;
                break;
            case SecurityPublicKey { Key: EcdsaPublicKey kept }:
                Complete(kept);
                break;
        }
    }

    // PROTOCOL.u2f, "SSH U2F Key formats": the public key's fields, then the flags, the handle and a field for later.
    private static void VisitSecurityKey<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        if (message.Type.SequenceEqual("sk-ssh-ed25519@openssh.com"u8))
        {
            visit.String(ref message.Point, Nacre.Crypto.Ed25519.PublicKeySize);
        }
        else
        {
            visit.Text(ref message.Curve, NameList.MaxNameLength);
            visit.String(ref message.Point, EcdsaKeyFields.MaxPoint);
        }

        VisitKept(ref visit, ref message);
    }

    private static void VisitKept<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Application, SecurityKeyFields.MaxApplication);
        visit.Byte(ref message.Flags);
        visit.Secret(ref message.KeyHandle, MaxKeyHandle);
        visit.String(ref message.Reserved, MaxReserved);
    }

    /// <summary>The key that the fields describe, when they fit together.</summary>
    /// <exception cref="KeyFormatException">They do not.</exception>
    public readonly PrivateKey ToKey()
    {
        if (SecurityPublicKey.IsType(Type))
        {
            return new SecurityPrivateKey(SecurityPublicKey.Of(Type, Curve, Point, Application), (SecurityKeyFlags)Flags, KeyHandle, Reserved);
        }

        if (EcdsaCurve.OfKeyType(Type) is EcdsaCurve curve)
        {
            if (!Curve.SequenceEqual(curve.NameBytes)) throw KeyFormatException.Damaged("The private key's curve is not that of its type.");
            return EcdsaPrivateKey.Of(curve, Scalar, Point);
        }

        return Type.SequenceEqual("ssh-ed25519"u8)
            ? Ed25519PrivateKey.Of(Ed25519Pair, Point)
            : RsaPrivateKey.Of(RsaPublicKey.Of(Modulus, Exponent), PrivateExponent, Coefficient, P, Q);
    }

    private static void VisitEd25519<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Point, Nacre.Crypto.Ed25519.PublicKeySize);
        visit.Secret(ref message.Ed25519Pair, Ed25519PairSize);
    }

    private static void VisitRsaSecrets<V>(ref V visit, ref PrivateKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Mpint(ref message.PrivateExponent, RsaKeyFields.MaxModulus);
        visit.Mpint(ref message.Coefficient, RsaKeyFields.MaxModulus);
        visit.Mpint(ref message.P, RsaKeyFields.MaxModulus);
        visit.Mpint(ref message.Q, RsaKeyFields.MaxModulus);
    }

    private static KeyFormatException NotSupported(ReadOnlySpan<byte> type) =>
        KeyFormatException.Unsupported($"Private keys of the type \"{Printable.Escape(type)}\" are not supported.");
}
