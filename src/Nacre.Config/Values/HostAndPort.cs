namespace Nacre.Config.Values;

/// <summary>Cuts host:port and [host]:port.</summary>
internal static class HostAndPort
{
    /// <summary>The host without brackets, and the port's text or null. False for a bracket that is not closed or followed by more text.</summary>
    public static bool TrySplit(string text, out string host, out string? port)
    {
        port = null;
        host = text;
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
                return false;
            host = text[1..close];
            if (close + 1 < text.Length)
                port = text[(close + 2)..];
            return true;
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            host = text[..colon];
            port = text[(colon + 1)..];
        }

        return true;
    }
}
