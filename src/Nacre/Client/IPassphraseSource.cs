using Nacre.Protocol.Authentication;

namespace Nacre.Client;

/// <summary>Gives the passphrase of a private key file.</summary>
public interface IPassphraseSource
{
    /// <summary>Asks for the passphrase of a file.</summary>
    /// <param name="path">The file, as it was named; escape it before it is shown.</param>
    /// <param name="attempt">1 for the first time; above it the one before did not open the file.</param>
    /// <param name="ct">Cancels waiting for a person.</param>
    /// <returns>The passphrase, which is erased after use; null or an empty one to leave the key out.</returns>
    ValueTask<Password?> AskPassphraseAsync(string path, int attempt, CancellationToken ct);
}
