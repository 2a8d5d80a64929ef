using System.Formats.Asn1;
using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tools.Tokens;

/// <summary>Reads the key and the name within a certificate of RFC 5280. SSH has no use for the rest, nor for who vouches for it.</summary>
internal static class X509Certificate
{
    // OpenSSL's short names; others are shown by their numbers.
    private static readonly Dictionary<string, string> Names = new()
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.4"] = "SN",
        ["2.5.4.5"] = "serialNumber",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.12"] = "title",
        ["2.5.4.42"] = "GN",
        ["2.5.4.43"] = "initials",
        ["2.5.4.97"] = "organizationIdentifier",
        ["1.2.840.113549.1.9.1"] = "emailAddress",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    /// <summary>Reads the key and the subject's name, on one line as OpenSSL writes it: /C=DE/CN=somebody.</summary>
    /// <exception cref="AsnContentException">It is no certificate.</exception>
    /// <exception cref="KeyFormatException">The key is of no kind that SSH knows.</exception>
    public static (PublicKey Key, string Subject) Read(ReadOnlyMemory<byte> der)
    {
        // RFC 5280 4.1: version, serial number, algorithm, issuer and validity come before what is wanted.
        AsnReader certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        var version = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (certificate.PeekTag() == version) certificate.ReadEncodedValue();
        certificate.ReadIntegerBytes();
        for (int i = 0; i < 3; i++) certificate.ReadEncodedValue();
        string subject = NameOf(certificate.ReadSequence());
        return (DerPublicKey.Read(DerPublicKey.SpkiLabel, certificate.ReadEncodedValue()), subject);
    }

    private static string NameOf(AsnReader name)
    {
        var text = new StringBuilder();
        while (name.HasData)
        {
            AsnReader part = name.ReadSetOf();
            while (part.HasData)
            {
                AsnReader attribute = part.ReadSequence();
                string oid = attribute.ReadObjectIdentifier();
                text.Append('/').Append(Names.GetValueOrDefault(oid, oid)).Append('=');
                foreach (byte each in Contents(attribute.ReadEncodedValue().Span)) Append(text, each);
            }
        }

        return text.ToString();
    }

    private static ReadOnlySpan<byte> Contents(ReadOnlySpan<byte> encoded)
    {
        AsnDecoder.ReadEncodedValue(encoded, AsnEncodingRules.DER, out int offset, out int length, out _);
        return encoded.Slice(offset, length);
    }

    private static void Append(StringBuilder text, byte each)
    {
        if (each is >= (byte)' ' and <= (byte)'~') text.Append((char)each);
        else text.Append(CultureInfo.InvariantCulture, $"\\x{each:X2}");
    }
}
