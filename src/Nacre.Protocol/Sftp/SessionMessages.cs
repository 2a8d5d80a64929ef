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

/// <summary>An extension that a server offers, with its version or settings.</summary>
internal ref struct SftpExtensionPair : ISftpRecord<SftpExtensionPair>
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
