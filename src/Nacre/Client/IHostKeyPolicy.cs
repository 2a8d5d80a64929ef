namespace Nacre.Client;

/// <summary>Decides whether a server's host key is the one that the client means to talk to. Nothing in the library trusts a key unasked.</summary>
public interface IHostKeyPolicy
{
    /// <summary>Judges a key; it has signed the key exchange already. An exception is a refusal.</summary>
    /// <param name="offer">The key and whom it is for.</param>
    /// <param name="ct">Cancels waiting for a person.</param>
    /// <returns>The verdict.</returns>
    ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct);
}
