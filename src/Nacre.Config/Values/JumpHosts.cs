namespace Nacre.Config.Values;

/// <summary>Reads the machines of ProxyJump: [user@]host[:port] or ssh:// URIs, with commas between them.</summary>
internal static class JumpHosts
{
    /// <summary>The machines in the order in which they are gone through; false when one of them is malformed.</summary>
    public static bool TryParse(string text, out IReadOnlyList<Destination> hosts)
    {
        var found = new List<Destination>();
        hosts = found;
        foreach (string part in text.Split(','))
        {
            if (!TryParseOne(part, out Destination? host))
                return false;
            found.Add(host!);
        }

        return true;
    }

    private static bool TryParseOne(string text, out Destination? host)
    {
        host = null;
        if (text.StartsWith("ssh://", StringComparison.Ordinal))
            return Destination.TryParse(text, out host, out _, "ssh") && string.IsNullOrEmpty(host!.Path);
        int at = text.LastIndexOf('@');
        if (!HostAndPort.TrySplit(text[(at + 1)..], out string name, out string? portText))
            return false;
        int port = 0;
        if (portText is not null && !(PortNumber.TryParse(portText, out port) && port > 0))
            return false;
        string? user = at < 0 ? null : text[..at];
        if (!Destination.IsValidHost(name) || (user is not null && !Destination.IsValidUser(user)))
            return false;
        host = new Destination(user, name, portText is null ? null : port, null);
        return true;
    }
}
