using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>What a revocation list says of the certificates of one authority: their serial numbers and their ids.</summary>
internal sealed class RevokedCertificates
{
    public SerialNumbers Serials { get; } = new();

    public HashSet<byte[]> KeyIds { get; } = new(ByteSequences.Instance);

    /// <summary>Takes one of the sections within that of the authority.</summary>
    public void Take(KeyRevocationSection type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case KeyRevocationSection.CertificateSerialList:
                TakeSerials(data);
                return;
            case KeyRevocationSection.CertificateSerialRange:
                SerialRangeFields range = Message.ReadRecord<SerialRangeFields>(data);
                Serials.Add(range.Lowest, range.Highest);
                return;
            case KeyRevocationSection.CertificateSerialBitmap:
                SerialBitmapFields bitmap = Message.ReadRecord<SerialBitmapFields>(data);
                if (SerialBitmap.Read(bitmap.Offset, bitmap.Bits) is { } read) Serials.Add(read);
                return;
            case KeyRevocationSection.CertificateKeyId:
                TakeKeyIds(data);
                return;
            case KeyRevocationSection.CertificateExtension:
                KeyRevocationList.PassOver(data);
                return;
            default:
                throw KeyRevocationList.UnknownSection(type);
        }
    }

    public bool Contains(Certificate certificate) =>
        (certificate.Serial != 0 && Serials.Contains(certificate.Serial)) || (KeyIds.Count > 0 && KeyIds.Contains(certificate.KeyIdBytes.ToArray()));

    public void Add(RevokedCertificates others)
    {
        Serials.Add(others.Serials);
        KeyIds.UnionWith(others.KeyIds);
    }

    /// <summary>The section of an authority with what is revoked of its certificates.</summary>
    public void Write(ReadOnlySpan<byte> authority, SectionWriter output)
    {
        var sections = new SectionWriter();
        SerialSections.Write(Serials.ToRanges(), sections);
        sections.Strings(KeyRevocationSection.CertificateKeyId, KeyIds);
        var fields = new RevokedCertificateFields { Authority = authority, Sections = sections.Written };
        output.Section(KeyRevocationSection.Certificates, ref fields);
    }

    private void TakeKeyIds(ReadOnlySpan<byte> data)
    {
        var reader = new FieldReader(data);
        ReadOnlySpan<byte> id = default;
        while (reader.Remaining > 0)
        {
            reader.Text(ref id);
            if (id.Contains((byte)0)) throw KeyFormatException.Damaged("The key revocation list names an id that has a zero byte, as no certificate's has.");
            KeyIds.Add(id.ToArray());
        }
    }

    private void TakeSerials(ReadOnlySpan<byte> data)
    {
        var reader = new FieldReader(data);
        ulong serial = 0;
        while (reader.Remaining > 0)
        {
            reader.UInt64(ref serial);
            Serials.Add(serial, serial);
        }
    }
}
