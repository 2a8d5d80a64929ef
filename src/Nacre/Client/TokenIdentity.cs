using Nacre.Agent;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>A token's key that a client may log in with; it is offered before it signs, since that may take a person and a PIN.</summary>
/// <param name="key">The key.</param>
/// <param name="library">The path of the token's library, which names a key without a name of its own.</param>
internal sealed class TokenIdentity(TokenKey key, string library) : IIdentity
{
    public string Name => key.Comment.Length > 0 ? key.Comment : library;

    public PublicKey PublicKey => key.Signer.PublicKey;

    public bool SignsUnasked => false;

    public ValueTask<ISigner?> OpenAsync(CancellationToken ct) => new(key.Signer);
}
