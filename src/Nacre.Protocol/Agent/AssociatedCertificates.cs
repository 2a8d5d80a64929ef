using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>Certificates for the keys of a token, which holds keys only (associated-certs-v00@openssh.com).</summary>
/// <param name="Certificates">The certificates; those for keys that the token has not are left out.</param>
/// <param name="IsCertificatesOnly">True when the keys are not to be had without a certificate.</param>
public sealed record AssociatedCertificates(IReadOnlyList<Certificate> Certificates, bool IsCertificatesOnly)
{
    internal static AssociatedCertificates Read(ref FieldReader reader)
    {
        AssociatedCertificatesFields fields = default;
        AssociatedCertificatesFields.Fields(ref reader, ref fields);
        var certificates = new List<Certificate>();
        var each = new FieldReader(fields.Certificates);
        while (each.Remaining > 0)
        {
            if (certificates.Count == AgentConstraints.MaxEntries)
            {
                throw new SshViolationException(Violation.FieldTooLong, $"A token comes with more than {AgentConstraints.MaxEntries} certificates.");
            }

            ReadOnlySpan<byte> blob = default;
            each.String(ref blob);
            certificates.Add(PublicKey.Parse(blob) as Certificate ?? throw AgentConstraints.Malformed("Among a token's certificates is a key that is none."));
        }

        return new AssociatedCertificates(certificates, fields.IsCertificatesOnly);
    }

    internal byte[] ToBytes()
    {
        var fields = new AssociatedCertificatesFields
        {
            IsCertificatesOnly = IsCertificatesOnly,
            Certificates = AgentStrings.Concat(Certificates, static certificate => AgentStrings.String(certificate.Blob.Span)),
        };
        return Message.WriteRecord(ref fields);
    }
}

/// <summary>PROTOCOL.agent 3.</summary>
internal ref struct AssociatedCertificatesFields : IRecord<AssociatedCertificatesFields>
{
    public bool IsCertificatesOnly;
    public ReadOnlySpan<byte> Certificates;

    public static void Fields<V>(ref V visit, ref AssociatedCertificatesFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.IsCertificatesOnly);
        visit.String(ref message.Certificates);
    }
}
