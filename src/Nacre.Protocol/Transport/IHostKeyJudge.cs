using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Transport;

/// <summary>Decides whether a server's host key is the one that the client means to talk to; there is no default, and anything but true refuses.</summary>
internal interface IHostKeyJudge
{
    /// <summary>True when the key is trusted; it has signed the exchange already.</summary>
    ValueTask<bool> IsTrustedAsync(PublicKey hostKey, CancellationToken ct);
}
