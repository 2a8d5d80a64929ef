using System.Globalization;

namespace Nacre.Config.Values;

/// <summary>Reads times ("1h30m") and sizes ("1.5G") as OpenSSH writes them.</summary>
internal static class Quantity
{
    /// <summary>Adds up a sequence of numbers with s, m, h, d or w (none: seconds); at most 2^31-1 seconds.</summary>
    public static bool TryParseTime(ReadOnlySpan<char> text, out TimeSpan time) => TryAddUp(text, "0123456789", out time);

    /// <summary>The same with fractions ("1.5m").</summary>
    public static bool TryParseFineTime(ReadOnlySpan<char> text, out TimeSpan time) => TryAddUp(text, "0123456789.", out time);

    private static bool TryAddUp(ReadOnlySpan<char> text, string digits, out TimeSpan time)
    {
        time = default;
        if (text.IsEmpty)
            return false;
        decimal total = 0;
        while (!text.IsEmpty)
        {
            int length = text.IndexOfAnyExcept(digits);
            ReadOnlySpan<char> number = length < 0 ? text : text[..length];
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) || amount > int.MaxValue)
                return false;
            text = text[number.Length..];
            int scale = TakeScale(ref text);
            total += amount * scale;
            if (scale == 0 || total > int.MaxValue)
                return false;
        }

        time = TimeSpan.FromTicks((long)(total * TimeSpan.TicksPerSecond));
        return true;
    }

    // Without a unit seconds are meant; zero for something that is no unit.
    private static int TakeScale(ref ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 1;
        int scale = char.ToLowerInvariant(text[0]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        text = text[1..];
        return scale;
    }

    /// <summary>Parses a number of bytes with an optional fraction and one of B K M G T P E (powers of 1024).</summary>
    public static bool TryParseSize(ReadOnlySpan<char> text, out long bytes, out bool isTooLarge)
    {
        bytes = 0;
        isTooLarge = false;
        bool isNegative = text.StartsWith("-");
        if (isNegative || text.StartsWith("+"))
            text = text[1..];
        int end = text.IndexOfAnyExcept("0123456789.");
        ReadOnlySpan<char> number = end < 0 ? text : text[..end];
        ReadOnlySpan<char> unit = end < 0 ? [] : text[end..];
        int power = unit.IsEmpty ? 0 : unit.Length > 1 ? -1 : "BKMGTPE".IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal);
        if (power < 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
        {
            // More digits than a decimal holds is a number all the same.
            isTooLarge = power >= 0 && number.Length > 28 && !number.ContainsAnyExcept("0123456789");
            return false;
        }

        decimal scaled;
        try
        {
            scaled = decimal.Truncate(amount * (1L << (10 * power)));
        }
        catch (OverflowException)
        {
            scaled = decimal.MaxValue;
        }

        isTooLarge = scaled > long.MaxValue;
        if (isTooLarge)
            return false;
        bytes = isNegative ? -(long)scaled : (long)scaled;
        return true;
    }
}
