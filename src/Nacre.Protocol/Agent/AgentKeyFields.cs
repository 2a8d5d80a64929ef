using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>A key on its way to an agent (RFC 9987 5.2): its type and its numbers; or a certificate's type, the certificate, and the numbers that are not in it.</summary>
internal ref struct AgentKeyFields : IRecord<AgentKeyFields>
{
    public ReadOnlySpan<byte> Type;

    /// <summary>The certificate for the key, in the form that goes on the wire; empty for a plain key.</summary>
    public ReadOnlySpan<byte> Certificate;

    public PrivateKeyFields Key;

    public static void Fields<V>(ref V visit, ref AgentKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        if (CertificateFields.IsCertificateType(message.Type))
        {
            visit.String(ref message.Certificate);
            message.Key.Type = CertificateFields.KeyType(message.Type);
            PrivateKeyFields.NumbersBesideCertificate(ref visit, ref message.Key);
        }
        else
        {
            message.Key.Type = message.Type;
            PrivateKeyFields.Numbers(ref visit, ref message.Key);
        }
    }

    /// <summary>The fields of a key, with a certificate for it or without; the spans live as long as the key.</summary>
    public static AgentKeyFields Of(PrivateKey key, Certificate? certificate)
    {
        PrivateKeyFields fields = key.ToFields();
        if (certificate is null) return new AgentKeyFields { Type = fields.Type, Key = fields };
        if (!certificate.PlainKey.Equals(key.PublicKey)) throw new ArgumentException("The certificate is for another key.", nameof(certificate));
        return new AgentKeyFields { Type = Encoding.ASCII.GetBytes(certificate.Type), Certificate = certificate.Blob.Span, Key = fields };
    }

    /// <summary>The key that the fields describe, when they fit together.</summary>
    /// <param name="certificate">The certificate that came with it, which is one for that key.</param>
    /// <exception cref="KeyFormatException">They do not fit.</exception>
    public PrivateKey ToKey(out Certificate? certificate)
    {
        certificate = null;
        if (!CertificateFields.IsCertificateType(Type)) return Key.ToKey();
        certificate = PublicKey.Parse(Certificate) as Certificate;
        if (certificate is null || !Encoding.ASCII.GetBytes(certificate.Type).AsSpan().SequenceEqual(Type))
        {
            throw KeyFormatException.Damaged("What comes with the private key is not a certificate of its type.");
        }

        Key.Complete(certificate.PlainKey);
        PrivateKey key = Key.ToKey();
        if (certificate.PlainKey.Equals(key.PublicKey)) return key;
        key.Dispose();
        throw KeyFormatException.Damaged("The certificate is not for the private key that it comes with.");
    }
}
