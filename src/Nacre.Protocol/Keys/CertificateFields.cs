using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A certificate as it goes on the wire (PROTOCOL.certkeys): the key, what it is certified for, the authority and its signature over all before.</summary>
internal ref struct CertificateFields : IRecord<CertificateFields>
{
    /// <summary>Far more than authorities use, which is 32.</summary>
    public const int MaxNonce = 1024;

    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Nonce;

    /// <summary>The point of an Ed25519 or ECDSA key.</summary>
    public ReadOnlySpan<byte> Point;

    public ReadOnlySpan<byte> Curve;
    public ReadOnlySpan<byte> Exponent;
    public ReadOnlySpan<byte> Modulus;

    /// <summary>What a security key's key is for.</summary>
    public ReadOnlySpan<byte> Application;

    public ulong Serial;
    public uint Kind;
    public ReadOnlySpan<byte> KeyId;

    /// <summary>The names, each a string.</summary>
    public ReadOnlySpan<byte> Principals;

    public ulong ValidAfter;
    public ulong ValidBefore;

    /// <summary>Names and data, each a string.</summary>
    public ReadOnlySpan<byte> CriticalOptions;

    /// <summary>Names and data, each a string.</summary>
    public ReadOnlySpan<byte> Extensions;

    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> SignatureKey;
    public ReadOnlySpan<byte> Signature;

    private static ReadOnlySpan<byte> TypeSuffix => "-cert-v01@openssh.com"u8;

    public static void Fields<V>(ref V visit, ref CertificateFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        visit.String(ref message.Nonce, MaxNonce);
        VisitKey(ref visit, ref message);
        visit.UInt64(ref message.Serial);
        visit.UInt32(ref message.Kind);
        visit.Text(ref message.KeyId);
        visit.String(ref message.Principals);
        visit.UInt64(ref message.ValidAfter);
        visit.UInt64(ref message.ValidBefore);
        visit.String(ref message.CriticalOptions);
        visit.String(ref message.Extensions);
        visit.String(ref message.Reserved);
        visit.String(ref message.SignatureKey);
        visit.String(ref message.Signature);
    }

    /// <summary>True for the name of a certificate's type, also one that is not supported.</summary>
    public static bool IsCertificateType(ReadOnlySpan<byte> type) => type.EndsWith(TypeSuffix);

    /// <summary>What of a certificate's blob its signature covers: all but the signature itself.</summary>
    public static ReadOnlySpan<byte> SignedPart(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> signature) => blob[..^(sizeof(uint) + signature.Length)];

    /// <summary>The fields of a certificate for a key, with nothing in them but the key.</summary>
    public static CertificateFields For(PublicKey key)
    {
        var fields = new CertificateFields { Type = Encoding.ASCII.GetBytes(KeyAlgorithm.CertifiedName(key.Type)) };
        if (key is SecurityPublicKey security) fields.Application = security.Application.Span;
        switch (key is SecurityPublicKey { Key: var kept } ? kept : key)
        {
            case RsaPublicKey rsa:
                fields.Exponent = rsa.Exponent.Span;
                fields.Modulus = rsa.Modulus.Span;
                break;
            case EcdsaPublicKey ecdsa:
                fields.Curve = ecdsa.Curve.NameBytes;
                fields.Point = ecdsa.Point.Span;
                break;
            case Ed25519PublicKey ed25519:
                fields.Point = ed25519.Point.Span;
                break;
            default:
                throw new InvalidOperationException($"Every type of key can be certified, and {key.Type} is not written here.");
        }

        return fields;
    }

    /// <summary>The key that is certified.</summary>
    public readonly PublicKey ToKey()
    {
        ReadOnlySpan<byte> type = PlainType(Type);
        if (IsSecurityEd25519(type)) return SecurityPublicKey.Of(Ed25519PublicKey.Of(Point), Application);
        if (IsSecurityEcdsa(type)) return SecurityPublicKey.Of(EcdsaPublicKey.Of(EcdsaCurve.P256, Curve, Point), Application);
        if (EcdsaCurve.OfKeyType(type) is EcdsaCurve curve) return EcdsaPublicKey.Of(curve, Curve, Point);
        return type.SequenceEqual("ssh-ed25519"u8) ? Ed25519PublicKey.Of(Point) : RsaPublicKey.Of(Modulus, Exponent);
    }

    /// <summary>The type of the key in a certificate of a type.</summary>
    public static ReadOnlySpan<byte> KeyType(ReadOnlySpan<byte> type)
    {
        ReadOnlySpan<byte> plain = PlainType(type);
        if (IsSecurityEd25519(plain)) return "sk-ssh-ed25519@openssh.com"u8;
        return IsSecurityEcdsa(plain) ? "sk-ecdsa-sha2-nistp256@openssh.com"u8 : plain;
    }

    private static bool IsSecurityEd25519(ReadOnlySpan<byte> type) => type.SequenceEqual("sk-ssh-ed25519"u8);

    private static bool IsSecurityEcdsa(ReadOnlySpan<byte> type) => type.SequenceEqual("sk-ecdsa-sha2-nistp256"u8);

    /// <summary>The type without what a certificate's has behind it; that of a security key's key lacks its domain then.</summary>
    private static ReadOnlySpan<byte> PlainType(ReadOnlySpan<byte> type) => IsCertificateType(type) ? type[..^TypeSuffix.Length] : default;

    private static void VisitKey<V>(ref V visit, ref CertificateFields message)
        where V : IFieldVisitor, allows ref struct
    {
        ReadOnlySpan<byte> type = PlainType(message.Type);
        bool isSecurityEcdsa = IsSecurityEcdsa(type), isSecurityEd25519 = IsSecurityEd25519(type);
        if (isSecurityEd25519 || type.SequenceEqual("ssh-ed25519"u8))
        {
            visit.String(ref message.Point, Nacre.Crypto.Ed25519.PublicKeySize);
        }
        else if (type.SequenceEqual("ssh-rsa"u8))
        {
            visit.Mpint(ref message.Exponent, RsaKeyFields.MaxExponent);
            visit.Mpint(ref message.Modulus, RsaKeyFields.MaxModulus);
        }
        else if (isSecurityEcdsa || EcdsaCurve.OfKeyType(type) is not null)
        {
            visit.Text(ref message.Curve, NameList.MaxNameLength);
            visit.String(ref message.Point, EcdsaKeyFields.MaxPoint);
        }
        else
        {
            throw KeyFormatException.Unsupported($"Certificates of the type \"{Printable.Escape(message.Type)}\" are not supported.");
        }

        if (isSecurityEcdsa || isSecurityEd25519) visit.Text(ref message.Application, SecurityKeyFields.MaxApplication);
    }
}
