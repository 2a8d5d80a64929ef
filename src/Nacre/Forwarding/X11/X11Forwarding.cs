using Nacre.Crypto;

namespace Nacre.Forwarding.X11;

/// <summary>The X11 display that is lent to programs at the server, and what the display asks of its clients.</summary>
/// <remarks>
/// The server is never told the cookie: it gets a false one, and only a connection that shows the false one is let through to the display, with the
/// true one in its place (RFC 4254 6.3.1). A cookie that was made for untrusted clients keeps the display from their other sides too.
/// A session that was opened with it has what it needs: disposing of it wipes the cookie here and ends no session.
/// </remarks>
public sealed class X11Forwarding : IDisposable
{
    /// <summary>The protocol of cookies.</summary>
    public const string CookieProtocol = "MIT-MAGIC-COOKIE-1";

    /// <summary>The longest name of a protocol, and the longest cookie, in bytes.</summary>
    internal const int MaxLength = 256;

    /// <summary>Describes a display.</summary>
    /// <param name="display">What DISPLAY says, such as :0 or localhost:10.0.</param>
    /// <param name="cookie">The cookie that the display asks for, as xauth list shows it, in bytes; at most 256.</param>
    /// <param name="protocol">The protocol that the cookie is of.</param>
    /// <exception cref="FormatException">The display's name is not of that form.</exception>
    /// <exception cref="ArgumentException">The cookie or the protocol's name is empty or too long.</exception>
    public X11Forwarding(string display, ReadOnlySpan<byte> cookie, string protocol = CookieProtocol)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        if (!X11Display.TryParse(display, out X11Display parsed)) throw new FormatException($"\"{display}\" is not the name of an X11 display.");
        if (cookie.IsEmpty || cookie.Length > MaxLength) throw new ArgumentException($"A cookie has 1 to {MaxLength} bytes.", nameof(cookie));
        if (protocol.Length > MaxLength) throw new ArgumentException($"The name of a protocol has at most {MaxLength} bytes.", nameof(protocol));
        (Display, Protocol, Cookie) = (parsed, protocol, Secret.CopyOf(cookie));
    }

    /// <summary>How long connections are let through, from when the session starts; zero for as long as the SSH connection lasts.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Asks the server for one connection only (RFC 4254 6.3.1).</summary>
    public bool IsSingleConnection { get; init; }

    internal X11Display Display { get; }

    internal string Protocol { get; }

    internal Secret Cookie { get; }

    /// <summary>Wipes the cookie; no further session can be opened with it.</summary>
    public void Dispose() => Cookie.Dispose();

    /// <summary>A display with a cookie of its own making, for one that asks for none.</summary>
    /// <param name="display">What DISPLAY says.</param>
    /// <returns>The display.</returns>
    /// <exception cref="FormatException">The display's name is not of that form.</exception>
    public static X11Forwarding WithoutCookie(string display) => new(display, SystemRandom.Instance.Bytes(16));
}
