using System.Globalization;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>How often `ssh host true` waits for the other end of the line, counted by making the line long.</summary>
internal sealed class RoundTrips : IMeasurement
{
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(50);

    public string Name => "trips";

    public string Title => "connect, log in, run true: round trips";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using var oursNear = new DelayProxy(bed.Ours.Port, TimeSpan.Zero);
        using var oursFar = new DelayProxy(bed.Ours.Port, OneWay);
        using var stockNear = new DelayProxy(bed.Stock.Port, TimeSpan.Zero);
        using var stockFar = new DelayProxy(bed.Stock.Port, OneWay);
        double[][] seconds = await Pairs.RunAsync(
            settings.RoundTripPairs,
            () => OnceAsync(bed.Ours, oursNear),
            () => OnceAsync(bed.Ours, oursFar),
            () => OnceAsync(bed.Stock, stockNear),
            () => OnceAsync(bed.Stock, stockFar));
        double[] Trips(int near, int far) => [.. seconds[far].Zip(seconds[near], (slow, fast) => (slow - fast) / (2 * OneWay.TotalSeconds))];
        report.Add(Row.OfPairs(Title, "trips", Trips(0, 1), Trips(2, 3), Target.OursAtMost(5)));
    }

    private static Task<double> OnceAsync(Contender contender, DelayProxy proxy) => CommandTime.OfAsync(
        contender.Ssh, "-F", contender.Config, "-p", proxy.Port.ToString(CultureInfo.InvariantCulture), "bench", "true");
}
