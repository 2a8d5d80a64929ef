using System.Globalization;
using Nacre.Unix;

namespace Nacre.Config.Values;

/// <summary>Reads TCP port numbers.</summary>
internal static class PortNumber
{
    /// <summary>Parses a decimal port from 0 to 65535, or the name of a service.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int port)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return port is >= 0 and <= 65535;
        port = ServiceNames.PortOf(text.ToString()) ?? -1;
        return port >= 0;
    }
}
