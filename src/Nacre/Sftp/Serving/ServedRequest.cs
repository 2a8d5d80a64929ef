using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Serving;

/// <summary>Does one request and answers it; what it throws becomes the status that answers it.</summary>
internal delegate ValueTask RequestMethod(ServingSession session, RequestMessage request, CancellationToken ct);

/// <summary>One request that is served, declared once: dispatch, advertisement, permission, <c>-Q requests</c> and tests read it.</summary>
/// <param name="Name">What people allow and deny it by; OpenSSH's name.</param>
/// <param name="Type">Its message type.</param>
/// <param name="Effect">What it does to the files.</param>
/// <param name="Do">What does it.</param>
internal sealed record ServedRequest(string Name, SftpMessageType Type, RequestEffect Effect, RequestMethod Do)
{
    /// <summary>The name that an extended request has on the wire; empty for the others.</summary>
    public string Extension { get; init; } = "";

    /// <summary>The extension that VERSION tells of, where it is called otherwise.</summary>
    public string AdvertisedAs { get => field ?? Extension; init; }

    /// <summary>What VERSION says of the extension.</summary>
    public string Version { get; init; } = "";
}
