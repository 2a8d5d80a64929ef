using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>RFC 4254 4; what follows is a record of the request.</summary>
internal ref struct GlobalRequest : IMessage<GlobalRequest>
{
    public ReadOnlySpan<byte> RequestName;
    public bool WantReply;
    public ReadOnlySpan<byte> RequestFields;

    public static MessageNumber Number => MessageNumber.GlobalRequest;

    public static void Fields<V>(ref V visit, ref GlobalRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.RequestName);
        visit.Boolean(ref message.WantReply);
        visit.Rest(ref message.RequestFields);
    }
}

/// <summary>RFC 4254 4.</summary>
internal ref struct RequestSuccess : IMessage<RequestSuccess>
{
    public ReadOnlySpan<byte> ResponseFields;

    public static MessageNumber Number => MessageNumber.RequestSuccess;

    public static void Fields<V>(ref V visit, ref RequestSuccess message)
        where V : IFieldVisitor, allows ref struct => visit.Rest(ref message.ResponseFields);
}

/// <summary>RFC 4254 4.</summary>
internal ref struct RequestFailure : IMessage<RequestFailure>
{
    public static MessageNumber Number => MessageNumber.RequestFailure;

    public static void Fields<V>(ref V visit, ref RequestFailure message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4254 5.1; what follows is a record of the channel type.</summary>
internal ref struct ChannelOpen : IMessage<ChannelOpen>
{
    public ReadOnlySpan<byte> ChannelType;
    public uint SenderChannel;
    public uint InitialWindowSize;
    public uint MaximumPacketSize;
    public ReadOnlySpan<byte> TypeFields;

    public static MessageNumber Number => MessageNumber.ChannelOpen;

    public static void Fields<V>(ref V visit, ref ChannelOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.ChannelType);
        visit.UInt32(ref message.SenderChannel);
        visit.UInt32(ref message.InitialWindowSize);
        visit.UInt32(ref message.MaximumPacketSize);
        visit.Rest(ref message.TypeFields);
    }
}

/// <summary>RFC 4254 5.1.</summary>
internal ref struct ChannelOpenConfirmation : IMessage<ChannelOpenConfirmation>
{
    public uint RecipientChannel;
    public uint SenderChannel;
    public uint InitialWindowSize;
    public uint MaximumPacketSize;
    public ReadOnlySpan<byte> TypeFields;

    public static MessageNumber Number => MessageNumber.ChannelOpenConfirmation;

    public static void Fields<V>(ref V visit, ref ChannelOpenConfirmation message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RecipientChannel);
        visit.UInt32(ref message.SenderChannel);
        visit.UInt32(ref message.InitialWindowSize);
        visit.UInt32(ref message.MaximumPacketSize);
        visit.Rest(ref message.TypeFields);
    }
}

/// <summary>RFC 4254 5.1.</summary>
internal ref struct ChannelOpenFailure : IMessage<ChannelOpenFailure>
{
    public uint RecipientChannel;
    public uint ReasonCode;
    public ReadOnlySpan<byte> Description;
    public ReadOnlySpan<byte> LanguageTag;

    public static MessageNumber Number => MessageNumber.ChannelOpenFailure;

    public static void Fields<V>(ref V visit, ref ChannelOpenFailure message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RecipientChannel);
        visit.UInt32(ref message.ReasonCode);
        visit.OptionalText(ref message.Description);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>RFC 4254 5.2.</summary>
internal ref struct ChannelWindowAdjust : IMessage<ChannelWindowAdjust>
{
    public uint RecipientChannel;
    public uint BytesToAdd;

    public static MessageNumber Number => MessageNumber.ChannelWindowAdjust;

    public static void Fields<V>(ref V visit, ref ChannelWindowAdjust message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RecipientChannel);
        visit.UInt32(ref message.BytesToAdd);
    }
}

/// <summary>RFC 4254 5.2.</summary>
internal ref struct ChannelData : IMessage<ChannelData>
{
    /// <summary>The number, the recipient channel and the length: what stands before the data.</summary>
    public const int HeaderLength = 9;

    public uint RecipientChannel;
    public ReadOnlySpan<byte> Data;

    public static MessageNumber Number => MessageNumber.ChannelData;

    public static void Fields<V>(ref V visit, ref ChannelData message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RecipientChannel);
        visit.String(ref message.Data);
    }
}

/// <summary>RFC 4254 5.2.</summary>
internal ref struct ChannelExtendedData : IMessage<ChannelExtendedData>
{
    /// <summary>The number, the recipient channel, the type code and the length.</summary>
    public const int HeaderLength = 13;

    /// <summary>SSH_EXTENDED_DATA_STDERR, the one type that RFC 4254 defines.</summary>
    public const uint StandardError = 1;

    public uint RecipientChannel;
    public uint DataTypeCode;
    public ReadOnlySpan<byte> Data;

    public static MessageNumber Number => MessageNumber.ChannelExtendedData;

    public static void Fields<V>(ref V visit, ref ChannelExtendedData message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RecipientChannel);
        visit.UInt32(ref message.DataTypeCode);
        visit.String(ref message.Data);
    }
}

/// <summary>RFC 4254 5.3.</summary>
internal ref struct ChannelEof : IMessage<ChannelEof>
{
    public uint RecipientChannel;

    public static MessageNumber Number => MessageNumber.ChannelEof;

    public static void Fields<V>(ref V visit, ref ChannelEof message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.RecipientChannel);
}

/// <summary>RFC 4254 5.3.</summary>
internal ref struct ChannelClose : IMessage<ChannelClose>
{
    public uint RecipientChannel;

    public static MessageNumber Number => MessageNumber.ChannelClose;

    public static void Fields<V>(ref V visit, ref ChannelClose message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.RecipientChannel);
}

/// <summary>RFC 4254 5.4; what follows is a record of the request.</summary>
internal ref struct ChannelRequest : IMessage<ChannelRequest>
{
    public uint RecipientChannel;
    public ReadOnlySpan<byte> RequestType;
    public bool WantReply;
    public ReadOnlySpan<byte> RequestFields;

    public static MessageNumber Number => MessageNumber.ChannelRequest;

    public static void Fields<V>(ref V visit, ref ChannelRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RecipientChannel);
        visit.Text(ref message.RequestType);
        visit.Boolean(ref message.WantReply);
        visit.Rest(ref message.RequestFields);
    }
}

/// <summary>RFC 4254 5.4.</summary>
internal ref struct ChannelSuccess : IMessage<ChannelSuccess>
{
    public uint RecipientChannel;

    public static MessageNumber Number => MessageNumber.ChannelSuccess;

    public static void Fields<V>(ref V visit, ref ChannelSuccess message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.RecipientChannel);
}

/// <summary>RFC 4254 5.4.</summary>
internal ref struct ChannelFailure : IMessage<ChannelFailure>
{
    public uint RecipientChannel;

    public static MessageNumber Number => MessageNumber.ChannelFailure;

    public static void Fields<V>(ref V visit, ref ChannelFailure message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.RecipientChannel);
}
