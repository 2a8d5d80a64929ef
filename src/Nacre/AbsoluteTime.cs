using System.Globalization;

namespace Nacre;

/// <summary>Reads points in time as authorized_keys, lists of allowed signers and ssh-keygen have them.</summary>
internal static class AbsoluteTime
{
    private static readonly string[] Forms = ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"];

    /// <summary>Reads YYYYMMDD or YYYYMMDDHHMM[SS], in the local time zone unless Z or UTC is there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="seconds">The time in seconds since 1970.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out long seconds)
    {
        int zone = text.EndsWith("z", StringComparison.OrdinalIgnoreCase) ? 1 : text.EndsWith("utc", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
        DateTimeStyles style = zone > 0 ? DateTimeStyles.AssumeUniversal : DateTimeStyles.AssumeLocal;
        bool isTime = DateTimeOffset.TryParseExact(text[..^zone], Forms, CultureInfo.InvariantCulture, style, out DateTimeOffset time);
        seconds = time.ToUnixTimeSeconds();
        return isTime;
    }
}
