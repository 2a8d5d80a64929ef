using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>Section 8; the fields are a record of the request.</summary>
internal ref struct SftpExtended : ISftpMessage<SftpExtended>
{
    public uint Id;
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Contents;

    public static SftpMessageType Type => SftpMessageType.Extended;

    public static void Fields<V>(ref V visit, ref SftpExtended message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Name, NameList.MaxNameLength);
        visit.Rest(ref message.Contents);
    }
}

/// <summary>Section 8.</summary>
internal ref struct SftpExtendedReply : ISftpMessage<SftpExtendedReply>
{
    public uint Id;
    public ReadOnlySpan<byte> Contents;

    public static SftpMessageType Type => SftpMessageType.ExtendedReply;

    public static void Fields<V>(ref V visit, ref SftpExtendedReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Rest(ref message.Contents);
    }
}

/// <summary>The fields of posix-rename@openssh.com and hardlink@openssh.com.</summary>
internal ref struct SftpTwoPaths : ISftpRecord<SftpTwoPaths>
{
    public ReadOnlySpan<byte> OldPath;
    public ReadOnlySpan<byte> NewPath;

    public static void Fields<V>(ref V visit, ref SftpTwoPaths message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.OldPath);
        visit.Text(ref message.NewPath);
    }
}

/// <summary>The fields of fsync@openssh.com and fstatvfs@openssh.com.</summary>
internal ref struct SftpHandleOnly : ISftpRecord<SftpHandleOnly>
{
    public ReadOnlySpan<byte> Handle;

    public static void Fields<V>(ref V visit, ref SftpHandleOnly message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
    }
}

/// <summary>The fields of lsetstat@openssh.com.</summary>
internal ref struct SftpPathAndAttributes : ISftpRecord<SftpPathAndAttributes>
{
    public ReadOnlySpan<byte> Path;
    public SftpAttributes? Attributes;

    public static void Fields<V>(ref V visit, ref SftpPathAndAttributes message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Path);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>The fields of expand-path@openssh.com and statvfs@openssh.com.</summary>
internal ref struct SftpPathOnly : ISftpRecord<SftpPathOnly>
{
    public ReadOnlySpan<byte> Path;

    public static void Fields<V>(ref V visit, ref SftpPathOnly message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Path);
    }
}
