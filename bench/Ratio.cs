namespace Nacre.Bench;

/// <summary>What ours is to OpenSSH's: the median of the ratios of the pairs, with the lowest and the highest of them.</summary>
internal readonly record struct Ratio(double Median, double Lowest, double Highest)
{
    /// <summary>Compares figures that were taken in pairs.</summary>
    public static Ratio Of(IReadOnlyList<double> ours, IReadOnlyList<double> stock)
    {
        double[] ratios = [.. ours.Zip(stock, (our, their) => our / their)];
        return new Ratio(Pairs.Median(ratios), ratios.Min(), ratios.Max());
    }
}
