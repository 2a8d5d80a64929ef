using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>
/// The client's share: KEXDH_INIT of RFC 4253 8, KEX_ECDH_INIT of RFC 5656 4, and the hybrid methods' C_INIT.
/// </summary>
/// <remarks>An mpint and a string are both a length and contents; a share is those contents, and its method knows which they are.</remarks>
internal ref struct KexInitShare : IMessage<KexInitShare>
{
    public ReadOnlySpan<byte> ClientShare;

    public static MessageNumber Number => MessageNumber.KexInitShare;

    public static void Fields<V>(ref V visit, ref KexInitShare message)
        where V : IFieldVisitor, allows ref struct => visit.String(ref message.ClientShare);
}

/// <summary>The server's host key, share and signature over the exchange hash: message 31 of the same methods.</summary>
internal ref struct KexReplyShare : IMessage<KexReplyShare>
{
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> ServerShare;
    public ReadOnlySpan<byte> Signature;

    public static MessageNumber Number => MessageNumber.KexReplyShare;

    public static void Fields<V>(ref V visit, ref KexReplyShare message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.HostKey);
        visit.String(ref message.ServerShare);
        visit.String(ref message.Signature);
    }
}

/// <summary>RFC 4419 3: the sizes of group that the client wants, in bits.</summary>
internal ref struct KexDhGexRequest : IMessage<KexDhGexRequest>
{
    public uint Min;
    public uint Preferred;
    public uint Max;

    public static MessageNumber Number => MessageNumber.KexDhGexRequest;

    public static void Fields<V>(ref V visit, ref KexDhGexRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Min);
        visit.UInt32(ref message.Preferred);
        visit.UInt32(ref message.Max);
    }
}

/// <summary>RFC 4419 3: the group that the server chose.</summary>
internal ref struct KexDhGexGroup : IMessage<KexDhGexGroup>
{
    /// <summary>The largest modulus: 8192 bits.</summary>
    public const int MaxModulusLength = 1024;

    public ReadOnlySpan<byte> Prime;
    public ReadOnlySpan<byte> Generator;

    public static MessageNumber Number => MessageNumber.KexDhGexGroup;

    public static void Fields<V>(ref V visit, ref KexDhGexGroup message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Mpint(ref message.Prime, MaxModulusLength);
        visit.Mpint(ref message.Generator, MaxModulusLength);
    }
}

/// <summary>RFC 4419 3: the client's share in that group.</summary>
internal ref struct KexDhGexInit : IMessage<KexDhGexInit>
{
    public ReadOnlySpan<byte> ClientShare;

    public static MessageNumber Number => MessageNumber.KexDhGexInit;

    public static void Fields<V>(ref V visit, ref KexDhGexInit message)
        where V : IFieldVisitor, allows ref struct => visit.String(ref message.ClientShare);
}

/// <summary>RFC 4419 3: the server's part in that group.</summary>
internal ref struct KexDhGexReply : IMessage<KexDhGexReply>
{
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> ServerShare;
    public ReadOnlySpan<byte> Signature;

    public static MessageNumber Number => MessageNumber.KexDhGexReply;

    public static void Fields<V>(ref V visit, ref KexDhGexReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.HostKey);
        visit.String(ref message.ServerShare);
        visit.String(ref message.Signature);
    }
}
