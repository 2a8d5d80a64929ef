using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>RFC 4253 6.6: a signature is the name of its algorithm and a blob of that algorithm's form.</summary>
internal ref struct SignatureFields : IRecord<SignatureFields>
{
    /// <summary>The signature of the largest RSA key, and room for the certificates' and hardware keys' longer forms.</summary>
    public const int MaxBlob = 16384;

    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> Blob;

    public static void Fields<V>(ref V visit, ref SignatureFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.Blob, MaxBlob);
    }

    /// <summary>The name of a signature's algorithm, whatever the form of the rest.</summary>
    public static string AlgorithmOf(ReadOnlySpan<byte> signature)
    {
        ReadOnlySpan<byte> algorithm = default;
        new FieldReader(signature).Text(ref algorithm, NameList.MaxNameLength);
        return Encoding.ASCII.GetString(algorithm);
    }

    public static byte[] Write(string algorithm, ReadOnlySpan<byte> blob)
    {
        var fields = new SignatureFields { Algorithm = Encoding.ASCII.GetBytes(algorithm), Blob = blob };
        return Message.WriteRecord(ref fields);
    }
}
