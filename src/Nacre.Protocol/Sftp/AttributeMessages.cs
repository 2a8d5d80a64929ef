using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>Section 6.8: of a link itself.</summary>
internal ref struct SftpLStat : ISftpMessage<SftpLStat>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.LStat;

    public static void Fields<V>(ref V visit, ref SftpLStat message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}

/// <summary>Section 6.8.</summary>
internal ref struct SftpFStat : ISftpMessage<SftpFStat>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;

    public static SftpMessageType Type => SftpMessageType.FStat;

    public static void Fields<V>(ref V visit, ref SftpFStat message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
    }
}

/// <summary>Section 6.9.</summary>
internal ref struct SftpSetStat : ISftpMessage<SftpSetStat>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;
    public SftpAttributes? Attributes;

    public static SftpMessageType Type => SftpMessageType.SetStat;

    public static void Fields<V>(ref V visit, ref SftpSetStat message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>Section 6.9.</summary>
internal ref struct SftpFSetStat : ISftpMessage<SftpFSetStat>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;
    public SftpAttributes? Attributes;

    public static SftpMessageType Type => SftpMessageType.FSetStat;

    public static void Fields<V>(ref V visit, ref SftpFSetStat message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>Section 6.8.</summary>
internal ref struct SftpStat : ISftpMessage<SftpStat>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.Stat;

    public static void Fields<V>(ref V visit, ref SftpStat message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}
