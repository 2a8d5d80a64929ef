using System.Globalization;

namespace Nacre.Bench;

/// <summary>What a figure is to reach: the ratio to OpenSSH's, or our own figure where that is what was promised.</summary>
internal sealed record Target(bool IsOfRatio, bool IsAtLeast, double Limit)
{
    public static Target RatioAtLeast(double limit) => new(true, true, limit);

    public static Target RatioAtMost(double limit) => new(true, false, limit);

    public static Target OursAtLeast(double limit) => new(false, true, limit);

    public static Target OursAtMost(double limit) => new(false, false, limit);

    public bool IsReachedBy(double figure) => IsAtLeast ? figure >= Limit : figure <= Limit;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsOfRatio ? "ratio" : "ours")} {(IsAtLeast ? ">=" : "<=")} {Limit:0.##}");
}
