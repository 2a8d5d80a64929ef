using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys;

/// <summary>A certificate before it is signed; a test spoils what it likes and signs the result.</summary>
internal sealed class CertificateDraft(PublicKey key)
{
    public string Type { get; set; } = KeyAlgorithm.CertifiedName(key.Type);

    public byte[] Nonce { get; set; } = new byte[32];

    public ulong Serial { get; set; }

    public uint Kind { get; set; } = (uint)CertificateKind.User;

    public byte[] KeyId { get; set; } = "an id"u8.ToArray();

    public byte[] Principals { get; set; } = Pack("al");

    public ulong ValidAfter { get; set; }

    public ulong ValidBefore { get; set; } = ulong.MaxValue;

    public byte[] CriticalOptions { get; set; } = [];

    public byte[] Extensions { get; set; } = [];

    public byte[] Reserved { get; set; } = [];

    /// <summary>The blob in the place of the authority's; the authority's own where null.</summary>
    public byte[]? SignatureKey { get; set; }

    /// <summary>What stands for the curve's name; the key's own where null.</summary>
    public string? Curve { get; set; }

    /// <summary>Strings, one behind the other.</summary>
    public static byte[] Pack(params IEnumerable<string> strings) => [.. strings.SelectMany(each => SampleKeys.Field(Encoding.UTF8.GetBytes(each)))];

    /// <summary>An option whose data is a string of its own.</summary>
    public static byte[] Option(string name, string value) => [.. Pack(name), .. SampleKeys.Field(Pack(value))];

    public byte[] Sign(PrivateKey authority, string? algorithm = null)
    {
        byte[] draft = Write(authority, []);
        return Write(authority, authority.Sign(algorithm ?? authority.PublicKey.SignatureAlgorithms[0], draft.AsSpan(..^4)));
    }

    public Certificate Issue(PrivateKey authority, string? algorithm = null) => Assert.IsType<Certificate>(PublicKey.Parse(Sign(authority, algorithm)));

    private byte[] Write(PrivateKey authority, ReadOnlySpan<byte> signature)
    {
        CertificateFields fields = CertificateFields.For(key);
        fields.Type = Encoding.ASCII.GetBytes(Type);
        fields.Nonce = Nonce;
        fields.Serial = Serial;
        fields.Kind = Kind;
        fields.KeyId = KeyId;
        fields.Principals = Principals;
        fields.ValidAfter = ValidAfter;
        fields.ValidBefore = ValidBefore;
        fields.CriticalOptions = CriticalOptions;
        fields.Extensions = Extensions;
        fields.Reserved = Reserved;
        fields.SignatureKey = SignatureKey ?? authority.PublicKey.Blob.ToArray();
        fields.Signature = signature;
        if (Curve is not null) fields.Curve = Encoding.ASCII.GetBytes(Curve);
        return Message.WriteRecord(ref fields);
    }
}
