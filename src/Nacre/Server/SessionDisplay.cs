namespace Nacre.Server;

/// <summary>The X11 display of a session: what its programs need to know so that their windows appear at the client.</summary>
public sealed class SessionDisplay
{
    internal SessionDisplay(string name, string authorityName, string protocol, string cookie) =>
        (Name, AuthorityName, Protocol, Cookie) = (name, authorityName, protocol, cookie);

    /// <summary>The value of DISPLAY, such as localhost:10.0.</summary>
    public string Name { get; }

    /// <summary>The name under which xauth keeps the cookie, such as unix:10.0.</summary>
    public string AuthorityName { get; }

    /// <summary>The protocol of the cookie, for xauth; letters, digits and .:/-_ only.</summary>
    public string Protocol { get; }

    /// <summary>The cookie that the client gave, for xauth; letters, digits and .:/-_ only. It opens nothing but this display.</summary>
    public string Cookie { get; }
}
