using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>Shows the text that a server sends before the login (RFC 4252 5.4).</summary>
public interface IBannerViewer
{
    /// <summary>Shows a banner.</summary>
    /// <param name="banner">What the server sent; <see cref="PeerText.Lines"/> is safe to show.</param>
    /// <param name="ct">Cancels waiting.</param>
    ValueTask ShowAsync(PeerText banner, CancellationToken ct);
}
