using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>The whole of `ssh host true` over a connection that a master holds: start, control socket, command, end.</summary>
internal sealed class SharedLogin : IMeasurement
{
    public string Name => "share";

    public string Title => "run true over a shared connection";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        Contender[] both = [bed.Ours, bed.Stock];
        foreach (Contender contender in both) await CallAsync(contender, "-MNf", "bench");
        double[][] seconds = await Pairs.RunAsync(settings.LoginPairs, () => CallAsync(bed.Ours, "bench", "true"), () => CallAsync(bed.Stock, "bench", "true"));
        foreach (Contender contender in both) await CallAsync(contender, "-O", "exit", "bench");
        double[] Milliseconds(int contender) => [.. seconds[contender].Select(each => each * 1000)];
        report.Add(Row.OfPairs(Title + ": time", "ms", Milliseconds(0), Milliseconds(1), Target.RatioAtMost(1)));
    }

    private static Task<double> CallAsync(Contender contender, params string[] words) =>
        CommandTime.OfAsync([contender.Ssh, "-F", contender.Config, "-S", $"{contender.Config}.control", .. words]);
}
