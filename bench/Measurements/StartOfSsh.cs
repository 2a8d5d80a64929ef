using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>What the program costs that does nothing, `ssh -V`, and the one that reads the configuration, `ssh -G host`.</summary>
internal sealed class StartOfSsh : IMeasurement
{
    public string Name => "start";

    public string Title => "start of ssh -V, and ssh -G";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        await MeasureAsync("start of ssh -V", "-V");
        await MeasureAsync("configuration by ssh -G host", "-G", "host");

        async Task MeasureAsync(string title, params string[] arguments)
        {
            double[][] seconds = await Pairs.RunAsync(
                settings.StartPairs, () => CommandTime.OfAsync([bed.Ours.Ssh, .. arguments]), () => CommandTime.OfAsync([bed.Stock.Ssh, .. arguments]));
            double[] Milliseconds(int contender) => [.. seconds[contender].Select(each => each * 1000)];
            report.Add(Row.OfPairs(title, "ms", Milliseconds(0), Milliseconds(1), Target.RatioAtMost(1.2)));
        }
    }
}
