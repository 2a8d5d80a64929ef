using System.Text;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>
/// A destination as people type it: host, user@host, or a URI such as ssh://user@host:port/path. What could reach a shell
/// or be taken for an option is refused here, before anything is expanded (CVE-2023-51385).
/// </summary>
/// <param name="User">The user, or null when none was named.</param>
/// <param name="Host">The host, without the brackets of an IPv6 address.</param>
/// <param name="Port">The port, or null.</param>
/// <param name="Path">The path of a URI without its first slash, or null.</param>
internal sealed record Destination(string? User, string Host, int? Port, string? Path)
{
    private const string ShellCharacters = "'`\"$\\;&<>|(){},";

    /// <summary>Parses a destination; <paramref name="schemes"/> names the URI schemes that it may have.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="error">OpenSSH's message when it is refused.</param>
    /// <param name="schemes">For ssh "ssh", for scp "scp", for sftp "sftp".</param>
    public static bool TryParse(string text, out Destination? destination, out string error, params ReadOnlySpan<string> schemes)
    {
        destination = null;
        foreach (string scheme in schemes)
        {
            // OpenSSH compares the scheme as it stands, in lower case.
            if (text.StartsWith(scheme + "://", StringComparison.Ordinal))
            {
                error = $"invalid {scheme} URI: {text}";
                return TryParseUri(text[(scheme.Length + 3)..], scheme, out destination) && TryCheck(ref destination, out error);
            }
        }

        int at = text.LastIndexOf('@');
        error = "the destination has no user before the @; write user@host or host";
        if (at == 0)
            return false;
        destination = new Destination(at < 0 ? null : text[..at], text[(at + 1)..], null, null);
        return TryCheck(ref destination, out error);
    }

    /// <summary>Whether a host name may be used: no option, no blanks or control characters, nothing that a shell would act on.</summary>
    public static bool IsValidHost(string host) =>
        host.Length is > 0 and < ForwardEnd.MaxHost && host[0] != '-'
        && !host.AsSpan().ContainsAny(ShellCharacters) && !host.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c));

    /// <summary>Whether a user name may be used. Blanks are allowed, as some directories have them, but not before a dash.</summary>
    public static bool IsValidUser(string user)
    {
        if (user.Length == 0 || user[0] == '-' || user[^1] == '\\' || user.AsSpan().ContainsAny("'`\";&<>|(){}$"))
            return false;
        for (int i = 0; i < user.Length; i++)
        {
            if (char.IsControl(user[i]) || (char.IsWhiteSpace(user[i]) && i + 1 < user.Length && user[i + 1] == '-'))
                return false;
        }

        return true;
    }

    private static bool TryCheck(ref Destination? destination, out string error)
    {
        error = !IsValidHost(destination!.Host) ? "hostname contains invalid characters"
            : destination.User is { } user && !IsValidUser(user) ? "remote username contains invalid characters"
            : "";
        if (error.Length > 0)
            destination = null;
        return error.Length == 0;
    }

    // RFC 3986 3.2 with the ";parameters" of draft-ietf-secsh-scp-sftp-ssh-uri-04, which are passed over.
    private static bool TryParseUri(string rest, string scheme, out Destination? destination)
    {
        destination = null;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string? path = slash < 0 ? null : rest[(slash + 1)..];
        string authority = slash < 0 ? rest : rest[..slash];
        string? user = null;
        int at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            string userInfo = authority[..at];
            int semicolon = userInfo.IndexOf(';', StringComparison.Ordinal);
            userInfo = semicolon < 0 ? userInfo : userInfo[..semicolon];
            // A password in a URI would end up in histories and process lists.
            if (userInfo.Contains(':', StringComparison.Ordinal) || !TryDecode(userInfo, out user) || user!.Length == 0)
                return false;
        }

        if (!HostAndPort.TrySplit(authority[(at + 1)..], out string host, out string? portText) || !IsHostOfUri(host))
            return false;
        int port = 0;
        if (portText is { Length: > 0 } && (!PortNumber.TryParse(portText, out port) || port == 0))
            return false;
        string? decodedPath = null;
        if (path is { Length: > 0 } && (scheme == "ssh" || !TryDecode(path, out decodedPath)))
            return false;
        destination = new Destination(user, host, port == 0 ? null : port, decodedPath);
        return true;
    }

    private static bool IsHostOfUri(string host) =>
        host.Length > 0 && (host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            || Patterns.AddressPattern.TryParseAddress(host, out _));

    private static bool TryDecode(string text, out string? decoded)
    {
        decoded = null;
        var bytes = new List<byte>();
        byte[] raw = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                bytes.Add(raw[i]);
                continue;
            }

            if (i + 2 >= raw.Length || !char.IsAsciiHexDigit((char)raw[i + 1]) || !char.IsAsciiHexDigit((char)raw[i + 2]))
                return false;
            byte value = Convert.FromHexString([(char)raw[i + 1], (char)raw[i + 2]])[0];
            if (value == 0)
                return false;
            bytes.Add(value);
            i += 2;
        }

        decoded = Encoding.UTF8.GetString([.. bytes]);
        return true;
    }
}
