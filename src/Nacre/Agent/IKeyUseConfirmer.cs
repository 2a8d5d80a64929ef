namespace Nacre.Agent;

/// <summary>Asks a person whether a key that was added with that condition may be used now.</summary>
public interface IKeyUseConfirmer
{
    /// <summary>Asks, and takes as long as it takes; others who use the agent do not wait for it.</summary>
    /// <param name="use">What is to be done with which key.</param>
    /// <param name="ct">Cancelled when the agent ends.</param>
    /// <returns>True when the key may be used this once.</returns>
    ValueTask<bool> ConfirmAsync(KeyUse use, CancellationToken ct);
}
