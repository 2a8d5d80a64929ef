using System.Text;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;

namespace Nacre.Server;

/// <summary>Tells a client that has logged in which host keys the server has, and proves those that it asks about (PROTOCOL 2.5).</summary>
/// <remarks>So clients learn of a new key before the old one goes, and of keys of types that they did not ask for.</remarks>
internal sealed class HostKeyAnnouncement(IStreamTransport transport, IReadOnlyList<ISigner> hostKeys)
{
    /// <summary>Clients that end the connection over it, by the beginnings of what they call themselves; OpenSSH spares them, too.</summary>
    private static readonly string[] Confused = ["TeraTerm SSH", "TTSSH/1.5.", "TTSSH/2.1", "TTSSH/2.2", "TTSSH/2.3", "TTSSH/2.4", "TTSSH/2.5", "TTSSH/2.6", "TTSSH/2.70", "TTSSH/2.71", "TTSSH/2.72", "Cisco-1."];

    /// <summary>Announces the keys; the first thing to be said once the user is logged in.</summary>
    public void Announce()
    {
        string software = transport.PeerIdentification is { } peer && peer.IndexOf('-', "SSH-".Length) is > 0 and int end ? peer[(end + 1)..] : "";
        if (Confused.Any(start => software.StartsWith(start, StringComparison.Ordinal))) return;
        var announcement = new HostKeysRequest { KeyBlobs = HostKeyProofs.Write(hostKeys.Select(key => key.PublicKey).Where(key => key is not Certificate)) };

        // Not by the multiplexer, whose requests may overtake what waits to be sent: USERAUTH_SUCCESS does.
        var request = new GlobalRequest
        {
            RequestName = Encoding.ASCII.GetBytes(HostKeysRequest.RecordName),
            WantReply = false,
            RequestFields = Protocol.Wire.Message.WriteRecord(ref announcement),
        };
        transport.Post(ref request);
    }

    /// <summary>Answers a client's request for proofs.</summary>
    public ValueTask<GlobalAnswer> ProveAsync(IncomingRequest request, CancellationToken ct) =>
        ProveAsync(HostKeyProofs.Read(request.Read<HostKeysProveRequest>().KeyBlobs), ct);

    private async ValueTask<GlobalAnswer> ProveAsync(IReadOnlyList<byte[]> keys, CancellationToken ct)
    {
        byte[]? proofs = await HostKeyProofs.ProveAsync(keys, hostKeys, transport.SessionId, transport.Negotiated!.HostKey.Name, ct).ConfigureAwait(false);
        return proofs is null ? GlobalAnswer.Failure : GlobalAnswer.Success(proofs);
    }
}
