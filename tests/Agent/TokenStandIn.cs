using Nacre.Protocol.Keys;

namespace Nacre.Tests.Agent;

/// <summary>Signs as a token would, with a key that stays its owner's, and counts how often it was disposed of.</summary>
internal sealed class TokenStandIn(PrivateKey key) : ISigner, IDisposable
{
    public PublicKey PublicKey => key.PublicKey;

    public int Ends { get; private set; }

    /// <summary>What comes of signing instead of a signature; null for none.</summary>
    public Exception? Fault { get; init; }

    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => Fault is null ? key.SignAsync(algorithm, data, ct) : throw Fault;

    public void Dispose() => Ends++;
}
