namespace Nacre.Protocol.Authentication;

/// <summary>Decides at a server which text is sent before the login (RFC 4252 5.4).</summary>
public interface IBannerPolicy
{
    /// <summary>Gives the banner, once a connection, at the first request.</summary>
    /// <param name="userName">Who the client says it is; a banner that depends on it tells strangers about users.</param>
    /// <param name="ct">Cancels waiting.</param>
    /// <returns>The text, or null for none.</returns>
    ValueTask<string?> BannerAsync(string userName, CancellationToken ct);
}
