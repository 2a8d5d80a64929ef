using System.Globalization;

namespace Nacre.Client;

/// <summary>Where to connect and who to be there: [user@]host[:port], with an IPv6 address in brackets when a port follows.</summary>
/// <param name="UserName">The user, or null when the destination does not say.</param>
/// <param name="Host">The host's name or address.</param>
/// <param name="Port">The port; 22 when the destination does not say.</param>
public sealed record SshDestination(string? UserName, string Host, int Port)
{
    /// <summary>The port of the service ssh (RFC 4253 4.1).</summary>
    public const int DefaultPort = 22;

    /// <summary>Reads a destination.</summary>
    /// <param name="text">Such as alice@example.org:2222.</param>
    /// <returns>The destination.</returns>
    /// <exception cref="FormatException">The text is not of that form, or its host could be taken for an option.</exception>
    public static SshDestination Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.LastIndexOf('@');
        string? user = at < 0 ? null : text[..at];
        (string host, int port) = SplitPort(text[(at + 1)..], text);

        // a host that begins with a dash would be an option to whatever program it is handed to.
        bool isHost = host.Length > 0 && host[0] != '-' && !host.AsSpan().ContainsAnyInRange('\0', ' ');
        if (!isHost || user is "" || user?[0] == '-') throw new FormatException($"\"{text}\" is not of the form [user@]host[:port].");
        return new SshDestination(user, host, port);
    }

    private static (string Host, int Port) SplitPort(string text, string whole)
    {
        int bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        string host = bracket < 0 ? text : text[1..bracket];
        string rest = bracket < 0 ? "" : text[(bracket + 1)..];
        if (bracket < 0 && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon && colon == text.LastIndexOf(':')) (host, rest) = (text[..colon], text[colon..]);
        if (rest.Length == 0) return (host, DefaultPort);
        return rest[0] == ':' && ushort.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? (host, port)
            : throw new FormatException($"\"{whole}\" has no valid port.");
    }
}
