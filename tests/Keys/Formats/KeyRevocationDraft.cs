using System.Text;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys.Formats;

/// <summary>A key revocation list being written, section by section.</summary>
internal sealed class KeyRevocationDraft
{
    private readonly List<byte> _sections = [];

    public uint Format { get; set; } = KeyRevocationHead.CurrentFormat;

    public string Comment { get; set; } = "a comment";

    public KeyRevocationDraft With(KeyRevocationSection type, byte[] data)
    {
        var section = new KeyRevocationSectionFields { Type = (byte)type, Data = data };
        _sections.AddRange(Message.WriteRecord(ref section));
        return this;
    }

    /// <summary>A section of one authority's certificates, with one section in it.</summary>
    public KeyRevocationDraft WithCertificates(ReadOnlySpan<byte> authority, KeyRevocationSection type, byte[] data)
    {
        var inner = new KeyRevocationSectionFields { Type = (byte)type, Data = data };
        var fields = new RevokedCertificateFields { Authority = authority, Sections = Message.WriteRecord(ref inner) };
        return With(KeyRevocationSection.Certificates, Message.WriteRecord(ref fields));
    }

    public byte[] ToBytes()
    {
        var head = new KeyRevocationHead
        {
            Magic = KeyRevocationHead.MagicText,
            FormatVersion = Format,
            Version = 3,
            GeneratedAt = 5,
            Comment = Encoding.UTF8.GetBytes(Comment),
            Sections = _sections.ToArray(),
        };
        return Message.WriteRecord(ref head);
    }

    public KeyRevocationList Parse() => KeyRevocationList.Parse(ToBytes());
}
