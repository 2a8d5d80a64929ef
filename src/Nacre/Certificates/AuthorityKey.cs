using Nacre.Protocol.Keys;

namespace Nacre.Certificates;

/// <summary>One of an authority's keys, from its announcement to the end of the last certificate that it signed.</summary>
/// <param name="PublicKey">The public half.</param>
/// <param name="Signer">What signs with it; null once it signs no more.</param>
/// <param name="SignsFrom">When it begins to sign; those who check certificates are to trust it already.</param>
/// <param name="TrustedUntil">When nothing that it signed holds any more; null while no other key follows.</param>
internal sealed record AuthorityKey(PublicKey PublicKey, ISigner? Signer, DateTimeOffset SignsFrom, DateTimeOffset? TrustedUntil = null);
