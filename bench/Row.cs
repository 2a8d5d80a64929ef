namespace Nacre.Bench;

/// <summary>One line of the table.</summary>
/// <param name="What">What was measured.</param>
internal sealed record Row(string What)
{
    /// <summary>The unit of both figures, for the eye.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Our figure: the median over the pairs.</summary>
    public double? Ours { get; init; }

    /// <summary>OpenSSH's figure: the median over the pairs.</summary>
    public double? Stock { get; init; }

    public Ratio? Ratio { get; init; }

    public Target? Target { get; init; }

    /// <summary>Stands in the last column where there is no target to reach.</summary>
    public string Remark { get; init; } = "";

    /// <summary>A row for figures that were taken in pairs.</summary>
    public static Row OfPairs(string what, string unit, IReadOnlyList<double> ours, IReadOnlyList<double> stock, Target? target) => new(what)
    {
        Unit = unit,
        Ours = Pairs.Median(ours),
        Stock = Pairs.Median(stock),
        Ratio = Nacre.Bench.Ratio.Of(ours, stock),
        Target = target,
    };
}
