using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The sections of a key revocation list, and those within the section of an authority's certificates (PROTOCOL.krl).</summary>
internal enum KeyRevocationSection : byte
{
    Certificates = 1,
    ExplicitKey = 2,
    FingerprintSha1 = 3,
    Signature = 4,
    FingerprintSha256 = 5,
    CertificateSerialList = 0x20,
    CertificateSerialRange = 0x21,
    CertificateSerialBitmap = 0x22,
    CertificateKeyId = 0x23,
    CertificateExtension = 0x39,
    Extension = 255,
}

/// <summary>PROTOCOL.krl 1: the head of a list and its sections.</summary>
internal ref struct KeyRevocationHead : IRecord<KeyRevocationHead>
{
    public const uint CurrentFormat = 1;
    public const int MaxComment = 1 << 16;

    private const int MaxReserved = 1 << 16;

    public ReadOnlySpan<byte> Magic;
    public uint FormatVersion;
    public ulong Version;
    public ulong GeneratedAt;
    public ulong Flags;
    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> Comment;
    public ReadOnlySpan<byte> Sections;

    public static ReadOnlySpan<byte> MagicText => "SSHKRL\n\0"u8;

    public static void Fields<V>(ref V visit, ref KeyRevocationHead message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Bytes(ref message.Magic, MagicText.Length);
        visit.UInt32(ref message.FormatVersion);
        visit.UInt64(ref message.Version);
        visit.UInt64(ref message.GeneratedAt);
        visit.UInt64(ref message.Flags);
        visit.String(ref message.Reserved, MaxReserved);
        visit.Text(ref message.Comment, MaxComment);
        visit.Rest(ref message.Sections);
    }
}

/// <summary>One section: its type and its contents.</summary>
internal ref struct KeyRevocationSectionFields : IRecord<KeyRevocationSectionFields>
{
    public byte Type;
    public ReadOnlySpan<byte> Data;

    public static void Fields<V>(ref V visit, ref KeyRevocationSectionFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Type);
        visit.String(ref message.Data);
    }
}

/// <summary>PROTOCOL.krl 2: what is revoked of one authority's certificates, or of everybody's where no authority is named.</summary>
internal ref struct RevokedCertificateFields : IRecord<RevokedCertificateFields>
{
    public ReadOnlySpan<byte> Authority;
    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> Sections;

    public static void Fields<V>(ref V visit, ref RevokedCertificateFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Authority);
        visit.String(ref message.Reserved);
        visit.Rest(ref message.Sections);
    }
}

/// <summary>PROTOCOL.krl 2.2: serial numbers from one to another, both included.</summary>
internal ref struct SerialRangeFields : IRecord<SerialRangeFields>
{
    public ulong Lowest;
    public ulong Highest;

    public static void Fields<V>(ref V visit, ref SerialRangeFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.Lowest);
        visit.UInt64(ref message.Highest);
    }
}

/// <summary>PROTOCOL.krl 2.3: the bit N stands for the serial number Offset + N.</summary>
internal ref struct SerialBitmapFields : IRecord<SerialBitmapFields>
{
    public ulong Offset;
    public ReadOnlySpan<byte> Bits;

    public static void Fields<V>(ref V visit, ref SerialBitmapFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.Offset);
        visit.Mpint(ref message.Bits, SerialBitmap.MaxLength);
    }
}

/// <summary>PROTOCOL.krl 2.5 and 5: something that later versions add.</summary>
internal ref struct KeyRevocationExtension : IRecord<KeyRevocationExtension>
{
    private const int MaxName = 1024;

    public ReadOnlySpan<byte> Name;
    public bool IsCritical;
    public ReadOnlySpan<byte> Contents;

    public static void Fields<V>(ref V visit, ref KeyRevocationExtension message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Name, MaxName);
        visit.Boolean(ref message.IsCritical);
        visit.String(ref message.Contents);
    }
}
