using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>One key that the client may log in with: a file, an agent's key, a signer of the program's own.</summary>
public interface IIdentity
{
    /// <summary>What people call it: the file's path, the agent's comment.</summary>
    string Name { get; }

    /// <summary>The public half; null when it cannot be known before the key is opened.</summary>
    PublicKey? PublicKey { get; }

    /// <summary>
    /// True when signing needs no person and costs little. Such a key signs its request at once; any other one is only offered,
    /// and opened when the server has said that it would accept it.
    /// </summary>
    bool SignsUnasked { get; }

    /// <summary>Makes the key ready to sign, asking for a passphrase if it takes one.</summary>
    /// <param name="ct">Cancels waiting for a person or an agent.</param>
    /// <returns>The signer, or null when the person gave up.</returns>
    /// <exception cref="Wire.SshException">The key cannot be used; the next one is tried.</exception>
    ValueTask<ISigner?> OpenAsync(CancellationToken ct);
}
