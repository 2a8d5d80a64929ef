using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>RFC 4253 11.1.</summary>
internal ref struct Disconnect : IMessage<Disconnect>
{
    public uint ReasonCode;
    public ReadOnlySpan<byte> Description;
    public ReadOnlySpan<byte> LanguageTag;

    public static MessageNumber Number => MessageNumber.Disconnect;

    public static void Fields<V>(ref V visit, ref Disconnect message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.ReasonCode);
        visit.OptionalText(ref message.Description);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>RFC 4253 11.2.</summary>
internal ref struct Ignore : IMessage<Ignore>
{
    public ReadOnlySpan<byte> Data;

    public static MessageNumber Number => MessageNumber.Ignore;

    // The contents mean nothing, and some senders leave out even the string's length.
    public static void Fields<V>(ref V visit, ref Ignore message)
        where V : IFieldVisitor, allows ref struct => visit.Rest(ref message.Data);
}

/// <summary>RFC 4253 11.4.</summary>
internal ref struct Unimplemented : IMessage<Unimplemented>
{
    public uint Sequence;

    public static MessageNumber Number => MessageNumber.Unimplemented;

    public static void Fields<V>(ref V visit, ref Unimplemented message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.Sequence);
}

/// <summary>RFC 4253 11.3.</summary>
internal ref struct Debug : IMessage<Debug>
{
    public bool AlwaysDisplay;
    public ReadOnlySpan<byte> Text;
    public ReadOnlySpan<byte> LanguageTag;

    public static MessageNumber Number => MessageNumber.Debug;

    public static void Fields<V>(ref V visit, ref Debug message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.AlwaysDisplay);
        visit.Text(ref message.Text);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>RFC 4253 10.</summary>
internal ref struct ServiceRequest : IMessage<ServiceRequest>
{
    public ReadOnlySpan<byte> ServiceName;

    public static MessageNumber Number => MessageNumber.ServiceRequest;

    public static void Fields<V>(ref V visit, ref ServiceRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.ServiceName, NameList.MaxNameLength);
}

/// <summary>RFC 4253 10.</summary>
internal ref struct ServiceAccept : IMessage<ServiceAccept>
{
    public ReadOnlySpan<byte> ServiceName;

    public static MessageNumber Number => MessageNumber.ServiceAccept;

    public static void Fields<V>(ref V visit, ref ServiceAccept message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.ServiceName, NameList.MaxNameLength);
}

/// <summary>RFC 8308 2.3; the extensions are read one by one from <see cref="Extensions"/> as <see cref="Extension"/>.</summary>
internal ref struct ExtInfo : IMessage<ExtInfo>
{
    /// <summary>More extensions than this in one message are refused.</summary>
    public const int MaxExtensions = 1024;

    public uint Count;
    public ReadOnlySpan<byte> Extensions;

    public static MessageNumber Number => MessageNumber.ExtInfo;

    public static void Fields<V>(ref V visit, ref ExtInfo message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Count);
        visit.Rest(ref message.Extensions);
    }
}

/// <summary>One extension of an <see cref="ExtInfo"/>; its value may hold any byte.</summary>
internal ref struct Extension : IRecord<Extension>
{
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Value;

    public static void Fields<V>(ref V visit, ref Extension message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Name);
        visit.String(ref message.Value);
    }
}

/// <summary>RFC 4253 7.1.</summary>
internal ref struct KexInit : IMessage<KexInit>
{
    public const int CookieLength = 16;

    public ReadOnlySpan<byte> Cookie;
    public NameList KexAlgorithms;
    public NameList ServerHostKeyAlgorithms;
    public NameList EncryptionClientToServer;
    public NameList EncryptionServerToClient;
    public NameList MacClientToServer;
    public NameList MacServerToClient;
    public NameList CompressionClientToServer;
    public NameList CompressionServerToClient;
    public NameList LanguagesClientToServer;
    public NameList LanguagesServerToClient;
    public bool FirstKexPacketFollows;
    public uint Reserved;

    public static MessageNumber Number => MessageNumber.KexInit;

    public static void Fields<V>(ref V visit, ref KexInit message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Bytes(ref message.Cookie, CookieLength);
        visit.Names(ref message.KexAlgorithms);
        visit.Names(ref message.ServerHostKeyAlgorithms);
        visit.Names(ref message.EncryptionClientToServer);
        visit.Names(ref message.EncryptionServerToClient);
        visit.Names(ref message.MacClientToServer);
        visit.Names(ref message.MacServerToClient);
        visit.Names(ref message.CompressionClientToServer);
        visit.Names(ref message.CompressionServerToClient);
        visit.Names(ref message.LanguagesClientToServer);
        visit.Names(ref message.LanguagesServerToClient);
        visit.Boolean(ref message.FirstKexPacketFollows);
        visit.UInt32(ref message.Reserved);
    }
}

/// <summary>RFC 4253 7.3.</summary>
internal ref struct NewKeys : IMessage<NewKeys>
{
    public static MessageNumber Number => MessageNumber.NewKeys;

    public static void Fields<V>(ref V visit, ref NewKeys message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>OpenSSH's ping@openssh.com: the peer answers with a <see cref="Pong"/> of the same data.</summary>
internal ref struct Ping : IMessage<Ping>
{
    public ReadOnlySpan<byte> Data;

    public static MessageNumber Number => MessageNumber.Ping;

    public static void Fields<V>(ref V visit, ref Ping message)
        where V : IFieldVisitor, allows ref struct => visit.String(ref message.Data);
}

/// <summary>The answer to a <see cref="Ping"/>.</summary>
internal ref struct Pong : IMessage<Pong>
{
    public ReadOnlySpan<byte> Data;

    public static MessageNumber Number => MessageNumber.Pong;

    public static void Fields<V>(ref V visit, ref Pong message)
        where V : IFieldVisitor, allows ref struct => visit.String(ref message.Data);
}
