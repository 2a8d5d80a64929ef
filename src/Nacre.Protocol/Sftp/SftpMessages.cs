using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>The client's first message: the version it speaks, and extension pairs that version 3 does not use.</summary>
internal ref struct SftpInit : ISftpMessage<SftpInit>
{
    public uint Version;
    public ReadOnlySpan<byte> Extensions;

    public static SftpMessageType Type => SftpMessageType.Init;

    public static void Fields<V>(ref V visit, ref SftpInit message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Version);
        visit.Rest(ref message.Extensions);
    }
}

/// <summary>The server's answer: the version it speaks and its extensions, read one by one as <see cref="SftpExtensionPair"/>.</summary>
internal ref struct SftpVersion : ISftpMessage<SftpVersion>
{
    public uint Version;
    public ReadOnlySpan<byte> Extensions;

    public static SftpMessageType Type => SftpMessageType.Version;

    public static void Fields<V>(ref V visit, ref SftpVersion message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Version);
        visit.Rest(ref message.Extensions);
    }
}

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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.OldPath, SftpLimits.MaxPath);
        visit.Text(ref message.NewPath, SftpLimits.MaxPath);
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
        visit.Text(ref message.Path, SftpLimits.MaxPath);
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
        visit.Text(ref message.Target, SftpLimits.MaxPath);
        visit.Text(ref message.Link, SftpLimits.MaxPath);
    }
}

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

/// <summary>An extension that a server offers, with its version or settings.</summary>
internal ref struct SftpExtensionPair : IRecord<SftpExtensionPair>
{
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Value;

    public static void Fields<V>(ref V visit, ref SftpExtensionPair message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Name);
        visit.String(ref message.Value);
    }
}

/// <summary>One name of a <see cref="SftpName"/>. The long name is for show and never to be taken apart.</summary>
internal ref struct SftpNameEntry : IRecord<SftpNameEntry>
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

/// <summary>The fields of posix-rename@openssh.com and hardlink@openssh.com.</summary>
internal ref struct SftpTwoPaths : IRecord<SftpTwoPaths>
{
    public ReadOnlySpan<byte> OldPath;
    public ReadOnlySpan<byte> NewPath;

    public static void Fields<V>(ref V visit, ref SftpTwoPaths message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.OldPath, SftpLimits.MaxPath);
        visit.Text(ref message.NewPath, SftpLimits.MaxPath);
    }
}

/// <summary>The fields of fsync@openssh.com.</summary>
internal ref struct SftpHandleOnly : IRecord<SftpHandleOnly>
{
    public ReadOnlySpan<byte> Handle;

    public static void Fields<V>(ref V visit, ref SftpHandleOnly message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
    }
}

/// <summary>The fields of lsetstat@openssh.com.</summary>
internal ref struct SftpPathAndAttributes : IRecord<SftpPathAndAttributes>
{
    public ReadOnlySpan<byte> Path;
    public SftpAttributes? Attributes;

    public static void Fields<V>(ref V visit, ref SftpPathAndAttributes message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Path, SftpLimits.MaxPath);
        SftpAttributes.Visit(ref visit, ref message.Attributes);
    }
}

/// <summary>The fields of expand-path@openssh.com.</summary>
internal ref struct SftpPathOnly : IRecord<SftpPathOnly>
{
    public ReadOnlySpan<byte> Path;

    public static void Fields<V>(ref V visit, ref SftpPathOnly message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Path, SftpLimits.MaxPath);
    }
}

/// <summary>The answer to limits@openssh.com; 0 means unlimited.</summary>
internal ref struct SftpLimitsReply : IRecord<SftpLimitsReply>
{
    public ulong MaxPacketLength;
    public ulong MaxReadLength;
    public ulong MaxWriteLength;
    public ulong MaxOpenHandles;

    public static void Fields<V>(ref V visit, ref SftpLimitsReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.MaxPacketLength);
        visit.UInt64(ref message.MaxReadLength);
        visit.UInt64(ref message.MaxWriteLength);
        visit.UInt64(ref message.MaxOpenHandles);
    }
}
