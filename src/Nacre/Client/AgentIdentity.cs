using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>A key that an agent keeps. It is offered before it signs, since the agent may ask its owner each time.</summary>
public sealed class AgentIdentity : IIdentity, ISigner
{
    private readonly AgentClient _agent;

    internal AgentIdentity(AgentClient agent, PublicKey publicKey, string comment) => (_agent, PublicKey, Name) = (agent, publicKey, comment);

    /// <summary>Who keeps the key.</summary>
    internal AgentClient Agent => _agent;

    /// <summary>The comment that the agent keeps with the key; escape it before it is shown.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public PublicKey PublicKey { get; }

    /// <inheritdoc/>
    public bool SignsUnasked => false;

    /// <inheritdoc/>
    public ValueTask<ISigner?> OpenAsync(CancellationToken ct) => new(this);

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => _agent.SignAsync(PublicKey, algorithm, data, ct);
}
