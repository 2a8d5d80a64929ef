using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>Section 7; old servers leave out the text.</summary>
internal ref struct SftpStatus : ISftpMessage<SftpStatus>
{
    public uint Id;
    public uint Code;
    public ReadOnlySpan<byte> Message;
    public ReadOnlySpan<byte> LanguageTag;

    public static SftpMessageType Type => SftpMessageType.Status;

    public static void Fields<V>(ref V visit, ref SftpStatus message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.UInt32(ref message.Code);
        visit.OptionalText(ref message.Message);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>Section 7.</summary>
internal ref struct SftpHandle : ISftpMessage<SftpHandle>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;

    public static SftpMessageType Type => SftpMessageType.Handle;

    public static void Fields<V>(ref V visit, ref SftpHandle message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
    }
}

/// <summary>Section 7.</summary>
internal ref struct SftpData : ISftpMessage<SftpData>
{
    public uint Id;
    public ReadOnlySpan<byte> Data;

    public static SftpMessageType Type => SftpMessageType.Data;

    public static void Fields<V>(ref V visit, ref SftpData message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Data);
    }
}

/// <summary>Section 7; the entries are read one by one as <see cref="SftpNameEntry"/>.</summary>
internal ref struct SftpName : ISftpMessage<SftpName>
{
    public uint Id;
    public uint Count;
    public ReadOnlySpan<byte> Entries;

    public static SftpMessageType Type => SftpMessageType.Name;

    public static void Fields<V>(ref V visit, ref SftpName message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.UInt32(ref message.Count);
        visit.Rest(ref message.Entries);
    }
}

/// <summary>One name of a <see cref="SftpName"/>. The long name is for show and never to be taken apart.</summary>
internal ref struct SftpNameEntry : ISftpRecord<SftpNameEntry>
{
    public ReadOnlySpan<byte> FileName;
    public ReadOnlySpan<byte> LongName;
    public SftpAttributes? Attributes;

    public static void Fields<V>(ref V visit, ref SftpNameEntry message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.FileName);
        visit.String(ref message.LongName);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>Section 7.</summary>
internal ref struct SftpAttrs : ISftpMessage<SftpAttrs>
{
    public uint Id;
    public SftpAttributes? Attributes;

    public static SftpMessageType Type => SftpMessageType.Attrs;

    public static void Fields<V>(ref V visit, ref SftpAttrs message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}
