using System.Globalization;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>The penalties for misbehaviour: words of name:value, or yes or no alone.</summary>
internal sealed class SourcePenaltiesShape : ValueShape<SourcePenalties>
{
    private delegate SourcePenalties WithTime(SourcePenalties penalties, TimeSpan time);

    private static readonly (string Name, WithTime With, Func<SourcePenalties, TimeSpan?> Of)[] Times =
    [
        ("crash", static (p, t) => p with { Crash = t }, static p => p.Crash),
        ("authfail", static (p, t) => p with { AuthFail = t }, static p => p.AuthFail),
        ("noauth", static (p, t) => p with { NoAuth = t }, static p => p.NoAuth),
        ("invaliduser", static (p, t) => p with { InvalidUser = t }, static p => p.InvalidUser),
        ("grace-exceeded", static (p, t) => p with { GraceExceeded = t }, static p => p.GraceExceeded),
        ("refuseconnection", static (p, t) => p with { RefuseConnection = t }, static p => p.RefuseConnection),
        ("max", static (p, t) => p with { Max = t }, static p => p.Max),
        ("min", static (p, t) => p with { Min = t }, static p => p.Min),
    ];

    private static readonly ChoiceShape<PenaltyOverflow> Overflows = new(("permissive", PenaltyOverflow.Permissive), ("deny-all", PenaltyOverflow.DenyAll));

    public override string Syntax => "yes | no | name:value ...";

    public override bool Accumulates => true;

    public override bool TryRead(ArgumentReader arguments, out SourcePenalties? value)
    {
        value = new SourcePenalties();
        if (arguments.AtEnd)
            return arguments.Fail($"no {arguments.Keyword} specified");
        while (arguments.Next() is { } word)
        {
            if (IsSwitch(word, out bool isOn))
            {
                if (!arguments.AtEnd)
                    return arguments.Fail($"keyword {arguments.Keyword} \"{word}\" argument must appear alone.");
                value = value.Or(new SourcePenalties { IsEnabled = isOn });
                continue;
            }

            if (!TryReadOne(arguments, word, out SourcePenalties? one))
                return false;
            value = value.Or(one! with { IsEnabled = true });
        }

        return true;
    }

    public override bool TryCombine(SourcePenalties? earlier, SourcePenalties later, ArgumentReader? arguments, out SourcePenalties? combined)
    {
        combined = earlier is null ? later : earlier.Or(later);
        return true;
    }

    public override IEnumerable<string> Print(SourcePenalties value)
    {
        SourcePenalties all = value.OrStandard();
        if (all.IsEnabled == false)
            return ["no"];
        IEnumerable<string> times = Times.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time.Name}:{time.Of(all)!.Value.TotalSeconds:F6}"));
        return [string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(' ', times)} max-sources4:{all.MaxSources4} max-sources6:{all.MaxSources6} overflow:{Name(all.Overflow)} overflow6:{Name(all.Overflow6)}")];
    }

    private static string Name(PenaltyOverflow? overflow) => Overflows.Print(overflow!.Value).First();

    private static bool IsSwitch(string word, out bool isOn)
    {
        isOn = word.Equals("yes", StringComparison.OrdinalIgnoreCase);
        return isOn || word.Equals("no", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryReadOne(ArgumentReader arguments, string word, out SourcePenalties? one)
    {
        one = null;
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? word : word[..colon], text = colon < 0 ? "" : word[(colon + 1)..];
        int time = Array.FindIndex(Times, entry => entry.Name == name);
        if (time >= 0 && colon >= 0)
        {
            if (!Quantity.TryParseFineTime(text, out TimeSpan duration))
                return arguments.Fail($"invalid {arguments.Keyword} time value.");
            one = Times[time].With(new SourcePenalties(), duration);
        }
        else if (name is "max-sources4" or "max-sources6" && colon >= 0)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int sources))
                return arguments.Fail($"{arguments.Keyword} value {(text.Length == 0 ? "missing" : "invalid")}.");
            one = name == "max-sources4" ? new SourcePenalties { MaxSources4 = sources } : new SourcePenalties { MaxSources6 = sources };
        }
        else if (name is "overflow" or "overflow6" && text is "permissive" or "deny-all" && Overflows.TryFind(text, out PenaltyOverflow overflow))
        {
            one = name == "overflow" ? new SourcePenalties { Overflow = overflow } : new SourcePenalties { Overflow6 = overflow };
        }

        return one is not null || arguments.Fail($"unsupported {arguments.Keyword} keyword {word}");
    }
}
