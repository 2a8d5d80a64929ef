using Nacre.Protocol.Keys;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>A host key whose private part the monitor keeps: it signs what a process asks it to, if the connection may have that signed.</summary>
internal sealed class RemoteHostKey(PublicKey publicKey, HostKeyRequest sign) : ISigner
{
    public PublicKey PublicKey => publicKey;

    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => sign(publicKey, algorithm, data, ct);
}

/// <summary>Has a host key of the monitor's sign.</summary>
internal delegate ValueTask<byte[]> HostKeyRequest(PublicKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct);
