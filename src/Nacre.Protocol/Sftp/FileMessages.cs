using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>Section 6.3.</summary>
internal ref struct SftpOpen : ISftpMessage<SftpOpen>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;
    public uint Flags;
    public SftpAttributes? Attributes;

    public static SftpMessageType Type => SftpMessageType.Open;

    public static void Fields<V>(ref V visit, ref SftpOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
        visit.UInt32(ref message.Flags);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>Section 6.3.</summary>
internal ref struct SftpClose : ISftpMessage<SftpClose>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;

    public static SftpMessageType Type => SftpMessageType.Close;

    public static void Fields<V>(ref V visit, ref SftpClose message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
    }
}

/// <summary>Section 6.4.</summary>
internal ref struct SftpRead : ISftpMessage<SftpRead>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;
    public ulong Offset;
    public uint Length;

    public static SftpMessageType Type => SftpMessageType.Read;

    public static void Fields<V>(ref V visit, ref SftpRead message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
        visit.UInt64(ref message.Offset);
        visit.UInt32(ref message.Length);
    }
}

/// <summary>Section 6.4.</summary>
internal ref struct SftpWrite : ISftpMessage<SftpWrite>
{
    public uint Id;
    public ReadOnlySpan<byte> Handle;
    public ulong Offset;
    public ReadOnlySpan<byte> Data;

    public static SftpMessageType Type => SftpMessageType.Write;

    public static void Fields<V>(ref V visit, ref SftpWrite message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
        visit.UInt64(ref message.Offset);
        visit.String(ref message.Data);
    }
}

/// <summary>A <see cref="SftpWrite"/> up to its data, which need not lie in one piece.</summary>
internal ref struct SftpWriteHeader : ISftpRecord<SftpWriteHeader>
{
    /// <summary>No header is longer, in bytes.</summary>
    public const int MaxSize = 4 + 4 + SftpLimits.MaxHandle + 8 + 4;

    public uint Id;
    public ReadOnlySpan<byte> Handle;
    public ulong Offset;
    public uint DataLength;

    public static void Fields<V>(ref V visit, ref SftpWriteHeader message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
        visit.UInt64(ref message.Offset);
        visit.UInt32(ref message.DataLength);
    }
}
