using System.Formats.Asn1;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Public keys as PEM files hold them: the SubjectPublicKeyInfo of RFC 5280 4.1 and RFC 8410 4, and PKCS#1 (RFC 8017 A.1.1).</summary>
internal static class DerPublicKey
{
    public const string SpkiLabel = "PUBLIC KEY";
    public const string Pkcs1Label = "RSA PUBLIC KEY";

    private const int LineLength = 64;

    public static PublicKey Read(string label, ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            PublicKey key = label switch
            {
                SpkiLabel => ReadSpki(reader.ReadSequence()),
                Pkcs1Label => ReadPkcs1(reader),
                _ => throw KeyFormatException.Damaged($"The file holds a {Wire.Printable.Escape(label)}, which is not a public key."),
            };
            reader.ThrowIfNotEmpty();
            return key;
        }
        catch (AsnContentException broken)
        {
            throw KeyFormatException.Damaged("The public key file is not the DER that its begin line announces.", broken);
        }
    }

    /// <summary>Writes a key as a PEM file; of a certificate the key alone.</summary>
    /// <exception cref="ArgumentException">Keys of that type do not have that form.</exception>
    public static string WritePem(PublicKey key, bool isTraditional)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        string label = SpkiLabel;
        switch (key.PlainKey)
        {
            case RsaPublicKey rsa when isTraditional:
                label = Pkcs1Label;
                WritePkcs1(writer, rsa);
                break;
            case RsaPublicKey rsa:
                var inner = new AsnWriter(AsnEncodingRules.DER);
                WritePkcs1(inner, rsa);
                WriteSpki(writer, DerPrivateKey.RsaOid, writer => writer.WriteNull(), inner.Encode());
                break;
            case EcdsaPublicKey ecdsa:
                WriteSpki(writer, DerPrivateKey.EcOid, writer => writer.WriteObjectIdentifier(ecdsa.Curve.Oid), ecdsa.Point.Span);
                break;
            case Ed25519PublicKey ed25519 when !isTraditional:
                // RFC 8410 3: there are no parameters.
                WriteSpki(writer, DerPrivateKey.Ed25519Oid, static _ => { }, ed25519.Point.Span);
                break;
            default:
                throw new ArgumentException($"Keys of the type {key.ShortType} do not have this form.", nameof(key));
        }

        using Secret text = PemBlock.Write(label, headers: default, writer.Encode(), LineLength);
        return Encoding.ASCII.GetString(text.Span);
    }

    private static PublicKey ReadSpki(AsnReader info)
    {
        AsnReader algorithm = info.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        if (!info.TryReadPrimitiveBitString(out int unused, out ReadOnlyMemory<byte> key) || unused != 0) throw KeyFormatException.Damaged("The public key is not whole bytes.");
        info.ThrowIfNotEmpty();
        switch (oid)
        {
            case DerPrivateKey.RsaOid:
                var reader = new AsnReader(key, AsnEncodingRules.DER);
                PublicKey rsa = ReadPkcs1(reader);
                reader.ThrowIfNotEmpty();
                return rsa;
            case DerPrivateKey.EcOid:
                return EcdsaPublicKey.Of(DerPrivateKey.ReadCurve(algorithm), key.Span);
            case DerPrivateKey.Ed25519Oid:
                return Ed25519PublicKey.Of(key.Span);
            default:
                throw KeyFormatException.Unsupported($"Public keys of the type {oid} are not supported.");
        }
    }

    private static RsaPublicKey ReadPkcs1(AsnReader reader)
    {
        AsnReader key = reader.ReadSequence();
        RsaPublicKey rsa = RsaPublicKey.Of(DerPrivateKey.Number(key), DerPrivateKey.Number(key));
        key.ThrowIfNotEmpty();
        return rsa;
    }

    private static void WritePkcs1(AsnWriter writer, RsaPublicKey key)
    {
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(key.Modulus.Span);
            writer.WriteIntegerUnsigned(key.Exponent.Span);
        }
    }

    private static void WriteSpki(AsnWriter writer, string oid, Action<AsnWriter> writeParameters, ReadOnlySpan<byte> key)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(oid);
                writeParameters(writer);
            }

            writer.WriteBitString(key);
        }
    }
}
