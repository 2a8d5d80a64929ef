using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>
/// Declares for each message number who may send it and in which phase it may arrive; the router's tables, the traces and the tests come from here.
/// </summary>
internal static class MessageTable
{
    /// <summary>The messages of the key exchange method in use (RFC 4250 4.1.2); the exchange says which of them are due.</summary>
    public const int FirstKeyExchangeNumber = 30, LastKeyExchangeNumber = 49;

    /// <summary>The messages of the authentication method in use; the method says which of them are due.</summary>
    public const int FirstMethodNumber = 60, LastMethodNumber = 79;

    /// <summary>One row a message.</summary>
    public static IReadOnlyList<Row> Rows { get; } =
    [
        new(MessageNumber.Disconnect, "SSH2_MSG_DISCONNECT", Sender.Both, Phase.Relaxed | Phase.StrictKeyExchange),
        new(MessageNumber.Ignore, "SSH2_MSG_IGNORE", Sender.Both, Phase.Relaxed),
        new(MessageNumber.Unimplemented, "SSH2_MSG_UNIMPLEMENTED", Sender.Both, Phase.Relaxed),
        new(MessageNumber.Debug, "SSH2_MSG_DEBUG", Sender.Both, Phase.Relaxed),
        new(MessageNumber.ServiceRequest, "SSH2_MSG_SERVICE_REQUEST", Sender.Client, Phase.Service),
        new(MessageNumber.ServiceAccept, "SSH2_MSG_SERVICE_ACCEPT", Sender.Server, Phase.Service),

        // RFC 8308 2.4: the first packet after the first NEWKEYS, and from the server once more before USERAUTH_SUCCESS.
        new(MessageNumber.ExtInfo, "SSH2_MSG_EXT_INFO", Sender.Both, Phase.Service | Phase.Authentication),
        new(MessageNumber.KexInit, "SSH2_MSG_KEXINIT", Sender.Both, Phase.First | Phase.Secured),
        new(MessageNumber.NewKeys, "SSH2_MSG_NEWKEYS", Sender.Both, Phase.KeyExchange | Phase.StrictKeyExchange),
        new(MessageNumber.KexInitShare, "SSH2_MSG_KEXDH_INIT", Sender.Client, Phase.KeyExchange | Phase.StrictKeyExchange),
        new(MessageNumber.KexReplyShare, "SSH2_MSG_KEXDH_REPLY", Sender.Server, Phase.KeyExchange | Phase.StrictKeyExchange),
        new(MessageNumber.KexDhGexInit, "SSH2_MSG_KEX_DH_GEX_INIT", Sender.Client, Phase.KeyExchange | Phase.StrictKeyExchange),
        new(MessageNumber.KexDhGexReply, "SSH2_MSG_KEX_DH_GEX_REPLY", Sender.Server, Phase.KeyExchange | Phase.StrictKeyExchange),
        new(MessageNumber.KexDhGexRequest, "SSH2_MSG_KEX_DH_GEX_REQUEST", Sender.Client, Phase.KeyExchange | Phase.StrictKeyExchange),

        // RFC 4252 5.1: after success, later requests "SHOULD be silently ignored", so they may arrive.
        new(MessageNumber.UserauthRequest, "SSH2_MSG_USERAUTH_REQUEST", Sender.Client, Phase.Authentication | Phase.Connection),
        new(MessageNumber.UserauthFailure, "SSH2_MSG_USERAUTH_FAILURE", Sender.Server, Phase.Authentication),
        new(MessageNumber.UserauthSuccess, "SSH2_MSG_USERAUTH_SUCCESS", Sender.Server, Phase.Authentication),
        new(MessageNumber.UserauthBanner, "SSH2_MSG_USERAUTH_BANNER", Sender.Server, Phase.Authentication),
        new(MessageNumber.UserauthInfoRequest, "SSH2_MSG_USERAUTH_INFO_REQUEST", Sender.Server, Phase.Authentication),
        new(MessageNumber.UserauthInfoResponse, "SSH2_MSG_USERAUTH_INFO_RESPONSE", Sender.Client, Phase.Authentication),
        new(MessageNumber.GlobalRequest, "SSH2_MSG_GLOBAL_REQUEST", Sender.Both, Phase.Connection),
        new(MessageNumber.RequestSuccess, "SSH2_MSG_REQUEST_SUCCESS", Sender.Both, Phase.Connection),
        new(MessageNumber.RequestFailure, "SSH2_MSG_REQUEST_FAILURE", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelOpen, "SSH2_MSG_CHANNEL_OPEN", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelOpenConfirmation, "SSH2_MSG_CHANNEL_OPEN_CONFIRMATION", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelOpenFailure, "SSH2_MSG_CHANNEL_OPEN_FAILURE", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelWindowAdjust, "SSH2_MSG_CHANNEL_WINDOW_ADJUST", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelData, "SSH2_MSG_CHANNEL_DATA", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelExtendedData, "SSH2_MSG_CHANNEL_EXTENDED_DATA", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelEof, "SSH2_MSG_CHANNEL_EOF", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelClose, "SSH2_MSG_CHANNEL_CLOSE", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelRequest, "SSH2_MSG_CHANNEL_REQUEST", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelSuccess, "SSH2_MSG_CHANNEL_SUCCESS", Sender.Both, Phase.Connection),
        new(MessageNumber.ChannelFailure, "SSH2_MSG_CHANNEL_FAILURE", Sender.Both, Phase.Connection),
        new(MessageNumber.Ping, "SSH2_MSG_PING", Sender.Both, Phase.Secured),
        new(MessageNumber.Pong, "SSH2_MSG_PONG", Sender.Both, Phase.Secured),
    ];

    /// <summary>What a message number means to one who receives it; indexed by number, empty where no message has it.</summary>
    public static Row?[] ByNumber { get; } = Index();

    /// <summary>True for what channels carry all day, and for what hides its rhythm: it is dealt with at once and asks nobody.</summary>
    public static bool IsFlow(MessageNumber number) => number is MessageNumber.ChannelData or MessageNumber.ChannelWindowAdjust or MessageNumber.ChannelExtendedData
        or MessageNumber.Ping or MessageNumber.Pong or MessageNumber.Ignore;

    /// <summary>OpenSSH's name of a message, or the bare number of one that is not known.</summary>
    public static string NameOf(MessageNumber number) => ByNumber[(byte)number]?.Name ?? $"type {(byte)number}";

    private static Row?[] Index()
    {
        var rows = new Row?[256];
        foreach (Row row in Rows) rows[(byte)row.Number] = row;
        return rows;
    }

    /// <summary>One message: its number, OpenSSH's name for it, who sends it and when it may arrive.</summary>
    internal sealed record Row(MessageNumber Number, string Name, Sender Sender, Phase Phases);
}
