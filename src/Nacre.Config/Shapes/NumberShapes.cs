using System.Globalization;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>A number that is not negative.</summary>
internal sealed class NumberShape : ValueShape<int>
{
    public override string Syntax => "number";

    /// <summary>The least value; a smaller one is refused.</summary>
    public int Least { get; init; }

    public override bool TryRead(ArgumentReader arguments, out int value)
    {
        string prefix = arguments.Role == ConfigRole.Client ? "" : arguments.Keyword + " ";
        value = 0;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail($"{prefix}integer value missing.");
        string digits = word.StartsWith('-') || word.StartsWith('+') ? word[1..] : word;
        if (digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return arguments.Fail($"{prefix}integer value invalid.");
        bool fits = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (word.StartsWith('-') && (!fits || value != 0))
            return arguments.Fail($"{prefix}integer value too small.");
        if (!fits)
            return arguments.Fail($"{prefix}integer value too large.");
        return value >= Least || arguments.Fail($"{prefix}integer value too small.");
    }

    public override IEnumerable<string> Print(int value) => [value.ToString(CultureInfo.InvariantCulture)];
}

/// <summary>The one port of a client.</summary>
internal sealed class PortShape : ValueShape<int>
{
    public override string Syntax => "port";

    public override bool TryRead(ArgumentReader arguments, out int value)
    {
        value = 0;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("Missing argument.");
        return (PortNumber.TryParse(word, out value) && value > 0) || arguments.Fail($"Bad port '{word}'.");
    }

    public override IEnumerable<string> Print(int value) => [value.ToString(CultureInfo.InvariantCulture)];
}

/// <summary>A time such as 1h30m. For a client "none" is as if nothing were said.</summary>
internal sealed class TimeShape : ValueShape<TimeSpan?>
{
    public override string Syntax => NoneIsZero ? "time | none" : "time";

    /// <summary>Whether "none" stands for zero, and is printed for it.</summary>
    public bool NoneIsZero { get; init; }

    public override bool TryRead(ArgumentReader arguments, out TimeSpan? value)
    {
        value = null;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("missing time value.");
        if (NoneIsZero && word.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            value = TimeSpan.Zero;
            return true;
        }

        if (arguments.Role == ConfigRole.Client && word == "none")
        {
            arguments.LeavesUnset = true;
            return true;
        }

        if (!Quantity.TryParseTime(word, out TimeSpan time))
            return arguments.Fail("invalid time value.");
        value = time;
        return true;
    }

    public override IEnumerable<string> Print(TimeSpan? value) =>
        [NoneIsZero && value == TimeSpan.Zero ? "none" : ((long)(value ?? default).TotalSeconds).ToString(CultureInfo.InvariantCulture)];

    public override IEnumerable<string> PrintUnset() => ["none"];
}

/// <summary>A number of bytes and optionally a time, either of which may be left to its default.</summary>
internal sealed class RekeyLimitShape : ValueShape<RekeyLimit>
{
    /// <summary>One cipher block: OpenSSH refuses anything smaller.</summary>
    public const long Least = 16;

    public override string Syntax => "bytes[K|M|G] [time | none]";

    public override bool TryRead(ArgumentReader arguments, out RekeyLimit value)
    {
        value = default;
        string name = arguments.Role == ConfigRole.Client ? "" : arguments.Keyword + " ";
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail(arguments.Role == ConfigRole.Client ? "Missing argument." : $"{arguments.Keyword} missing argument.");
        long bytes = 0;
        if (word != "default")
        {
            if (!Quantity.TryParseSize(word, out bytes, out bool isTooLarge))
                return arguments.Fail($"Bad {name}number '{word}': {(isTooLarge ? "Numerical result out of range" : "Invalid argument")}");
            if (bytes != 0 && bytes < Least)
                return arguments.Fail(arguments.Role == ConfigRole.Client ? "RekeyLimit too small" : $"{arguments.Keyword} too small");
        }

        TimeSpan interval = default;
        if (arguments.Next() is { } time && time != "none" && !Quantity.TryParseTime(time, out interval))
            return arguments.Fail("invalid time value.");
        value = new RekeyLimit(bytes, interval);
        return true;
    }

    public override IEnumerable<string> Print(RekeyLimit value) =>
        [string.Create(CultureInfo.InvariantCulture, $"{value.Bytes} {(long)value.Interval.TotalSeconds}")];
}

/// <summary>start:rate:full, or one number for a hard limit.</summary>
internal sealed class MaxStartupsShape : ValueShape<MaxStartups>
{
    private const int DefaultRate = 30;

    public override string Syntax => "start:rate:full | number";

    public override bool TryRead(ArgumentReader arguments, out MaxStartups value)
    {
        value = default;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail($"{arguments.Keyword} missing argument.");
        string[] parts = word.Split(':');
        int[] numbers = new int[parts.Length];
        bool isGood = parts.Length is 1 or 3;
        for (int i = 0; isGood && i < parts.Length; i++)
            isGood = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]);
        if (!isGood)
            return arguments.Fail($"Invalid {arguments.Keyword} spec.");
        value = parts.Length == 1 ? new MaxStartups(numbers[0], DefaultRate, numbers[0]) : new MaxStartups(numbers[0], numbers[1], numbers[2]);
        isGood = value.Begin > 0 && value.Begin <= value.Full && value.Rate is >= 1 and <= 100;
        return isGood || arguments.Fail($"Invalid {arguments.Keyword} spec.");
    }

    public override IEnumerable<string> Print(MaxStartups value) =>
        [string.Create(CultureInfo.InvariantCulture, $"{value.Begin}:{value.Rate}:{value.Full}")];
}
