using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>Section 6.5.</summary>
internal ref struct SftpRemove : ISftpMessage<SftpRemove>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.Remove;

    public static void Fields<V>(ref V visit, ref SftpRemove message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}

/// <summary>Section 6.5.</summary>
internal ref struct SftpRename : ISftpMessage<SftpRename>
{
    public uint Id;
    public ReadOnlySpan<byte> OldPath;
    public ReadOnlySpan<byte> NewPath;

    public static SftpMessageType Type => SftpMessageType.Rename;

    public static void Fields<V>(ref V visit, ref SftpRename message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.OldPath);
        visit.Text(ref message.NewPath);
    }
}

/// <summary>Section 6.11.</summary>
internal ref struct SftpRealPath : ISftpMessage<SftpRealPath>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.RealPath;

    public static void Fields<V>(ref V visit, ref SftpRealPath message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}

/// <summary>Section 6.10.</summary>
internal ref struct SftpReadLink : ISftpMessage<SftpReadLink>
{
    public uint Id;
    public ReadOnlySpan<byte> Path;

    public static SftpMessageType Type => SftpMessageType.ReadLink;

    public static void Fields<V>(ref V visit, ref SftpReadLink message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Path);
    }
}

/// <summary>Section 6.10, with the arguments in the order that OpenSSH sends: what the link says, then the link.</summary>
internal ref struct SftpSymLink : ISftpMessage<SftpSymLink>
{
    public uint Id;
    public ReadOnlySpan<byte> Target;
    public ReadOnlySpan<byte> Link;

    public static SftpMessageType Type => SftpMessageType.SymLink;

    public static void Fields<V>(ref V visit, ref SftpSymLink message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Id);
        visit.Text(ref message.Target);
        visit.Text(ref message.Link);
    }
}
