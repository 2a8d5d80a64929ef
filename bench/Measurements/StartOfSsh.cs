using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>What the program costs that does nothing: `ssh -V`.</summary>
internal sealed class StartOfSsh : IMeasurement
{
    public string Name => "start";

    public string Title => "start of ssh -V";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        double[][] seconds = await Pairs.RunAsync(
            settings.StartPairs, () => CommandTime.OfAsync(bed.Ours.Ssh, "-V"), () => CommandTime.OfAsync(bed.Stock.Ssh, "-V"));
        double[] Milliseconds(int contender) => [.. seconds[contender].Select(each => each * 1000)];
        report.Add(Row.OfPairs(Title, "ms", Milliseconds(0), Milliseconds(1), Target.RatioAtMost(1.2)));
    }
}
