using System.Globalization;

namespace Nacre.Config.Values;

/// <summary>Reads TCP port numbers.</summary>
internal static class PortNumber
{
    private static readonly (string Name, int Port)[] Services =
        [("ssh", 22), ("ftp", 21), ("telnet", 23), ("smtp", 25), ("domain", 53), ("http", 80), ("imap2", 143), ("https", 443)];

    /// <summary>Parses a decimal port from 0 to 65535, or the name of a well-known service.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int port)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return port is >= 0 and <= 65535;
        foreach ((string name, int number) in Services)
        {
            if (text.SequenceEqual(name))
            {
                port = number;
                return true;
            }
        }

        port = -1;
        return false;
    }
}
