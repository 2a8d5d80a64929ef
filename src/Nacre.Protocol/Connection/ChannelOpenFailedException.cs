using System.Globalization;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>A channel could not be opened; the connection goes on.</summary>
public sealed class ChannelOpenFailedException : SshException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The peer's reason code, which may be none of the named ones.</param>
    /// <param name="description">The peer's text, escaped; it may be empty.</param>
    public ChannelOpenFailedException(OpenFailureReason reason, string description)
        : base($"open failed: {Words(reason)}{(description.Length == 0 ? "" : $": {description}")}")
    {
        Reason = reason;
        Description = description;
    }

    /// <summary>The reason code.</summary>
    public OpenFailureReason Reason { get; }

    /// <summary>The peer's text, safe to show.</summary>
    public string Description { get; }

    /// <summary>The channel's number on this side, where the peer refused it.</summary>
    internal uint? Channel { get; init; }

    /// <summary>The message as OpenSSH tells it, with the number of the channel.</summary>
    internal string Line => Channel is { } number ? string.Create(CultureInfo.InvariantCulture, $"channel {number}: {Message}") : Message;

    // OpenSSH's words for the codes.
    private static string Words(OpenFailureReason reason) => reason switch
    {
        OpenFailureReason.AdministrativelyProhibited => "administratively prohibited",
        OpenFailureReason.ConnectFailed => "connect failed",
        OpenFailureReason.UnknownChannelType => "unknown channel type",
        OpenFailureReason.ResourceShortage => "resource shortage",
        _ => "unknown reason",
    };
}
