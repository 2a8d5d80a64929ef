using System.Globalization;
using Nacre.Config.Files;
using Nacre.Config.Patterns;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>A number, or none for no limit.</summary>
internal sealed class LimitShape : ValueShape<int>
{
    /// <summary>The value that is no limit.</summary>
    public const int None = int.MaxValue;

    private static readonly NumberShape Number = new();

    public override string Syntax => "number | none";

    public override bool TryRead(ArgumentReader arguments, out int value)
    {
        value = None;
        if (!arguments.IsNext("none"))
            return Number.TryRead(arguments, out value);
        arguments.Next();
        return true;
    }

    public override IEnumerable<string> Print(int value) => value == None ? ["none"] : Number.Print(value);
}

/// <summary>A number of bits for IPv4 and, after a colon, one for IPv6.</summary>
internal sealed class NetBlockSizeShape : ValueShape<NetBlockSize>
{
    public override string Syntax => "bits4[:bits6]";

    public override bool TryRead(ArgumentReader arguments, out NetBlockSize value)
    {
        value = NetBlockSize.Single;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail($"{arguments.Keyword} missing argument.");
        string[] parts = word.Split(':');
        int bits6 = NetBlockSize.MaxIPv6;
        bool isGood = parts.Length <= 2 && TryBits(parts[0], NetBlockSize.MaxIPv4, out int bits4) && (parts.Length == 1 || TryBits(parts[1], NetBlockSize.MaxIPv6, out bits6));
        if (!isGood)
            return arguments.Fail($"Invalid {arguments.Keyword} spec.");
        value = new NetBlockSize(int.Parse(parts[0], CultureInfo.InvariantCulture), bits6);
        return true;
    }

    public override IEnumerable<string> Print(NetBlockSize value) => [string.Create(CultureInfo.InvariantCulture, $"{value.IPv4}:{value.IPv6}")];

    private static bool TryBits(string text, int most, out int bits) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits <= most;
}

/// <summary>Which variables users' files may set: yes, no or patterns.</summary>
internal sealed class UserEnvironmentShape : ValueShape<UserEnvironment>
{
    public override string Syntax => "yes | no | pattern[,pattern...]";

    public override bool TryRead(ArgumentReader arguments, out UserEnvironment? value)
    {
        value = null;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail($"{arguments.Keyword} missing argument.");
        value = word switch
        {
            "yes" => UserEnvironment.All,
            "no" => UserEnvironment.None,
            _ => new UserEnvironment(word),
        };
        return true;
    }

    public override IEnumerable<string> Write(UserEnvironment value) => Print(value).Select(ConfigLine.Quote);

    public override IEnumerable<string> Print(UserEnvironment value) => [value.Patterns switch { null => "no", "*" => "yes", var patterns => patterns }];
}

/// <summary>What security keys must attest.</summary>
internal sealed class PubkeyRequirementsShape : ValueShape<PubkeyRequirements>
{
    private static readonly ChoiceShape<PubkeyRequirements> Words =
        new(("none", PubkeyRequirements.None), ("touch-required", PubkeyRequirements.Touch), ("verify-required", PubkeyRequirements.Verify));

    public override string Syntax => "none | touch-required | verify-required ...";

    public override bool TryRead(ArgumentReader arguments, out PubkeyRequirements value)
    {
        value = PubkeyRequirements.None;
        while (arguments.Next() is { } word)
        {
            if (!Words.TryFind(word, out PubkeyRequirements one))
                return arguments.Fail($"unsupported {arguments.Keyword} option {word}");
            value |= one;
        }

        return true;
    }

    public override IEnumerable<string> Print(PubkeyRequirements value)
    {
        if (value == PubkeyRequirements.None)
            return Words.Print(value);
        PubkeyRequirements[] each = [PubkeyRequirements.Touch, PubkeyRequirements.Verify];
        return [string.Join(' ', each.Where(one => value.HasFlag(one)).SelectMany(Words.Print))];
    }
}

/// <summary>A list of addresses and networks with commas between them, or none.</summary>
internal sealed class AddressListShape : ValueShape<string>
{
    public override string Syntax => "address[/bits][,address[/bits]...] | none";

    public override bool TryRead(ArgumentReader arguments, out string? value)
    {
        value = arguments.Next();
        if (value is not { Length: > 0 })
            return arguments.Fail("missing argument.");
        bool isGood = value == "none" || AddressPattern.TryJudge(null, value, out _);
        return isGood || arguments.Fail($"keyword {arguments.Keyword} invalid address argument.");
    }

    public override IEnumerable<string> Print(string value) => [value];

    public override IEnumerable<string> Write(string value) => [ConfigLine.Quote(value)];
}

/// <summary>A path, or a word that stands for what has none.</summary>
/// <param name="word">The word.</param>
/// <param name="syntax">What may stand there.</param>
/// <param name="missing">What to say when nothing does.</param>
internal sealed class PathOrWordShape(string word, string syntax, string missing) : ValueShape<string>
{
    public override string Syntax => syntax;

    public override bool TryRead(ArgumentReader arguments, out string? value)
    {
        value = arguments.Next();
        if (value is not { Length: > 0 })
            return arguments.Fail(missing);
        return value == word || ServerPath.TryResolve(arguments, value, out value);
    }

    public override IEnumerable<string> Print(string value) => [value];

    public override IEnumerable<string> Write(string value) => [ConfigLine.Quote(value)];
}

/// <summary>text or json.</summary>
internal sealed class LogFormatShape : ValueShape<LogFormat?>
{
    private static readonly ChoiceShape<LogFormat> Formats = new(("text", LogFormat.Text), ("json", LogFormat.Json));

    public override string Syntax => Formats.Syntax;

    public override bool TryRead(ArgumentReader arguments, out LogFormat? value)
    {
        bool isGood = Formats.TryRead(arguments, out LogFormat format);
        value = format;
        return isGood;
    }

    public override IEnumerable<string> Print(LogFormat? value) => Formats.Print(value!.Value);
}

/// <summary>A loopback address with its port, the path of a Unix socket, or none.</summary>
internal sealed class MetricsPlaceShape : ValueShape<string>
{
    public override string Syntax => "address:port | /path | none";

    public override bool TryRead(ArgumentReader arguments, out string? value)
    {
        value = arguments.Next();
        if (value is not { Length: > 0 })
            return arguments.Fail("missing argument.");
        return value == "none" || MetricsPlace.TryParse(value, out _) || arguments.Fail($"{arguments.Keyword} \"{value}\" is neither an address of this machine alone, such as 127.0.0.1:9100, nor a path");
    }

    public override IEnumerable<string> Print(string value) => value == "none" ? [] : [value];

    public override IEnumerable<string> Write(string value) => [ConfigLine.Quote(value)];
}
