using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>
/// A host key policy that keeps what it knows of a host up to date: it hears which keys the server says it has, once the server has proved the one that
/// it is trusted by. Asked only after <see cref="HostKeyVerdict.TrustAndLearn"/>.
/// </summary>
public interface IHostKeyLearner
{
    /// <summary>Keeps new keys of the host and forgets old ones, or leaves everything as it is.</summary>
    /// <param name="offer">The host, and the key that this connection trusts it by.</param>
    /// <param name="keys">The keys that the server says it has, of types that the client accepts; nothing proves them yet.</param>
    /// <param name="proof">Has the server prove that it has keys.</param>
    /// <param name="ct">Cancels waiting for the server or for a person.</param>
    /// <returns>Done when all is written.</returns>
    ValueTask LearnAsync(HostKeyOffer offer, IReadOnlyList<PublicKey> keys, IHostKeyProof proof, CancellationToken ct);
}

/// <summary>Has the server of a connection prove that it has the private halves of keys.</summary>
public interface IHostKeyProof
{
    /// <summary>Asks for a signature by each key over this session.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="ct">Cancels waiting for the server.</param>
    /// <returns>True when the server has signed with every one of them.</returns>
    Task<bool> ProveAsync(IReadOnlyList<PublicKey> keys, CancellationToken ct);
}
