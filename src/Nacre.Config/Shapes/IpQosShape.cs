using System.Globalization;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>One or two marks of quality of service: a name of DiffServ, a number, or none; the first of two is for terminals.</summary>
internal sealed class IpQosShape : ValueShape<IpQos>
{
    // RFC 2474, RFC 2597 and RFC 3246; RFC 5865 for va; RFC 8622 for le.
    private static readonly (string Name, byte Value)[] Names =
    [
        ("af11", 0x28), ("af12", 0x30), ("af13", 0x38), ("af21", 0x48), ("af22", 0x50), ("af23", 0x58),
        ("af31", 0x68), ("af32", 0x70), ("af33", 0x78), ("af41", 0x88), ("af42", 0x90), ("af43", 0x98),
        ("cs0", 0x00), ("cs1", 0x20), ("cs2", 0x40), ("cs3", 0x60), ("cs4", 0x80), ("cs5", 0xa0), ("cs6", 0xc0), ("cs7", 0xe0),
        ("ef", 0xb8), ("le", 0x04), ("va", 0xb0),
    ];

    // The types of service that DiffServ has replaced; OpenSSH reads them as "none".
    private static readonly string[] Former = ["lowdelay", "throughput", "reliability"];

    public override string Syntax => "mark | none [mark | none]";

    public override bool TryRead(ArgumentReader arguments, out IpQos value)
    {
        value = default;
        string? first = arguments.Next();
        if (first is not { Length: > 0 } || !TryParse(first, out byte? interactive))
            return arguments.Fail($"Bad IPQoS value: {first ?? "(null)"}");
        byte? bulk = interactive;
        if (arguments.Next() is { } second && !TryParse(second, out bulk))
            return arguments.Fail($"Bad IPQoS value: {second}");
        value = new IpQos(interactive, bulk);
        return true;
    }

    public override IEnumerable<string> Print(IpQos value) => [$"{NameOf(value.Interactive)} {NameOf(value.Bulk)}"];

    private static bool TryParse(string text, out byte? mark)
    {
        mark = null;
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase) || Former.Contains(text, StringComparer.OrdinalIgnoreCase))
            return true;
        foreach ((string name, byte value) in Names)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                mark = value;
                return true;
            }
        }

        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = byte.TryParse(isHex ? text.AsSpan(2) : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out byte number);
        mark = isNumber ? number : null;
        return isNumber;
    }

    private static string NameOf(byte? mark)
    {
        if (mark is not { } value)
            return "none";
        int known = Array.FindIndex(Names, entry => entry.Value == value);
        return known >= 0 ? Names[known].Name : string.Create(CultureInfo.InvariantCulture, $"0x{value:x2}");
    }
}
