using System.Globalization;
using Nacre.Config.Values;

namespace Nacre.Tools.SshKeygen;

/// <summary>From when and until when a certificate is to hold, or holds, as people write it and read it.</summary>
/// <param name="After">The first second, in seconds since 1970; zero for always.</param>
/// <param name="Before">The first second after it; <see cref="ulong.MaxValue"/> for never.</param>
internal readonly record struct ValidityInterval(ulong After, ulong Before)
{
    public static readonly ValidityInterval Unlimited = new(0, ulong.MaxValue);

    /// <summary>After this day, the last of the year 9999, times are shown as numbers.</summary>
    private const ulong LastShown = 253402214400;

    /// <summary>Reads what -V takes: an end from now (+52w), or a start and an end (-1d:20300101, always:forever, 0x1:0x2000000000).</summary>
    /// <exception cref="FatalException">It is none, or ends before it begins; in OpenSSH's words.</exception>
    public static ValidityInterval Parse(string text, DateTimeOffset now)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        bool isWhole = colon < 0 ? text.StartsWith('+') : colon > 0 && colon + 1 < text.Length;
        if (!isWhole) throw new FatalException($"Invalid certificate life specification {text}");
        long seconds = now.ToUnixTimeSeconds();
        ValidityInterval interval = colon < 0
            ? new(LastMinute(seconds), Relative(text, seconds, "life"))
            : new(Moment(text[..colon], seconds, "from", ("always", 0)), Moment(text[(colon + 1)..], seconds, "to", ("forever", ulong.MaxValue)));
        return interval.After < interval.Before ? interval : throw new FatalException("Empty certificate validity interval");
    }

    /// <summary>As OpenSSH shows it, in the local time zone.</summary>
    public override string ToString() => (After, Before) switch
    {
        (0, ulong.MaxValue) => "forever",
        (0, _) => $"before {Shown(Before)}",
        (_, ulong.MaxValue) => $"after {Shown(After)}",
        _ => $"from {Shown(After)} to {Shown(Before)}",
    };

    /// <summary>A full minute at most two minutes ago, so that a machine whose clock is somewhat behind believes the certificate at once.</summary>
    private static ulong LastMinute(long now)
    {
        long before = Math.Max(0, now - 59);
        return (ulong)(before - (before % 60));
    }

    private static ulong Moment(string text, long now, string which, (string Word, ulong Seconds) limit)
    {
        if (text[0] is '-' or '+') return Relative(text, now, "time");
        if (text == limit.Word) return limit.Seconds;
        if (text.StartsWith("0x", StringComparison.Ordinal)) return Hexadecimal(text.AsSpan(2));
        return AbsoluteTime.TryRead(text, out long seconds) && seconds >= 0 ? (ulong)seconds : throw new FatalException($"Invalid {which} time \"{text}\"");
    }

    private static ulong Relative(string text, long now, string what)
    {
        if (!Quantity.TryParseTime(text.AsSpan(1), out TimeSpan distance)) throw new FatalException($"Invalid relative certificate {what} {text}");
        long seconds = text[0] == '-' ? now - (long)distance.TotalSeconds : now + (long)distance.TotalSeconds;
        return seconds >= 0 ? (ulong)seconds : throw new FatalException($"Certificate time {text} cannot be represented");
    }

    private static ulong Hexadecimal(ReadOnlySpan<char> digits)
    {
        if (digits.IsEmpty || digits.ContainsAnyExcept("0123456789abcdefABCDEF")) throw new FatalException("Invalid certificate time: not a number");
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong seconds)
            ? seconds
            : throw new FatalException("Invalid certificate time: Numerical result out of range");
    }

    private static string Shown(ulong seconds) => seconds > LastShown
        ? $"0x{seconds:x}"
        : DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
