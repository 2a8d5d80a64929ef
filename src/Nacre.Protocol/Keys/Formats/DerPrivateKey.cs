using System.Formats.Asn1;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Reads private keys from the DER within PEM files: PKCS#1 (RFC 8017 A.1.2), SEC 1 (RFC 5915) and PKCS#8 (RFC 5958).</summary>
/// <remarks>The numbers are handed on as slices of what was read, so that no copies of them are left behind.</remarks>
internal static class DerPrivateKey
{
    public const string Pkcs1Label = "RSA PRIVATE KEY";
    public const string Sec1Label = "EC PRIVATE KEY";
    public const string Pkcs8Label = "PRIVATE KEY";
    public const string EncryptedPkcs8Label = "ENCRYPTED PRIVATE KEY";

    public const string RsaOid = "1.2.840.113549.1.1.1";
    public const string EcOid = "1.2.840.10045.2.1";
    public const string Ed25519Oid = "1.3.101.112";

    /// <summary>Reads the structure that a label announces, all of it.</summary>
    public static PrivateKey Read(string label, ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            PrivateKey key = label switch
            {
                Pkcs1Label => ReadPkcs1(reader.ReadSequence()),
                Sec1Label => ReadSec1(reader.ReadSequence(), curve: null),
                _ => ReadPkcs8(reader.ReadSequence()),
            };
            if (!reader.HasData) return key;
            key.Dispose();
            throw KeyFormatException.Damaged("Bytes follow the private key in its file.");
        }
        catch (AsnContentException broken)
        {
            throw KeyFormatException.Damaged("The private key file is not the DER that its begin line announces.", broken);
        }
    }

    private static RsaPrivateKey ReadPkcs1(AsnReader key)
    {
        if (!key.TryReadInt32(out int version) || version != 0) throw KeyFormatException.Unsupported("RSA keys of more than two primes are not supported.");
        ReadOnlySpan<byte> n = Number(key);
        ReadOnlySpan<byte> e = Number(key);
        ReadOnlySpan<byte> d = Number(key);
        ReadOnlySpan<byte> p = Number(key);
        ReadOnlySpan<byte> q = Number(key);
        _ = Number(key);
        _ = Number(key);
        ReadOnlySpan<byte> coefficient = Number(key);
        key.ThrowIfNotEmpty();
        return RsaPrivateKey.Of(RsaPublicKey.Of(n, e), d, coefficient, p, q);
    }

    private static EcdsaPrivateKey ReadSec1(AsnReader key, EcdsaCurve? curve)
    {
        if (!key.TryReadInt32(out int version) || version != 1) throw KeyFormatException.Damaged("The EC private key is not of version 1.");
        ReadOnlySpan<byte> scalar = Octets(key).Span;
        if (key.HasData && key.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            EcdsaCurve named = ReadCurve(key.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)));
            if (curve is not null && curve != named) throw KeyFormatException.Damaged("The EC private key names two curves.");
            curve = named;
        }

        if (curve is null) throw KeyFormatException.Damaged("The EC private key names no curve.");
        ReadOnlySpan<byte> point = default;
        if (key.HasData)
        {
            AsnReader wrapped = key.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1));
            if (!wrapped.TryReadPrimitiveBitString(out int unused, out ReadOnlyMemory<byte> bits) || unused != 0) throw KeyFormatException.Damaged("The EC public key is not whole bytes.");
            point = bits.Span;
            wrapped.ThrowIfNotEmpty();
        }

        key.ThrowIfNotEmpty();

        // RFC 5915 3 wants the scalar as long as the field; PuTTY writes it with a zero before a high bit, and the value is what counts.
        bool isCompressed = point.Length == curve.FieldSize + 1 && point[0] is (2 or 3);
        EcdsaPrivateKey read = EcdsaPrivateKey.Of(curve, scalar, isCompressed ? default : point);
        if (!isCompressed || IsOf(read, point)) return read;
        read.Dispose();
        throw KeyFormatException.Damaged($"The {curve.KeyType} private key does not belong to the public key stored with it.");
    }

    // SEC 1 2.3.3: a compressed point is whether its second coordinate is odd, and the first one.
    private static bool IsOf(EcdsaPrivateKey key, ReadOnlySpan<byte> compressed)
    {
        ReadOnlySpan<byte> point = ((EcdsaPublicKey)key.PublicKey).Point.Span;
        return (point[^1] & 1) == (compressed[0] & 1) && point[1..compressed.Length].SequenceEqual(compressed[1..]);
    }

    private static PrivateKey ReadPkcs8(AsnReader key)
    {
        if (!key.TryReadInt32(out int version) || version is not (0 or 1)) throw KeyFormatException.Unsupported("The PKCS#8 private key is of a version that is not supported.");
        AsnReader algorithm = key.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        ReadOnlyMemory<byte> inner = Octets(key);
        var innerReader = new AsnReader(inner, AsnEncodingRules.DER);
        switch (oid)
        {
            case RsaOid:
                return ReadPkcs1(Only(innerReader));
            case EcOid:
                return ReadSec1(Only(innerReader), ReadCurve(algorithm));
            case Ed25519Oid:
                // RFC 8410 7: the octet string of the private key holds another one with the 32 bytes.
                ReadOnlyMemory<byte> seed = Octets(innerReader);
                innerReader.ThrowIfNotEmpty();
                return Ed25519PrivateKey.FromSeed(seed.Span);
            default:
                throw KeyFormatException.Unsupported($"Private keys of the type {oid} are not supported.");
        }
    }

    private static AsnReader Only(AsnReader reader)
    {
        AsnReader sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        return sequence;
    }

    public static EcdsaCurve ReadCurve(AsnReader parameters)
    {
        if (parameters.HasData && !parameters.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
        {
            throw KeyFormatException.Unsupported("EC keys with explicit curve parameters are not supported.");
        }

        string oid = parameters.ReadObjectIdentifier();
        parameters.ThrowIfNotEmpty();
        return EcdsaCurve.All.FirstOrDefault(curve => curve.Oid == oid)
            ?? throw KeyFormatException.Unsupported($"The curve {oid} is not supported; SSH has nistp256, nistp384 and nistp521.");
    }

    public static ReadOnlySpan<byte> Number(AsnReader reader)
    {
        ReadOnlySpan<byte> number = reader.ReadIntegerBytes().Span;
        if ((number[0] & 0x80) != 0) throw KeyFormatException.Damaged("A number of the key is negative.");
        return number.TrimStart((byte)0);
    }

    private static ReadOnlyMemory<byte> Octets(AsnReader reader) =>
        reader.TryReadPrimitiveOctetString(out ReadOnlyMemory<byte> octets) ? octets : throw KeyFormatException.Damaged("A part of the private key is in pieces.");
}
