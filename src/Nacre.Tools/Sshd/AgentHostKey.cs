using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd;

/// <summary>A host key whose private part an agent keeps (HostKeyAgent). The agent is called for each signature, so it may be restarted meanwhile.</summary>
internal sealed class AgentHostKey(PublicKey key, string socketPath) : ISigner
{
    public PublicKey PublicKey => key;

    public async ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        AgentClient agent = await AgentClient.ConnectAsync(socketPath, ct).ConfigureAwait(false)
            ?? throw new SshException($"Could not connect to agent \"{socketPath}\", which keeps a host key");
        await using (agent.ConfigureAwait(false)) return await agent.SignAsync(key, algorithm, data, ct).ConfigureAwait(false);
    }
}
