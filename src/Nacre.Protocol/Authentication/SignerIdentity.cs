using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>An identity whose signer is there already: a key in memory.</summary>
public sealed class SignerIdentity : IIdentity
{
    private readonly ISigner _signer;

    /// <summary>Makes an identity of a signer.</summary>
    /// <param name="signer">Signs; stays the caller's.</param>
    /// <param name="name">What people call the key.</param>
    public SignerIdentity(ISigner signer, string name)
    {
        ArgumentNullException.ThrowIfNull(signer);
        (_signer, Name) = (signer, name);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PublicKey PublicKey => _signer.PublicKey;

    /// <inheritdoc/>
    public bool SignsUnasked => true;

    /// <inheritdoc/>
    public ValueTask<ISigner?> OpenAsync(CancellationToken ct) => new(_signer);
}
