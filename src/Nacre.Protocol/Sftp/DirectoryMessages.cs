using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>Section 6.7.</summary>
internal ref struct SftpOpenDir : ISftpMessage<SftpOpenDir>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.OpenDir;

    public static void Fields<V>(ref V visit, ref SftpOpenDir message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}

/// <summary>Section 6.7.</summary>
internal ref struct SftpReadDir : ISftpMessage<SftpReadDir>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;

    public static SftpMessageType Type => SftpMessageType.ReadDir;

    public static void Fields<V>(ref V visit, ref SftpReadDir message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
    }
}

/// <summary>Section 6.6.</summary>
internal ref struct SftpMkDir : ISftpMessage<SftpMkDir>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;
    public SftpAttributes? Attributes;

    public static SftpMessageType Type => SftpMessageType.MkDir;

    public static void Fields<V>(ref V visit, ref SftpMkDir message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>Section 6.6.</summary>
internal ref struct SftpRmDir : ISftpMessage<SftpRmDir>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.RmDir;

    public static void Fields<V>(ref V visit, ref SftpRmDir message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}
